// Policies without the rest of the lab: a package is read, INFER opens it, this page plays ROBOT (wants) and RENDER
// (pictures) over the product's own ports and messages.

import { proxy, transfer, wrap, type Remote } from 'comlink';
import {
	PROTOCOL_VERSION,
	readInferToRobot,
	type InferToRobot,
	type PolicyManifest,
	type PolicyPrecision
} from '$lib/contracts';
import { rgbaToI420 } from '$lib/camera';
import { readPackage } from '$lib/inference/package';
import { LOOK, LOOK_REFERENCE } from '$lib/inference/run/testing/small-nets';
import type { InferEvent, LoadPolicy } from '$lib/lab/hosts/infer-api';
import { spawnWorker } from '$lib/lab/spawn-worker';
import lookUrl from '../../src/lib/inference/run/fixtures/look.onnx?url';
import type { BareWorker } from './bare.worker';
import bareUrl from './bare.worker.ts?worker&url';
import type { PolicyHost } from './infer.worker';
import inferUrl from './infer.worker.ts?worker&url';
import type { LossReport, OpenReport, OpenWish, RuntimeName, SuiteReport } from './names';
import type { SuitesWorker } from './suites.worker';
import suitesUrl from './suites.worker.ts?worker&url';

interface Gpu {
	requestAdapter(): Promise<unknown>;
}

type Loadable = Pick<LoadPolicy, 'policyId' | 'manifest' | 'model' | 'reference'>;

const PICTURE = { width: 320, height: 240 };

class Wired {
	readonly host = wrap<PolicyHost>(spawnWorker(inferUrl, 'infer'));
	readonly events: InferEvent[] = [];
	manifest: PolicyManifest = LOOK;
	policyId = '';
	readonly #robot = new MessageChannel();
	readonly #render = new MessageChannel();
	readonly #heard: ((message: InferToRobot) => void)[] = [];
	#tick = 0;
	#seq = 0;

	async attach(): Promise<void> {
		const [robot, render] = [this.#robot.port2, this.#render.port2];
		await this.host.attachRobot(transfer(robot, [robot]));
		await this.host.attachFrames(transfer(render, [render]));
		this.#robot.port1.onmessage = ({ data }: MessageEvent<unknown>) => {
			const message = readInferToRobot(data);
			if (message !== null) this.#heard.shift()?.(message);
		};
		this.#render.port1.onmessage = () => undefined;
	}

	/** Flat pictures of now, of every camera the policy looks at. */
	showPictures(): void {
		for (const { name: camera } of this.manifest.cameras) {
			const grey = new Uint8Array(PICTURE.width * PICTURE.height * 4).fill(100 + (this.#seq % 100));
			const data = rgbaToI420(grey, PICTURE.width, PICTURE.height);
			const t = performance.now();
			const frame = { ...PICTURE, data, tMs: t, sequence: this.#seq };
			const message = { v: PROTOCOL_VERSION, ch: 'frame', seq: this.#seq++, t, body: { camera, frame } };
			this.#render.port1.postMessage(message, [data.buffer]);
		}
	}

	/** One want for now, and its answer. */
	ask(): Promise<InferToRobot> {
		const answer = new Promise<InferToRobot>((resolve) => this.#heard.push(resolve));
		const t = performance.now();
		const state = Float32Array.from(this.manifest.joints, ({ unit }) => (unit === 'percent' ? 50 : 1));
		const body = { policyId: this.policyId, tick: this.#tick++, tMs: t, state, picturesAtMs: null };
		this.#robot.port1.postMessage({ v: PROTOCOL_VERSION, ch: 'policy-want', seq: this.#seq++, t, body });
		return answer;
	}

	/** Pictures and wants until there is a chunk; all answers up to it. */
	async untilChunk(): Promise<InferToRobot[]> {
		const answers: InferToRobot[] = [];
		for (;;) {
			this.showPictures();
			const answer = await this.ask();
			answers.push(answer);
			if (answer.ch === 'policy-chunk') return answers;
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
	}
}

async function loadable(what: OpenWish['what'], precision: PolicyPrecision): Promise<Loadable> {
	if (what === 'look') {
		const model = await (await fetch(lookUrl)).blob();
		return { policyId: 'look', manifest: LOOK, model, reference: LOOK_REFERENCE };
	}
	const read = await readPackage(await (await fetch(what.url)).blob());
	if (!read.ok) throw new Error(`${read.error.code} ${read.error.part}: ${read.error.reason}`);
	const { id: policyId, manifest } = read.value;
	const [model, reference] = [await read.value.model(precision), await read.value.reference()];
	if (!model.ok || !reference.ok) throw new Error('the package did not give its model or reference');
	return { policyId, manifest, model: new Blob([model.value]), reference: reference.value };
}

let wired: Wired | null = null;
let bare: Remote<BareWorker> | null = null;

async function infer(): Promise<Wired> {
	if (wired === null) {
		wired = new Wired();
		await wired.attach();
	}
	return wired;
}

const policies = {
	isolated: globalThis.crossOriginIsolated,

	/** Whether there is any WebGPU, emulated or not. */
	async webgpu(): Promise<boolean> {
		const { gpu } = navigator as unknown as { gpu?: Gpu };
		return gpu !== undefined && (await gpu.requestAdapter()) !== null;
	},

	contract(name: RuntimeName): Promise<SuiteReport> {
		return wrap<SuitesWorker>(spawnWorker(suitesUrl, 'suites')).run(name);
	},

	async open({ what, precision, backend, threads, emulatedGpu }: OpenWish): Promise<OpenReport> {
		const { host, events } = await infer();
		await host.takeEmulatedGpu(emulatedGpu);
		const found = await loadable(what, precision);
		events.length = 0;
		const remembered = threads === null || backend === 'auto' ? null : { backend, threads, medianMs: 1000 };
		const answer = await host.load(
			{ ...found, precision, backend, remembered },
			proxy((event) => void events.push(event))
		);
		const none = { backend: '', threads: 0, reason: '', measured: [] };
		const weightBytes = found.model instanceof Blob ? found.model.size : found.model.length;
		const chunkMs = (1000 * found.manifest.chunk_size) / found.manifest.fps;
		if (!answer.ok) {
			const problem = `${answer.error.code}: ${answer.error.detail}`;
			return { problem, ...none, largestDifference: NaN, medianMs: NaN, readyMs: NaN, weightBytes, chunkMs };
		}
		if (wired !== null) Object.assign(wired, { manifest: found.manifest, policyId: found.policyId });
		await host.watch(found.manifest.cameras.map(({ name }) => ({ name, source: 'virtual' })));
		const { choice, largestDifference, medianMs, readyMs } = answer.value;
		const measured = choice.measured.map(
			(one) => `${one.backend} ${one.threads}: ${one.medianMs?.toFixed(1) ?? one.failure?.detail ?? '?'} ms`
		);
		const { reason, chosen } = choice;
		return {
			problem: null,
			...chosen,
			reason,
			measured,
			largestDifference,
			medianMs,
			readyMs,
			weightBytes,
			chunkMs
		};
	},

	/** Wants one after another with fresh pictures; each chunk's times. */
	async drive(chunks: number) {
		const lab = await infer();
		const times: { totalMs: number; runMs: number; pictureAgeMs: number; roundTripMs: number }[] = [];
		while (times.length < chunks) {
			lab.showPictures();
			const startMs = performance.now();
			const answer = await lab.ask();
			const roundTripMs = performance.now() - startMs;
			if (answer.ch !== 'policy-chunk') continue;
			const { totalMs, runMs, pictureAgeMs } = answer.body;
			times.push({ totalMs, runMs, pictureAgeMs, roundTripMs });
		}
		return times;
	},

	async loseGpu(): Promise<LossReport> {
		const lab = await infer();
		await lab.untilChunk();
		const startMs = performance.now();
		await lab.host.loseGpu();
		// The loss is heard a moment later: what is answered before it still comes from the card that was there.
		while (!lab.events.some(({ stage }) => stage === 'lost')) {
			lab.showPictures();
			await lab.ask();
		}
		const answers = await lab.untilChunk();
		const tookMs = performance.now() - startMs;
		const reasons = answers.flatMap((answer) =>
			answer.ch === 'policy-failed' ? answer.body.code : answer.ch === 'policy-wait' ? answer.body.reason : []
		);
		const stages = lab.events.map(({ stage }) => stage);
		return { answers: answers.map(({ ch }) => ch), reasons, stages, tookMs };
	},

	/** The same model in ONNX Runtime alone, for the bench; `bareRun` after it. */
	async bareOpen(what: OpenWish['what'], precision: PolicyPrecision, threads: number): Promise<void> {
		const { manifest, model, reference } = await loadable(what, precision);
		const [observation] = reference.observations;
		if (observation === undefined || !(model instanceof Blob)) throw new Error('nothing to run');
		const inputs = [
			{ name: 'observation.state', shape: [1, manifest.joints.length], data: observation.state },
			...manifest.cameras.map(({ name, width, height }, at) => ({
				name: `observation.images.${name}`,
				shape: [1, 3, height, width],
				data: observation.images[at] ?? new Float32Array()
			}))
		];
		bare ??= wrap<BareWorker>(spawnWorker(bareUrl, 'bare'));
		await bare.open(model, inputs, threads);
	},

	bareRun: (times: number): Promise<number[]> =>
		bare?.run(times) ?? Promise.reject(new Error('bareOpen first')),

	close: async (): Promise<void> => (await infer()).host.close()
};

export type PolicyPage = typeof policies;

Object.assign(globalThis, { policies });
