import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fk } from '$lib/core';
import { SO101, SO101_CHAIN, so101ToRad } from '$lib/contracts';
import { stillVelocity, type HandJogKey, velocityOfKeys } from './jog-keys';
import { createJogMotion, JOG_SPEEDS, type JogMotion } from './jog-motion';

const READY = [0, -40, 40, 60, 0, 30];
const DT = 0.005;

const tip = (q: ArrayLike<number>) => fk(SO101_CHAIN, so101ToRad(q), 'gripper_frame');
const place = (q: ArrayLike<number>): [number, number, number] => {
	const [x = NaN, y = NaN, z = NaN] = tip(q).position;
	return [x, y, z];
};
const tiltOf = (q: ArrayLike<number>): number => Math.asin(tip(q).rotation[6] ?? NaN);

function hold(
	motion: JogMotion,
	keys: readonly string[],
	seconds: number,
	goal: ArrayLike<number> | null = null
): void {
	const velocity = stillVelocity(6);
	velocityOfKeys(keys, velocity);
	for (let t = 0; t < seconds - 1e-9; t += DT) motion.advance(velocity, DT, goal);
}

function ready(state: readonly number[] = READY): JogMotion {
	const motion = createJogMotion();
	motion.begin(state);
	return motion;
}

describe('hand keys', () => {
	it('wishes nothing before it knows where the arm is, and takes no half pose for one', () => {
		const motion = createJogMotion();
		motion.begin([0, 0, NaN, 0, 0, 0]);
		motion.begin([0, 0, 0]);
		expect(motion.ready).toBe(false);
		hold(motion, ['up'], 0.1);
		expect([...motion.wish]).toEqual([0, 0, 0, 0, 0, 0]);
	});

	const straight: [HandJogKey, readonly [number, number, number]][] = [
		['forward', [1, 0, 0]],
		['back', [-1, 0, 0]],
		['up', [0, 0, 1]],
		['down', [0, 0, -1]]
	];
	it.each(straight)('%s moves the fingers that way and no other, and keeps their tilt', (key, way) => {
		const motion = ready();
		const from = place(motion.wish);
		const tilt = tiltOf(motion.wish);
		hold(motion, [key], 0.5);
		const to = place(motion.wish);
		way.forEach((w, k) =>
			expect((to[k] ?? NaN) - (from[k] ?? NaN)).toBeCloseTo(w * 0.5 * JOG_SPEEDS.handMPerS, 3)
		);
		expect(tiltOf(motion.wish)).toBeCloseTo(tilt, 2);
		expect(motion.wish[4]).toBe(0);
		expect(motion.wish[5]).toBe(30);
	});

	it('goes forward where the arm looks, not where the table does', () => {
		const motion = ready([60, -40, 40, 60, 0, 30]);
		const from = place(motion.wish);
		hold(motion, ['forward'], 0.5);
		const to = place(motion.wish);
		// Panned by +60 degrees the arm looks to its right: -y.
		expect(Math.atan2(to[1] - from[1], to[0] - from[0])).toBeCloseTo(-Math.PI / 3, 1);
	});

	it('turns left and keeps height and reach', () => {
		const motion = ready();
		const from = place(motion.wish);
		hold(motion, ['turn_left'], 0.5);
		const to = place(motion.wish);
		expect(to[1]).toBeGreaterThan(0.02);
		expect(to[2]).toBeCloseTo(from[2], 3);
		expect(motion.wish[0]).toBeCloseTo((-0.5 * JOG_SPEEDS.turnRadPerS * 180) / Math.PI, 0);
	});

	it('tilts the fingers about their tips', () => {
		const motion = ready();
		const from = place(motion.wish);
		const tilt = tiltOf(motion.wish);
		hold(motion, ['tilt_up'], 0.3);
		expect(tiltOf(motion.wish) - tilt).toBeCloseTo(0.3 * JOG_SPEEDS.tiltRadPerS, 1);
		place(motion.wish).forEach((value, k) => expect(value).toBeCloseTo(from[k] ?? NaN, 2));
	});

	it('stays at the end of its reach, says so, and comes back at once', () => {
		const motion = ready();
		hold(motion, ['forward'], 10);
		expect(motion.atReach).toBe(true);
		const far = place(motion.wish);
		expect(far[0]).toBeGreaterThan(0.35);
		hold(motion, ['forward'], 2);
		expect(place(motion.wish)[0] - far[0]).toBeLessThan(0.003);
		hold(motion, ['back'], 0.25);
		expect(far[0] - place(motion.wish)[0]).toBeGreaterThan(0.01);
	});

	it('does not push the fingers into the table', () => {
		const motion = ready();
		hold(motion, ['down'], 10);
		const low = place(motion.wish)[2];
		expect(low).toBeGreaterThan(-0.001);
		expect(low).toBeLessThan(0.02);
	});

	it('waits for an arm that is held back', () => {
		const motion = ready();
		hold(motion, ['turn_left'], 3, READY);
		expect(Math.abs(motion.wish[0] ?? NaN)).toBeLessThan(9);
		const stuckHand = [...READY.slice(0, 5), 30];
		hold(motion, ['gripper_close'], 3, stuckHand);
		expect(motion.wish[5]).toBeCloseTo(22, 1);
	});

	it('never leaves the limits, never jumps and never is not a number, whatever is held', () => {
		const keys = fc.subarray([
			'forward',
			'back',
			'up',
			'down',
			'turn_left',
			'turn_right',
			'tilt_up',
			'tilt_down',
			'roll_left',
			'gripper_open',
			'joint_2_plus',
			'joint_3_minus',
			'joint_4_plus'
		]);
		const start = fc.tuple(
			...SO101.joints.map((joint) => fc.double({ min: joint.min, max: joint.max, noNaN: true }))
		);
		fc.assert(
			fc.property(
				start,
				fc.array(fc.tuple(keys, fc.integer({ min: 1, max: 20 })), { maxLength: 12 }),
				(state, story) => {
					const motion = ready(state);
					const velocity = stillVelocity(6);
					for (const [held, ticks] of story) {
						velocityOfKeys(held, velocity);
						for (let i = 0; i < ticks; i++) {
							const before = [...motion.wish];
							motion.advance(velocity, 0.02, null);
							SO101.joints.forEach((joint, j) => {
								const now = motion.wish[j] ?? NaN;
								expect(now).toBeGreaterThanOrEqual(joint.min - 1e-4);
								expect(now).toBeLessThanOrEqual(joint.max + 1e-4);
								expect(Math.abs(now - (before[j] ?? NaN))).toBeLessThan(15);
							});
						}
					}
				}
			),
			{ seed: 20261122, numRuns: 60 }
		);
	});
});

describe('joint keys', () => {
	it('move their joint alone, at its pace, to its limit', () => {
		const motion = ready();
		hold(motion, ['joint_2_plus'], 1);
		expect([...motion.wish].map(Math.round)).toEqual([0, -40 + JOG_SPEEDS.jointPerS, 40, 60, 0, 30]);
		hold(motion, ['joint_2_plus'], 20);
		expect(motion.wish[1]).toBe(100);
		hold(motion, ['joint_6_plus'], 1);
		expect(motion.wish[5]).toBeCloseTo(90, 0);
	});
});
