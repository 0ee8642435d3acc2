/**
 * A gamepad with the standard mapping of the Gamepad API -> wishes. Knows axes and buttons by number; polling is the
 * page's business.
 *
 * Left stick: turn, forward. Right stick: roll, up. Triggers: close (right), open (left). D-pad up and down: tilt.
 *
 * Sticks do not rest at 0 and no two rest alike: what they show when the pad takes over is taken for rest, if it is small.
 * A stick that is held already when the pad takes over does nothing until it has been let go once.
 */
import type { JogVelocity } from './jog-keys';
import { stillVelocity } from './jog-keys';
import type { JogMotion } from './jog-motion';
import type { DriveSource } from './source';
import { INPUT_STALE_MS } from './source';

export interface GamepadInput {
	/** -1..1; up and left are negative. */
	readonly axes: readonly number[];
	/** 0..1. */
	readonly buttons: readonly number[];
}

export const GAMEPAD_AXES = { leftX: 0, leftY: 1, rightX: 2, rightY: 3 } as const;
export const GAMEPAD_BUTTONS = {
	leftTrigger: 6,
	rightTrigger: 7,
	select: 8,
	start: 9,
	dpadUp: 12,
	dpadDown: 13
} as const;

/** Below this a stick is at rest; above it the rest of its way is spread over 0..1. */
const DEAD_ZONE = 0.12;
/** Resting offsets up to this are drift; a stick further out is being held. */
const MAX_DRIFT = 0.25;
/** 0 = straight, 1 = cube: small moves get finer. */
const EXPO = 0.6;
const AXIS_COUNT = 4;

/** Dead zone and expo of one axis, -1..1 to -1..1. A value that is not a number is a stick at rest. */
export function shapeAxis(value: number): number {
	if (!Number.isFinite(value)) return 0;
	const size = Math.min(1, Math.abs(value));
	if (size <= DEAD_ZONE) return 0;
	const way = (size - DEAD_ZONE) / (1 - DEAD_ZONE);
	return Math.sign(value) * ((1 - EXPO) * way + EXPO * way ** 3);
}

export function createGamepad(motion: JogMotion): DriveSource<GamepadInput> {
	const velocity: JogVelocity = stillVelocity(motion.wish.length);
	const rest = new Float64Array(AXIS_COUNT);
	const free = new Uint8Array(AXIS_COUNT);
	let fresh = true;
	let inputMs = Number.NEGATIVE_INFINITY;

	const raw = (input: GamepadInput, axis: number): number => {
		const value = input.axes[axis] ?? 0;
		return Number.isFinite(value) ? Math.min(1, Math.max(-1, value)) : 0;
	};

	const learnRest = (input: GamepadInput): void => {
		for (let axis = 0; axis < AXIS_COUNT; axis++) {
			const value = raw(input, axis);
			const drifts = Math.abs(value) <= MAX_DRIFT;
			rest[axis] = drifts ? value : 0;
			free[axis] = drifts ? 1 : 0;
		}
	};

	const stick = (input: GamepadInput, axis: number): number => {
		const value = shapeAxis(raw(input, axis) - (rest[axis] ?? 0));
		if (value === 0) free[axis] = 1;
		return free[axis] === 1 ? value : 0;
	};

	const button = (input: GamepadInput, index: number): number => {
		const value = input.buttons[index] ?? 0;
		return Number.isFinite(value) && value > DEAD_ZONE ? Math.min(1, value) : 0;
	};

	return {
		source: 'gamepad',
		get inputMs() {
			return inputMs;
		},
		begin(state) {
			motion.begin(state);
			fresh = true;
		},
		input(input, atMs) {
			inputMs = atMs;
			if (fresh) learnRest(input);
			fresh = false;
			// Adding 0 turns -0 into 0.
			velocity.turn = 0 - stick(input, GAMEPAD_AXES.leftX);
			velocity.forward = 0 - stick(input, GAMEPAD_AXES.leftY);
			velocity.roll = 0 - stick(input, GAMEPAD_AXES.rightX);
			velocity.up = 0 - stick(input, GAMEPAD_AXES.rightY);
			velocity.tilt = button(input, GAMEPAD_BUTTONS.dpadUp) - button(input, GAMEPAD_BUTTONS.dpadDown);
			velocity.gripper =
				button(input, GAMEPAD_BUTTONS.leftTrigger) - button(input, GAMEPAD_BUTTONS.rightTrigger);
		},
		advance(dtS, nowMs, goal) {
			if (!motion.ready) return null;
			if (nowMs - inputMs <= INPUT_STALE_MS) motion.advance(velocity, dtS, goal);
			return motion.wish;
		}
	};
}
