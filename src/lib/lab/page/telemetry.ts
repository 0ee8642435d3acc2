// Turns tick batches into what the page shows: newest value per joint, achieved rate over the last second, and a ring of
// traces. A value that was not read is null here, never a number.

import { TICK_FLAGS, type RobotSpec, type TickBatch } from '$lib/contracts';
import { TraceBuffer, type JointView } from '$lib/ui/lab';

const RATE_WINDOW_MS = 1000;
/** About ten seconds at one sample per batch. */
const TRACE_SAMPLES = 300;

export interface Telemetry {
	take(batch: TickBatch): void;
	joints(): JointView[];
	/** Ticks that were really read in the last second; null before the first second is full. */
	hz(): number | null;
	/** Newest state that was read, LeRobot units; null before the first. */
	readonly state: Float32Array | null;
	readonly goal: Float32Array | null;
	/** ROBOT clock of the newest tick; null before the first. */
	readonly newestMs: number | null;
	readonly failedTicks: number;
	readonly retries: number;
	readonly traces: TraceBuffer;
	reset(): void;
}

function finite(value: number | undefined): number | null {
	return value !== undefined && Number.isFinite(value) ? value : null;
}

export function createTelemetry(spec: RobotSpec): Telemetry {
	const joints = spec.joints.length;
	const traces = new TraceBuffer(joints, TRACE_SAMPLES);
	let state: Float32Array | null = null;
	let goal: Float32Array | null = null;
	let last: { batch: TickBatch; read: number; any: number } | null = null;
	let failedTicks = 0;
	let retries = 0;
	let readTimes: number[] = [];
	let firstAtMs: number | null = null;

	const countTicks = (batch: TickBatch): number => {
		let read = -1;
		for (let tick = 0; tick < batch.count; tick++) {
			const flags = batch.flags[tick] ?? 0;
			if ((flags & TICK_FLAGS.retried) !== 0) retries += 1;
			if ((flags & TICK_FLAGS.read) !== 0) {
				read = tick;
				readTimes.push(batch.tMs[tick] ?? 0);
			} else failedTicks += 1;
		}
		return read;
	};

	return {
		take(batch) {
			if (batch.count === 0 || batch.joints !== joints) return;
			const any = batch.count - 1;
			firstAtMs ??= batch.tMs[0] ?? null;
			const read = countTicks(batch);
			const newestMs = batch.tMs[any] ?? 0;
			const keepFrom = readTimes.findIndex((at) => at > newestMs - RATE_WINDOW_MS);
			readTimes = keepFrom < 0 ? [] : readTimes.slice(keepFrom);
			if (read >= 0) state = batch.state.slice(read * joints, (read + 1) * joints);
			const sent = ((batch.flags[any] ?? 0) & TICK_FLAGS.sent) !== 0;
			goal = sent ? batch.goal.slice(any * joints, (any + 1) * joints) : null;
			last = { batch, read, any };
			traces.push(newestMs / 1000, batch.state, batch.goal, any * joints);
		},
		joints() {
			return spec.joints.map((joint, index) => {
				const at = last === null || last.read < 0 ? -1 : last.read * joints + index;
				const batch = last?.batch;
				return {
					name: joint.name,
					unit: joint.unit,
					min: joint.min,
					max: joint.max,
					state: at < 0 ? null : finite(batch?.state[at]),
					goal: finite(goal?.[index]),
					limitedBy: batch?.limitedBy[last?.any ?? 0] ?? 0,
					loadPercent: at < 0 ? null : finite(batch?.load[at]),
					temperatureC: at < 0 ? null : finite(batch?.temperature[at]),
					voltageV: at < 0 ? null : finite(batch?.voltage[at]),
					currentMa: at < 0 ? null : finite(batch?.current[at]),
					faults: at < 0 ? null : finite(batch?.faults[at])
				};
			});
		},
		hz() {
			if (last === null || firstAtMs === null) return null;
			const newestMs = last.batch.tMs[last.any] ?? 0;
			return newestMs - firstAtMs < RATE_WINDOW_MS ? null : readTimes.length;
		},
		get state() {
			return state;
		},
		get goal() {
			return goal;
		},
		get newestMs() {
			return last?.batch.tMs[last.any] ?? null;
		},
		get failedTicks() {
			return failedTicks;
		},
		get retries() {
			return retries;
		},
		traces,
		reset() {
			state = null;
			goal = null;
			last = null;
			readTimes = [];
			firstAtMs = null;
		}
	};
}
