/**
 * A recorded episode -> wishes at the recorded times. Knows rows and their times; knows nothing of stores. The clock of the
 * replay is its own: it waits at the first row until the arm has met it, and it slows down with the gate, so that a path
 * that is too fast is driven slower and not cut short.
 */
import type { RobotSpec } from '$lib/contracts';
import { clampJoint } from './source';

export interface ReplayRows {
	readonly frameCount: number;
	/** Actions, row-major: joint j of row i at i*N+j, LeRobot units. */
	readonly action: Float32Array;
	/** Time of each row since the first, ms; not falling. */
	readonly captureMs: ArrayLike<number>;
}

export interface ReplayGate {
	/** The arm has not met the source yet. */
	readonly handover: boolean;
	/** How much of the asked step the gate made, 0..1. */
	readonly stretch: number;
}

export interface Replay {
	readonly source: 'replay';
	/** 0..1 of the recorded time. */
	readonly progress: number;
	readonly done: boolean;
	/** Wish of this tick; `gate` is what the gate answered in the one before, null at first. The array is re-used. */
	advance(dtS: number, gate: ReplayGate | null): Float32Array;
	restart(): void;
}

/** Rows as if taken at exactly n / fps. */
export function nominalTimes(frameCount: number, fps: number): Float64Array {
	return Float64Array.from({ length: frameCount }, (_, i) => (1000 * i) / fps);
}

/** Throws a RangeError for an episode without rows or with rows that do not fit the robot: the caller chose it wrongly. */
export function createReplay(rows: ReplayRows, spec: RobotSpec): Replay {
	const joints = spec.joints.length;
	const { frameCount, action, captureMs } = rows;
	if (frameCount < 1 || action.length !== frameCount * joints || captureMs.length !== frameCount)
		throw new RangeError(
			`episode of ${frameCount} rows and ${action.length} values does not fit ${joints} joints`
		);
	const startMs = captureMs[0] ?? 0;
	const endMs = captureMs[frameCount - 1] ?? 0;
	const wish = new Float32Array(joints);
	let timeMs = startMs;
	let row = 0;

	const fill = (): void => {
		while (row < frameCount - 1 && (captureMs[row + 1] ?? Infinity) <= timeMs) row += 1;
		const next = Math.min(row + 1, frameCount - 1);
		const from = captureMs[row] ?? 0;
		const span = (captureMs[next] ?? 0) - from;
		const share = span > 0 ? Math.min(1, Math.max(0, (timeMs - from) / span)) : 0;
		for (let j = 0; j < joints; j++) {
			const a = action[row * joints + j] ?? Number.NaN;
			const b = action[next * joints + j] ?? Number.NaN;
			wish[j] = clampJoint(spec, j, a + share * (b - a));
		}
	};

	return {
		source: 'replay',
		get progress() {
			return endMs > startMs ? (timeMs - startMs) / (endMs - startMs) : 1;
		},
		get done() {
			return timeMs >= endMs;
		},
		advance(dtS, gate) {
			const pace = gate === null || gate.handover ? 0 : Math.min(1, Math.max(0, gate.stretch));
			if (dtS > 0 && Number.isFinite(dtS)) timeMs = Math.min(endMs, timeMs + 1000 * dtS * pace);
			fill();
			return wish;
		},
		restart() {
			timeMs = startMs;
			row = 0;
		}
	};
}
