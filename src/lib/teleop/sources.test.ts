import { describe, expect, it } from 'vitest';
import { SO101 } from '$lib/contracts';
import { createGamepad, shapeAxis } from './gamepad';
import { createJogMotion } from './jog-motion';
import { createKeyboard } from './keyboard';
import { createLeader } from './leader';
import { createPageDrive } from './page-drive';
import { createSliders } from './sliders';

const READY = [0, -40, 40, 60, 0, 30];

describe('sliders', () => {
	it('start where the arm is and keep their limits', () => {
		const sliders = createSliders(SO101);
		expect(sliders.advance(0.005, 0, null)).toBeNull();
		sliders.begin(READY);
		expect([...(sliders.advance(0.005, 0, null) ?? [])]).toEqual(READY);
		sliders.input([500, 0, 0, 0, 0, -5], 10);
		expect([...(sliders.advance(0.005, 0, null) ?? [])]).toEqual([110, 0, 0, 0, 0, 0]);
		expect(sliders.inputMs).toBe(10);
	});

	it('take no half pose', () => {
		const sliders = createSliders(SO101);
		sliders.begin(READY);
		for (const bad of [[NaN, 0, 0, 0, 0, 0], [0, 0], [0, 0, 0, 0, 0, Infinity], []]) sliders.input(bad, 5);
		expect([...(sliders.advance(0.005, 0, null) ?? [])]).toEqual(READY);
	});
});

describe('keyboard', () => {
	it('moves while keys are held, and not on after the page has gone silent', () => {
		const keyboard = createKeyboard(createJogMotion());
		keyboard.begin(READY);
		keyboard.input(['joint_1_plus'], 1000);
		for (let now = 1000; now <= 2000; now += 5) keyboard.advance(0.005, now, null);
		// 21 ticks of 5 ms at 35 degrees a second, then the key counts as released.
		expect(keyboard.advance(0.005, 2000, null)?.[0]).toBeCloseTo(21 * 0.005 * 35, 2);
		keyboard.input([], 2005);
		expect(keyboard.advance(0.005, 2010, null)?.[0]).toBeCloseTo(21 * 0.005 * 35, 2);
	});
});

describe('gamepad', () => {
	const still = { axes: [0, 0, 0, 0], buttons: [] };
	const pad = (first: { axes: number[]; buttons: number[] }) => {
		const gamepad = createGamepad(createJogMotion());
		gamepad.begin(READY);
		gamepad.input(first, 0);
		return gamepad;
	};
	const push = (gamepad: ReturnType<typeof pad>, axes: number[], buttons: number[] = []): number[] => {
		gamepad.input({ axes, buttons }, 5);
		return [...(gamepad.advance(0.05, 5, null) ?? [])];
	};

	it('shapes an axis: dead in the middle, fine at first, full at the end, odd', () => {
		expect(shapeAxis(0.1)).toBe(0);
		expect(shapeAxis(1)).toBeCloseTo(1, 12);
		expect(shapeAxis(-1)).toBeCloseTo(-1, 12);
		expect(shapeAxis(0.5)).toBeLessThan(0.3);
		expect(shapeAxis(0.5)).toBe(-shapeAxis(-0.5));
		expect(shapeAxis(NaN)).toBe(0);
		expect(shapeAxis(1e9)).toBeCloseTo(1, 12);
	});

	it('turns left with the left stick and closes with the right trigger', () => {
		const gamepad = pad(still);
		expect(push(gamepad, [-1, 0, 0, 0])[0]).toBeLessThan(-0.5);
		expect(push(gamepad, [0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1])[5]).toBeLessThan(30);
	});

	it('takes a small offset for drift', () => {
		const gamepad = pad({ axes: [0.2, -0.18, 0.1, 0.22], buttons: [] });
		expect(push(gamepad, [0.21, -0.2, 0.12, 0.2])).toEqual(READY);
		expect(push(gamepad, [-1, 0, 0, 0])[0]).toBeLessThan(-0.5);
	});

	it('ignores a stick that is held when the pad takes over, until it was let go', () => {
		const gamepad = pad({ axes: [1, 0, 0, 0], buttons: [] });
		expect(push(gamepad, [1, 0, 0, 0])).toEqual(READY);
		expect(push(gamepad, [0, 0, 0, 0])).toEqual(READY);
		expect(push(gamepad, [1, 0, 0, 0])[0]).toBeGreaterThan(0.5);
	});

	it('survives a pad that reports nonsense or less than it should', () => {
		const gamepad = pad(still);
		expect(push(gamepad, [NaN, Infinity], [NaN])).toEqual(READY);
		expect(push(gamepad, [])).toEqual(READY);
	});
});

describe('leader', () => {
	it('hands on what was read, and nothing for a failed read', () => {
		const leader = createLeader(SO101);
		leader.begin(READY);
		expect(leader.advance(0.005, 0, null)).toBeNull();
		leader.input([1, 2, 3, 4, 5, 6], 100);
		leader.input(null, 105);
		leader.input([1, NaN, 3, 4, 5, 6], 110);
		expect([...(leader.advance(0.005, 110, null) ?? [])]).toEqual([1, 2, 3, 4, 5, 6]);
		// The stamp stays that of the last real reading, so the wish grows old and the gate holds.
		expect(leader.inputMs).toBe(100);
	});
});

describe('page drive', () => {
	it('starts every source from where the arm is, and stamps wishes with the time of their input', () => {
		const drive = createPageDrive();
		expect(drive.setpoint(0.005, 0, 1, null)).toBeNull();
		drive.take({ source: 'keyboard', held: ['joint_1_plus'] }, 100, null);
		expect(drive.setpoint(0.005, 100, 1, null)).toBeNull();
		drive.take({ source: 'keyboard', held: ['joint_1_plus'] }, 133, READY);
		const first = drive.setpoint(0.005, 140, 7, null);
		expect(first).toMatchObject({ v: 1, source: 'keyboard', epoch: 7, tMs: 133 });
		expect(first?.q[0]).toBeCloseTo(0.175, 3);
		drive.take({ source: 'gamepad', axes: [0, 0, 0, 0], buttons: [] }, 166, [5, -40, 40, 60, 0, 30]);
		expect(drive.setpoint(0.005, 170, 7, null)?.q[0]).toBe(5);
	});

	it('starts from the arm again after a stop, whatever was wished before', () => {
		const drive = createPageDrive();
		drive.take({ source: 'keyboard', held: ['joint_1_plus'] }, 0, READY);
		for (let now = 0; now < 100; now += 5) drive.setpoint(0.005, now, 1, null);
		drive.restart();
		expect(drive.setpoint(0.005, 100, 2, null)).toBeNull();
		drive.take({ source: 'keyboard', held: [] }, 133, READY);
		expect(drive.setpoint(0.005, 135, 2, null)?.q[0]).toBe(0);
	});

	it('takes the leader from where it is read, not from the page', () => {
		const drive = createPageDrive();
		drive.take({ source: 'leader' }, 0, READY);
		expect(drive.setpoint(0.005, 5, 1, null)).toBeNull();
		drive.leaderState([10, 0, 0, 0, 0, 0], 8);
		expect(drive.setpoint(0.005, 10, 1, null)).toMatchObject({ source: 'leader', tMs: 8 });
	});

	it('passes slider targets through', () => {
		const drive = createPageDrive();
		drive.take({ source: 'sliders', q: Float32Array.of(1, 2, 3, 4, 5, 6) }, 0, READY);
		expect([...(drive.setpoint(0.005, 5, 1, null)?.q ?? [])]).toEqual([1, 2, 3, 4, 5, 6]);
	});
});
