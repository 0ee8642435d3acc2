/**
 * What to do next in pick-and-place, from the present state alone: no timer, no counter, no memory of the last call. The
 * same state always gets the same answer, which is what lets a policy that sees only the present learn from it, and what
 * makes a dropped cube or a pushed arm need no special case. Pure geometry: knows no joints and no servos.
 *
 * [Note: funnels] Phases are not steps of a script but regions. Around the cube and around the target stands a funnel:
 * far away the gripper is wanted high, close by it is wanted low, and where it stands too low for its distance it rises
 * before it travels. Approach, descent, lift, carry and lowering all follow from that.
 */
import type { TaskState } from '$lib/contracts';
import { lerobotToRad, radToLerobot, SO101_JOINT_UNITS } from '$lib/contracts';
import type { Vec3 } from '$lib/core';
import { PADS_PARALLEL_RAD } from '../so101-model/primitives';
import { CUBE_HALF_M } from '../so101-model/scene';

export type PickPlacePhase = 'approach' | 'close' | 'carry' | 'release' | 'retreat' | 'done';

/** The gripper as it stands, in the world frame. */
export interface GripperState {
	/** Grasp point: where the centre of a held cube is. */
	readonly pointM: Vec3;
	/** Unit vector out of the fingers. */
	readonly pointing: Vec3;
	/** Unit vector from the fixed jaw to the moving one. */
	readonly closing: Vec3;
	/** 0..100. */
	readonly opening: number;
}

export interface PickPlacePlan {
	readonly phase: PickPlacePhase;
	/** Where the grasp point is to be next. */
	readonly pointM: Vec3;
	/** Horizontal unit vector along which the jaws are to close. */
	readonly closing: Vec3;
	/** 0..100. */
	readonly opening: number;
	/** The cube's weight hangs on the arm. */
	readonly loaded: boolean;
}

const GRIPPER_UNITS = SO101_JOINT_UNITS[5] ?? { kind: 'percent', closedRad: 0, openRad: 1 };
/** Opening at which both pads lie on the cube. */
const OPENING_ON_CUBE = radToLerobot(GRIPPER_UNITS, PADS_PARALLEL_RAD);
/** Opening asked for while holding: a little inside the cube, so that the servo's spring presses. */
const OPENING_GRIP = OPENING_ON_CUBE - 3;
const OPENING_WIDE = 65;

const MM = 0.001;
/** The fixed jaw comes down this far beside the cube instead of grazing it; closing then draws the cube in. */
const STAND_OFF_M = 8 * MM;
const HOVER_M = 65 * MM;
const CARRY_M = 60 * MM;
const GRASP_BELOW_CENTRE_M = 1 * MM;
/** How far the next point may lie from the present one: this, times the servo's stiffness, is what makes the speed. */
const MAX_LEAD_M = 14 * MM;
const MAX_SINK_LEAD_M = 9 * MM;

const clamp01 = (v: number): number => Math.min(1, Math.max(0, v));
const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function horizontal(v: Vec3): Vec3 {
	const n = Math.hypot(v[0], v[1]);
	return n > 1e-6 ? [v[0] / n, v[1] / n, 0] : [0, 1, 0];
}

/** The four horizontal face normals of the cube; the one nearest to `wanted`. */
function nearestFace(task: TaskState, wanted: Vec3): Vec3 {
	const [w, x, y, z] = task.cubeQuat;
	// Of the cube's three axes two lie flat; which two depends on the face it rests on.
	const axes: Vec3[] = [
		[1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)],
		[2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)],
		[2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)]
	];
	let best: Vec3 = wanted;
	let bestDot = -Infinity;
	for (const axis of axes) {
		if (Math.hypot(axis[0], axis[1]) < 0.7) continue;
		const flat = horizontal(axis);
		const d = dot(flat, wanted);
		if (Math.abs(d) > bestDot) {
			bestDot = Math.abs(d);
			best = d < 0 ? [-flat[0], -flat[1], 0] : flat;
		}
	}
	return best;
}

interface Situation {
	readonly grip: GripperState;
	readonly task: TaskState;
	/** Cube relative to the grasp point: along the closing axis, across it, up. */
	readonly along: number;
	readonly across: number;
	readonly up: number;
	readonly closing: Vec3;
	readonly toTargetM: number;
	readonly heightM: number;
	readonly inJaws: boolean;
	readonly held: boolean;
}

function assess(grip: GripperState, task: TaskState): Situation {
	const cube = task.cubePositionM;
	const offset: Vec3 = [cube[0] - grip.pointM[0], cube[1] - grip.pointM[1], cube[2] - grip.pointM[2]];
	const closing = horizontal(grip.closing);
	const along = dot(offset, closing);
	const across = offset[1] * closing[0] - offset[0] * closing[1];
	const up = offset[2];
	const upright = grip.pointing[2] < -0.9;
	const inJaws =
		upright && Math.abs(across) < 9 * MM && Math.abs(up) < 8 * MM && along > -5 * MM && along < 18 * MM;
	return {
		grip,
		task,
		along,
		across,
		up,
		closing,
		toTargetM: Math.hypot(task.targetPositionM[0] - cube[0], task.targetPositionM[1] - cube[1]),
		heightM: cube[2] - CUBE_HALF_M,
		inJaws,
		held: inJaws && along < 5 * MM && grip.opening < OPENING_ON_CUBE + 3
	};
}

/** The next point towards `goal`, no further than the lead allows. */
function lead(from: Vec3, goal: Vec3, freedom: number): Vec3 {
	const dx = goal[0] - from[0];
	const dy = goal[1] - from[1];
	const distance = Math.hypot(dx, dy);
	const scale = distance > 0 ? (freedom * Math.min(distance, MAX_LEAD_M)) / distance : 0;
	const dz = Math.min(MAX_LEAD_M, Math.max(-MAX_SINK_LEAD_M, goal[2] - from[2]));
	return [from[0] + scale * dx, from[1] + scale * dy, from[2] + dz];
}

/** How freely to travel when `lackM` too low: not at all from 25 mm on. */
const freedom = (lackM: number): number => clamp01(1 - (lackM - 10 * MM) / (15 * MM));

function approach(s: Situation): PickPlacePlan {
	const { grip, task } = s;
	const cube = task.cubePositionM;
	const near = Math.hypot(cube[0] - grip.pointM[0], cube[1] - grip.pointM[1]) < 30 * MM;
	const bearing = horizontal([-cube[1], cube[0], 0]);
	const closing = nearestFace(task, near ? s.closing : bearing);
	const beside: Vec3 = [
		cube[0] - STAND_OFF_M * closing[0],
		cube[1] - STAND_OFF_M * closing[1],
		cube[2] - GRASP_BELOW_CENTRE_M
	];
	const apart = Math.hypot(beside[0] - grip.pointM[0], beside[1] - grip.pointM[1]);
	// Jaws that are shut, tilted or turned wrongly have no business down there.
	const ready = grip.opening > 45 && grip.pointing[2] < -0.9 && dot(closing, s.closing) > 0.97;
	const height = ready ? HOVER_M * clamp01((apart - 4 * MM) / (20 * MM)) : HOVER_M;
	const goal: Vec3 = [beside[0], beside[1], beside[2] + height];
	return {
		phase: 'approach',
		pointM: lead(grip.pointM, goal, freedom(goal[2] - grip.pointM[2])),
		closing,
		opening: OPENING_WIDE,
		loaded: false
	};
}

/** Stay, squarely over the cube, and shut the jaws; the fixed jaw keeps its place, the cube comes to it. */
function close(s: Situation): PickPlacePlan {
	const [x, y, z] = s.grip.pointM;
	const goal: Vec3 = [
		x - s.across * s.closing[1],
		y + s.across * s.closing[0],
		z + s.up - GRASP_BELOW_CENTRE_M
	];
	return {
		phase: 'close',
		pointM: lead(s.grip.pointM, goal, 1),
		closing: nearestFace(s.task, s.closing),
		opening: OPENING_GRIP,
		loaded: false
	};
}

function carry(s: Situation): PickPlacePlan {
	const { grip, task } = s;
	const height = CARRY_M * clamp01((s.toTargetM - 4 * MM) / (30 * MM));
	const rise = height - s.heightM;
	const goal: Vec3 = [
		grip.pointM[0] + task.targetPositionM[0] - task.cubePositionM[0],
		grip.pointM[1] + task.targetPositionM[1] - task.cubePositionM[1],
		grip.pointM[2] + rise
	];
	return {
		phase: 'carry',
		pointM: lead(grip.pointM, goal, freedom(rise)),
		closing: s.closing,
		opening: OPENING_GRIP,
		loaded: true
	};
}

/** The cube stands on its target: let go, step aside from it, rise, then rest above it. */
function leave(s: Situation): PickPlacePlan {
	const { grip } = s;
	const [x, y, z] = grip.pointM;
	const clear = Math.hypot(s.along, s.across) > 45 * MM || -s.up > 30 * MM;
	const free = grip.opening > OPENING_WIDE - 8 && s.along > STAND_OFF_M - 4 * MM;
	// Rising with the fixed jaw against the cube would drag it along, so the jaw leaves it first.
	const aside = grip.opening > OPENING_ON_CUBE + 6 && !clear ? s.along - STAND_OFF_M : 0;
	const beside: Vec3 = [x + aside * s.closing[0], y + aside * s.closing[1], z];
	const common = { closing: s.closing, opening: OPENING_WIDE, loaded: false };
	if (!clear && !free) return { ...common, phase: 'release', pointM: lead(grip.pointM, beside, 1) };
	const top = CUBE_HALF_M + HOVER_M;
	return {
		...common,
		phase: z > top - 10 * MM ? 'done' : 'retreat',
		pointM: lead(grip.pointM, [beside[0], beside[1], top], 1)
	};
}

/** The next move. Always answers; when everything is done it answers "stay open above the cube". */
export function planPickPlace(grip: GripperState, task: TaskState): PickPlacePlan {
	const s = assess(grip, task);
	// A held cube must stand well inside the disc. One that is being let go may rock and need not be picked up again.
	const placed = s.held
		? s.heightM < 4 * MM && s.toTargetM < 7 * MM
		: s.heightM < 12 * MM && s.toTargetM < 22 * MM;
	if (placed) return leave(s);
	if (s.held) return carry(s);
	if (s.inJaws) return close(s);
	return approach(s);
}

/** Jaw angle in rad of an opening 0..100. */
export const openingToRad = (opening: number): number => lerobotToRad(GRIPPER_UNITS, opening);
