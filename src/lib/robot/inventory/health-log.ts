// One arm's health during one stretch of contact, from the loop's ticks: extremes per joint and how often each cause began.
// Fixed size however long it lasts. Runs wherever the batches arrive; knows no storage.

import {
	TICK_FLAGS,
	judgeJoint,
	type JointCause,
	type JointReading,
	type RobotSpec,
	type TickBatch
} from '$lib/contracts';
import type { HealthSession, JointExtremes } from './arm-record';

/** Time between two ticks that counts as contact; a longer gap (sleep, a pulled cable) does not. */
const LONGEST_STEP_MS = 200;

export interface HealthLog {
	/** The next ticks, in order. */
	take(batch: TickBatch): void;
	/** The session so far; grows, so store it under its start time. */
	session(): HealthSession;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Joint {
	readonly extremes: Mutable<Omit<JointExtremes, 'causes'>> & { readonly causes: Record<string, number> };
	readonly now: Set<JointCause>;
}

export function createHealthLog(spec: RobotSpec, startedAtEpochMs: number): HealthLog {
	const joints = spec.joints.map((): Joint => ({ extremes: unread(), now: new Set() }));
	let contactMs = 0;
	let armedMs = 0;
	let ticks = 0;
	let failedTicks = 0;
	let lastMs = Number.NaN;
	let supplyV: number | null = null;

	const takeTick = (batch: TickBatch, tick: number): void => {
		ticks += 1;
		const flags = batch.flags[tick] ?? 0;
		if ((flags & TICK_FLAGS.read) === 0) {
			failedTicks += 1;
			return;
		}
		const tMs = batch.tMs[tick] ?? Number.NaN;
		const stepMs = tMs - lastMs;
		lastMs = tMs;
		if (stepMs > 0 && stepMs <= LONGEST_STEP_MS) {
			contactMs += stepMs;
			if ((flags & TICK_FLAGS.armed) !== 0) armedMs += stepMs;
		}
		for (const [j, { extremes }] of joints.entries()) {
			const at = tick * batch.joints + j;
			extremes.maxTemperatureC = most(extremes.maxTemperatureC, batch.temperature[at]);
			extremes.maxCurrentMa = most(extremes.maxCurrentMa, batch.current[at]);
			extremes.maxLoadPercent = most(extremes.maxLoadPercent, Math.abs(batch.load[at] ?? Number.NaN));
			extremes.minVoltageV = least(extremes.minVoltageV, batch.voltage[at]);
			supplyV = most(supplyV, batch.voltage[at]);
		}
	};

	/** Causes are judged once per batch: what comes and goes within it is not worth a word. */
	const judge = (batch: TickBatch, tick: number): void => {
		for (const [j, joint] of joints.entries()) {
			const { causes } = judgeJoint(readingOf(batch, tick, j, spec), supplyV);
			for (const cause of causes)
				if (!joint.now.has(cause)) joint.extremes.causes[cause] = (joint.extremes.causes[cause] ?? 0) + 1;
			joint.now.clear();
			for (const cause of causes) joint.now.add(cause);
		}
	};

	return {
		take(batch) {
			if (batch.joints !== joints.length) return;
			let read = -1;
			for (let tick = 0; tick < batch.count; tick++) {
				takeTick(batch, tick);
				if (((batch.flags[tick] ?? 0) & TICK_FLAGS.read) !== 0) read = tick;
			}
			if (read >= 0) judge(batch, read);
		},
		session: () => ({
			startedAtEpochMs,
			contactMs: Math.round(contactMs),
			armedMs: Math.round(armedMs),
			ticks,
			failedTicks,
			joints: joints.map(({ extremes }) => ({ ...extremes, causes: { ...extremes.causes } }))
		})
	};
}

function unread(): Joint['extremes'] {
	return {
		maxTemperatureC: null,
		minVoltageV: null,
		maxCurrentMa: null,
		maxLoadPercent: null,
		causes: {}
	};
}

function most(soFar: number | null, value: number | undefined): number | null {
	if (value === undefined || !Number.isFinite(value)) return soFar;
	return soFar === null ? value : Math.max(soFar, value);
}

function least(soFar: number | null, value: number | undefined): number | null {
	if (value === undefined || !Number.isFinite(value)) return soFar;
	return soFar === null ? value : Math.min(soFar, value);
}

function readingOf(batch: TickBatch, tick: number, joint: number, spec: RobotSpec): JointReading {
	const at = tick * batch.joints + joint;
	const finite = (value: number | undefined): number | null =>
		value !== undefined && Number.isFinite(value) ? value : null;
	return {
		temperatureC: finite(batch.temperature[at]),
		voltageV: finite(batch.voltage[at]),
		currentMa: finite(batch.current[at]),
		loadPercent: finite(batch.load[at]),
		faults: finite(batch.faults[at]),
		gripper: spec.joints[joint]?.unit === 'percent'
	};
}
