// A virtual SO-101 under the real bus and loop, on virtual time: what tests of this room drive. Test code only.

import { createVirtualScheduler, type VirtualScheduler } from '$lib/core';
import { SO101, type JointPlant } from '$lib/contracts';
import {
	createChainTransport,
	createSo101Chain,
	VIRTUAL_SO101_CALIBRATION,
	Wire,
	type ChainTransport,
	type FaultRates,
	type ServoChain,
	type So101ChainOptions
} from '$lib/sim';
import { createBusCommands, type BusCommands } from '../bus/bus-commands';
import type { ServoBusOptions } from '../bus/bus-options';
import type { ServoBus } from '../bus/servo-bus';
import { ControlLoop, type LoopInputs } from '../control-loop';
import { createFeetechBus, STS3215_DRIVER } from '../feetech';
import type { Gate } from '../safety/gate-types';
import { createUnitConverter } from '../so101/units';

export interface VirtualArmOptions extends So101ChainOptions {
	readonly faults?: FaultRates;
	readonly seed?: number;
	readonly usbFrameMs?: number;
	readonly bus?: Partial<ServoBusOptions>;
}

export interface VirtualArm {
	readonly scheduler: VirtualScheduler;
	readonly chain: ServoChain;
	readonly wire: Wire;
	readonly transport: ChainTransport;
	readonly bus: ServoBus;
	readonly commands: BusCommands;
	/** Runs virtual time until the promise settles. */
	settle<T>(promise: Promise<T>): Promise<T>;
}

export async function createVirtualArm(options: VirtualArmOptions = {}): Promise<VirtualArm> {
	const scheduler = createVirtualScheduler();
	const chain = createSo101Chain(options);
	const usbFrameMs = options.usbFrameMs ?? 1;
	const wire = new Wire({
		chain,
		usbFrameMs,
		...(options.faults === undefined ? {} : { faults: options.faults }),
		seed: options.seed ?? 1
	});
	const transport = createChainTransport(wire, scheduler);
	await transport.open({ baudRate: SO101.baudRate });
	const bus = createFeetechBus(transport, scheduler, { usbFrameMs, ...options.bus });
	return {
		scheduler,
		chain,
		wire,
		transport,
		bus,
		commands: createBusCommands(bus),
		settle: (promise) => settle(scheduler, promise)
	};
}

/** Lets virtual time run while `promise` is open. Throws when nothing is left that could settle it. */
export async function settle<T>(scheduler: VirtualScheduler, promise: Promise<T>): Promise<T> {
	const progress = { settled: false };
	const done = promise.finally(() => {
		progress.settled = true;
	});
	done.catch(() => undefined);
	for (let idle = 0; !progress.settled;) {
		if (idle > 50) throw new Error('virtual time ran dry before the promise settled');
		// Promise steps first: they may schedule the next event.
		await Promise.resolve();
		await Promise.resolve();
		idle = scheduler.runNext(Number.POSITIVE_INFINITY) ? 0 : idle + 1;
	}
	return done;
}

/** Lets everything through that is a finite vector; for tests of the loop, not of safety. */
export function createOpenGate(joints: number): Gate {
	const goal = new Float32Array(joints);
	return {
		step(input) {
			const q = input.setpoint?.q;
			const usable = q !== undefined && q.length === joints && q.every(Number.isFinite);
			if (usable) goal.set(q);
			return { send: usable && input.armed && !input.stopped, goal, limitedBy: 0 };
		},
		reset: () => undefined
	};
}

export interface LoopSetup {
	readonly rateHz?: number;
	readonly gate?: Gate;
	readonly inputs?: LoopInputs;
	readonly ringTicks?: number;
}

export function createVirtualLoop(arm: VirtualArm, setup: LoopSetup = {}): ControlLoop {
	return new ControlLoop({
		armId: 'arm-1',
		spec: SO101,
		bus: arm.bus,
		driver: STS3215_DRIVER,
		scheduler: arm.scheduler,
		gate: setup.gate ?? createOpenGate(SO101.joints.length),
		units: createUnitConverter(SO101, VIRTUAL_SO101_CALIBRATION),
		inputs: setup.inputs ?? { epoch: 0, setpoint: null, stopped: false, pageBeatMs: 0 },
		rateHz: setup.rateHz ?? 200,
		...(setup.ringTicks === undefined ? {} : { ringTicks: setup.ringTicks })
	});
}

/** A plant whose joints run through given paths, so that every instant has its own positions. */
export function createScriptedPlant(path: (joint: number, tS: number) => number, joints = 6): JointPlant {
	let tS = 0;
	const q = new Float64Array(joints);
	const qd = new Float64Array(joints);
	const place = (): void => {
		for (let j = 0; j < joints; j++) q[j] = path(j, tS);
	};
	place();
	return {
		jointCount: joints,
		q,
		qd,
		step(dtS) {
			tS += dtS;
			place();
		},
		reset: () => undefined
	};
}
