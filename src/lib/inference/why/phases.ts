// Phases of an episode, from what was measured in it and from nothing else: how open the gripper was, whether it moved, and
// whether the arm did. Knows joints and times; knows no task.
//
// [Note: thresholds] A servo at rest reads steps of 0.09 degrees, so that noise over the window stays below 1 degree a second.
// A gripper that takes two seconds for its whole way makes 50 percent a second.

import type { PolicyJoint, WhyPhase, WhySpan } from '$lib/contracts';
import { rowAt, type Rows } from './rows';

/** Half the time over which a speed is measured, ms. */
const HALF_WINDOW_MS = 120;
const ARM_MOVES_PER_S = 3;
const GRIPPER_MOVES_PER_S = 15;
/** A gripper that stays within this, percent, is neither open nor shut. */
export const GRIPPER_SPAN = 15;
/** Shorter than this is no phase of its own, ms. */
const LEAST_MS = 200;

export function gripperOf(joints: readonly PolicyJoint[]): number {
	return joints.findIndex(({ name, unit }) => name === 'gripper' && unit === 'percent');
}

/** Column of one joint. */
export function columnOf(values: Float32Array, joints: number, joint: number): Float32Array {
	return Float32Array.from(
		{ length: values.length / joints },
		(_, row) => values[row * joints + joint] ?? NaN
	);
}

/** Phase of every row. */
export function phasesOf(rows: Rows, joints: readonly PolicyJoint[]): readonly WhyPhase[] {
	const { count, timesMs, state } = rows;
	const gripper = gripperOf(joints);
	const opening = gripper < 0 ? new Float32Array(0) : columnOf(state, rows.joints, gripper);
	const [shut, open] = [Math.min(...opening), Math.max(...opening)];
	const halfOpen = open - shut >= GRIPPER_SPAN ? (open + shut) / 2 : null;
	const phases = Array.from({ length: count }, (_, row): WhyPhase => {
		if (rows.correction?.[row] === 1) return 'by_hand';
		const at = timesMs[row] ?? 0;
		const before = Math.max(0, rowAt(rows, at - HALF_WINDOW_MS, Infinity));
		const after = Math.max(0, rowAt(rows, at + HALF_WINDOW_MS, Infinity));
		const seconds = ((timesMs[after] ?? 0) - (timesMs[before] ?? 0)) / 1000;
		const speed = (joint: number): number =>
			seconds > 0
				? ((state[after * rows.joints + joint] ?? 0) - (state[before * rows.joints + joint] ?? 0)) / seconds
				: 0;
		const grips = gripper < 0 ? 0 : speed(gripper);
		if (halfOpen !== null && Math.abs(grips) > GRIPPER_MOVES_PER_S) return grips < 0 ? 'shuts' : 'opens';
		const moves = joints.some((_, joint) => joint !== gripper && Math.abs(speed(joint)) > ARM_MOVES_PER_S);
		if (!moves) return 'still';
		if (halfOpen === null) return 'moves';
		return (opening[row] ?? 0) >= halfOpen ? 'moves_open' : 'moves_shut';
	});
	return withoutFlicker(phases, timesMs);
}

/** What is too short to be a phase belongs to the one before; a hand's rows stay a hand's. */
function withoutFlicker(phases: readonly WhyPhase[], timesMs: Float64Array): readonly WhyPhase[] {
	const calm = [...phases];
	let from = 0;
	for (let row = 1; row <= calm.length; row++) {
		if (row < calm.length && calm[row] === calm[from]) continue;
		const lastedMs = (timesMs[row - 1] ?? 0) - (timesMs[from] ?? 0);
		const before = calm[from - 1];
		const hands = calm[from] === 'by_hand' || before === 'by_hand';
		if (before !== undefined && lastedMs < LEAST_MS && !hands) calm.fill(before, from, row);
		from = row;
	}
	return calm;
}

/** The same as stretches of time. */
export function spansOf(phases: readonly WhyPhase[], timesMs: Float64Array): readonly WhySpan[] {
	const spans: WhySpan[] = [];
	for (const [row, phase] of phases.entries()) {
		const atS = (timesMs[row] ?? 0) / 1000;
		const last = spans.at(-1);
		if (last?.phase === phase) spans[spans.length - 1] = { ...last, untilS: atS };
		else {
			if (last !== undefined) spans[spans.length - 1] = { ...last, untilS: atS };
			spans.push({ phase, fromS: atS, untilS: atS });
		}
	}
	return spans;
}
