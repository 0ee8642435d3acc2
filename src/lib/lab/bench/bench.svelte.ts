// The bench as its page sees it: where the person stands, what may be pressed, and the files at the end. Thin: the table
// decides, the BENCH worker measures, this asks the one and tells the other. Runs in a page only.

import { proxy, wrap, type Remote } from 'comlink';
import { crc32 } from '$lib/core';
import type { PortIdentity } from '$lib/contracts';
import benchUrl from '../../../workers/bench.worker.ts?worker&url';
import { handOut } from '../page/hand-out';
import { createSerialAccess } from '../page/serial-access';
import { spawnWorker } from '../spawn-worker';
import type { BenchApi } from './bench-host';
import { benchResult, isPartlyVirtual } from './bench-result';
import { benchStep, INITIAL_BENCH, runningStep, type BenchEvent, type BenchState } from './bench-table';
import type { ArmKind, BenchFailure, BenchPrompt, BenchStepId, StepOutcome } from './bench-types';
import { measureCameras } from './camera-bench';
import { deviceFacts } from './device-facts';

/** As often as the lab's page does; the gate holds after 100 ms of silence. */
const BEAT_MS = 33;

export class Bench {
	state: BenchState = $state.raw(INITIAL_BENCH);
	/** The beginning of the byte trace fell out of its ring: it cannot be played back. */
	traceCut = $state(false);
	readonly #build: string;
	readonly #access = createSerialAccess();
	readonly #worker: Worker;
	readonly #api: Remote<BenchApi>;
	#port: PortIdentity | null = null;
	#beat: ReturnType<typeof setInterval> | null = null;

	constructor(build: string) {
		this.#build = build;
		this.#worker = spawnWorker(benchUrl, 'bench');
		this.#api = wrap<BenchApi>(this.#worker);
	}

	/** Whether this browser can open a serial port here at all. */
	get serial(): boolean {
		return this.#access.obstacle() === null;
	}

	get partlyVirtual(): boolean {
		return isPartlyVirtual(this.state);
	}

	/** To be called from a click: a real arm is chosen in the browser's list. */
	async connect(kind: ArmKind): Promise<void> {
		if (!this.#send({ kind: 'run', step: 'connect' })) return;
		const port = kind === 'virtual' ? null : await this.#askForPort();
		if (typeof port === 'string') {
			this.#done('connect', { kind: 'failed', failure: port, arm: kind });
			return;
		}
		this.#port = port;
		const place = port === null ? null : await this.#access.placed(port);
		await this.#measure('connect', () => this.#api.connect(place));
	}

	/** To be called from a click: some steps ask for a port or a camera. */
	async run(step: Exclude<BenchStepId, 'connect'>): Promise<void> {
		if (!this.#send({ kind: 'run', step })) return;
		await this.#measure(step, () => this.#measurement(step));
	}

	skip(step: BenchStepId): void {
		this.#send({ kind: 'skip', step });
	}

	open(step: BenchStepId): void {
		this.#send({ kind: 'open', step });
	}

	/** Ends the running step; an arm that is unlocked stays where it is. */
	stop(): void {
		if (runningStep(this.state) !== null) void this.#api.stop();
	}

	async downloadTrace(): Promise<void> {
		const trace = await this.#api.trace();
		if (trace === null) return;
		this.traceCut = trace.dropped > 0;
		handOut(new File([trace.bytes], `${this.#name()}.trace`, { type: 'application/octet-stream' }));
	}

	async downloadResult(): Promise<void> {
		const trace = await this.#api.trace();
		const result = benchResult(this.state, {
			build: this.#build,
			day: today(),
			device: deviceFacts(),
			trace: trace === null ? null : crc32(trace.bytes).toString(16).padStart(8, '0')
		});
		const text = `${JSON.stringify(result, null, '\t')}\n`;
		handOut(new File([text], `${this.#name()}.json`, { type: 'application/json' }));
	}

	dispose(): void {
		if (this.#beat !== null) clearInterval(this.#beat);
		this.#worker.terminate();
	}

	#name(): string {
		return `edubotics-bench-${today()}${this.partlyVirtual ? '-virtual' : ''}`;
	}

	#send(event: BenchEvent): boolean {
		const next = benchStep(this.state, event);
		if (next === null) return false;
		this.state = next;
		return true;
	}

	#done(step: BenchStepId, outcome: StepOutcome): void {
		this.#send({ kind: 'done', step, outcome });
	}

	async #measure(step: BenchStepId, measurement: () => Promise<StepOutcome>): Promise<void> {
		const broken: StepOutcome = { kind: 'failed', failure: 'broken', arm: this.state.arm };
		const outcome = await measurement().catch(() => broken);
		this.#done(step, outcome);
	}

	#measurement(step: Exclude<BenchStepId, 'connect'>): Promise<StepOutcome> {
		const onPrompt = proxy((prompt: BenchPrompt) => void this.#send({ kind: 'prompt', step, prompt }));
		switch (step) {
			case 'cameras':
				return measureCameras();
			case 'webgpu':
			case 'encoder':
			case 'storage':
				return this.#api.runMachine(step);
			case 'two_arms':
				return this.#twoArms();
			case 'stall':
				return this.#withBeat(() => this.#api.runArm(step, onPrompt));
			case 'loop':
			case 'unplug':
			case 'power':
			case 'sleep':
				return this.#api.runArm(step, onPrompt);
		}
	}

	async #twoArms(): Promise<StepOutcome> {
		const arm = this.state.arm;
		if (arm === 'virtual') return this.#api.twoArms(null);
		const second = await this.#askForPort();
		if (typeof second === 'string') return { kind: 'failed', failure: second, arm };
		// The same arm twice is one arm.
		if (second.index === this.#port?.index) return { kind: 'failed', failure: 'not_there', arm };
		return this.#api.twoArms(await this.#access.placed(second));
	}

	async #withBeat(work: () => Promise<StepOutcome>): Promise<StepOutcome> {
		this.#beat = setInterval(() => {
			if (document.visibilityState === 'visible') void this.#api.beat();
		}, BEAT_MS);
		try {
			return await work();
		} finally {
			clearInterval(this.#beat);
			this.#beat = null;
		}
	}

	async #askForPort(): Promise<PortIdentity | BenchFailure> {
		if (!this.serial) return 'not_there';
		const chosen = await this.#access.ask(false);
		if (chosen.ok) return chosen.value.port;
		return chosen.error.cause === 'nothing_chosen' ? 'nothing_chosen' : 'refused';
	}
}

function today(): string {
	return new Date().toISOString().slice(0, 10);
}
