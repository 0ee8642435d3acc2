// The BENCH worker's work: owns the port while the bench runs, notes its bytes, runs one measurement at a time. The page
// asks for the port and tells the person what to do; everything that is timed happens here, away from the page.

import { SO101, type PortIdentity } from '$lib/contracts';
import { createWallScheduler } from '$lib/core';
import { createTraceRing, encodeTrace, tapTransport } from '$lib/robot';
import type { WorkerHello } from '../hosts/api';
import { holdPort, type OwnPorts, type PortHold } from '../hosts/port-hold';
import { identitiesOf, sameBoard } from '../hosts/serial-ports';
import { ArmBench } from './arm-bench';
import type { BenchArm } from './arm-line';
import type { BenchFailure, BenchPrompt, StepOutcome } from './bench-types';
import { measureMachine, type MachineStep } from './machine-bench';
import { measureStall } from './stall-bench';
import { createVirtualBenchArm } from './virtual-bench-arm';

type OnPrompt = (prompt: BenchPrompt) => void;
export type HostArmStep = 'loop' | 'unplug' | 'power' | 'stall' | 'sleep';

/** What the page may ask (comlink). `port` null stands for the virtual arm. */
export interface BenchApi {
	hello(): WorkerHello;
	connect(port: PortIdentity | null): Promise<StepOutcome>;
	runArm(step: HostArmStep, onPrompt: OnPrompt): Promise<StepOutcome>;
	twoArms(second: PortIdentity | null): Promise<StepOutcome>;
	runMachine(step: MachineStep): Promise<StepOutcome>;
	/** The page is alive; without it the gate holds an unlocked arm. */
	beat(): void;
	/** Ends the measurement that runs; an unlocked arm stays where it is. */
	stop(): void;
	/** Every byte since `connect`, as a file; null before. `dropped`: its beginning is missing. */
	trace(): { readonly bytes: Uint8Array<ArrayBuffer>; readonly dropped: number } | null;
	close(): Promise<void>;
}

/** About four minutes of the loop. */
const TRACE_BYTES = 12 * 2 ** 20;

export class BenchHost implements BenchApi {
	readonly #hello: WorkerHello;
	readonly #scheduler = createWallScheduler();
	readonly #ring = createTraceRing(TRACE_BYTES);
	#arm: BenchArm | null = null;
	#bench: ArmBench | null = null;
	readonly #own: OwnPorts = new Map();
	#onPrompt: OnPrompt = () => undefined;
	#stopped = false;
	#beatMs = Number.NEGATIVE_INFINITY;

	constructor(hello: WorkerHello) {
		this.#hello = hello;
	}

	hello(): WorkerHello {
		return this.#hello;
	}

	async connect(port: PortIdentity | null): Promise<StepOutcome> {
		await this.close();
		this.#ring.clear();
		this.#stopped = false;
		const fromMs = this.#scheduler.now();
		const arm = await this.#open(port, true);
		if (typeof arm === 'string')
			return { kind: 'failed', failure: arm, arm: port === null ? 'virtual' : 'real' };
		const openMs = this.#scheduler.now() - fromMs;
		this.#arm = arm;
		this.#bench = new ArmBench({
			arm,
			scheduler: this.#scheduler,
			wallNow: () => Date.now(),
			prompt: (prompt) => this.#onPrompt(prompt),
			stopped: () => this.#stopped
		});
		const outcome = await this.#bench.connect(openMs);
		if (outcome.kind === 'failed') await this.close();
		if (outcome.kind !== 'measured' || port === null) return outcome;
		return { ...outcome, facts: { ...outcome.facts, usb: usbOf(port) } };
	}

	async runArm(step: HostArmStep, onPrompt: OnPrompt): Promise<StepOutcome> {
		const { arm, bench } = this.#need();
		this.#onPrompt = onPrompt;
		this.#stopped = false;
		if (step !== 'stall') return bench[step]();
		return measureStall({
			arm,
			line: bench.line,
			calibration: bench.calibration,
			scheduler: this.#scheduler,
			prompt: onPrompt,
			stopped: () => this.#stopped,
			pageBeatMs: () => this.#beatMs
		});
	}

	async twoArms(second: PortIdentity | null): Promise<StepOutcome> {
		const { bench, arm } = this.#need();
		this.#stopped = false;
		const other = await this.#open(second, false);
		if (typeof other === 'string') return { kind: 'failed', failure: other, arm: arm.kind };
		try {
			return await bench.twoArms(other);
		} finally {
			await other.close();
		}
	}

	runMachine(step: MachineStep): Promise<StepOutcome> {
		return measureMachine(step);
	}

	beat(): void {
		this.#beatMs = this.#scheduler.now();
	}

	stop(): void {
		this.#stopped = true;
	}

	trace(): { bytes: Uint8Array<ArrayBuffer>; dropped: number } | null {
		const held = this.#ring.take();
		if (held.entries.length === 0) return null;
		return { bytes: encodeTrace({ virtual: this.#virtual, ...held }), dropped: held.dropped };
	}

	async close(): Promise<void> {
		this.#bench?.close();
		await this.#arm?.close();
		this.#bench = null;
		this.#arm = null;
	}

	#virtual = true;

	#need(): { readonly arm: BenchArm; readonly bench: ArmBench } {
		if (this.#arm === null || this.#bench === null) throw new Error('no arm is connected');
		return { arm: this.#arm, bench: this.#bench };
	}

	async #open(port: PortIdentity | null, noted: boolean): Promise<BenchArm | BenchFailure> {
		if (noted) this.#virtual = port === null;
		if (port === null) return createVirtualBenchArm(this.#scheduler, noted ? this.#ring : null);
		return this.#openReal(port, noted);
	}

	/** The port comes opened; what its opening would have noted is noted here. */
	async #openReal(port: PortIdentity, noted: boolean): Promise<BenchArm | BenchFailure> {
		const scheduler = this.#scheduler;
		const ring = this.#ring;
		const { serial } = navigator as { serial?: Serial };
		const hold = async (at: PortIdentity): Promise<PortHold | BenchFailure> => {
			const options = {
				serial,
				locks: navigator.locks,
				scheduler,
				patient: false,
				id: 'bench',
				own: this.#own,
				tab: null
			};
			const held = await holdPort(at, options);
			if (held.ok) {
				if (noted) ring.push({ kind: 'open', atMs: scheduler.now(), baudRate: SO101.baudRate });
				return held.value;
			}
			const { cause } = held.error;
			return cause === 'no_serial_api' || cause === 'unplugged' ? 'not_there' : 'port_busy';
		};
		const tapped = (held: PortHold): PortHold['transport'] | ReturnType<typeof tapTransport> =>
			noted ? tapTransport(held.transport, scheduler, ring) : held.transport;
		const first = await hold(port);
		if (typeof first === 'string') return first;
		let current = first;
		let transport = tapped(first);
		let tries = 0;
		return {
			kind: 'real',
			hand: null,
			get transport() {
				return transport;
			},
			async reopen() {
				await current.release();
				// Its place in the list may be another one now; who answers there is asked by the bench.
				const boards = identitiesOf((await serial?.getPorts()) ?? []).filter((at) => sameBoard(at, port));
				const again = await hold(boards[tries++ % Math.max(1, boards.length)] ?? port);
				if (typeof again === 'string') return false;
				current = again;
				transport = tapped(again);
				return true;
			},
			close: () => current.release()
		};
	}
}

function usbOf({ usbVendorId, usbProductId }: PortIdentity): string {
	const hex = (id: number | null): string => (id === null ? '-' : id.toString(16).padStart(4, '0'));
	return `${hex(usbVendorId)}:${hex(usbProductId)}`;
}
