import { describe, expect, it } from 'vitest';
import { createVirtualScheduler } from '$lib/core';
import { createCameraWatch, type CameraWatch } from './camera-watch';

const FAULT_MS = 3000;

interface Scene {
	/** Time of picture k after `from`, or null for none any more. */
	readonly period: number | null;
	readonly meanLuma?: number;
	readonly spread?: number;
	readonly still?: boolean;
}

const GOOD: Scene = { period: 1000 / 30 };

interface Seen {
	readonly atMs: number;
	readonly condition: CameraWatch['condition'];
}

/** Good pictures for three seconds, then `fault`; what the watch says, whenever it changes. */
function run(fault: Scene, untilMs = 6000, before = GOOD): { changes: Seen[]; watch: CameraWatch } {
	const scheduler = createVirtualScheduler();
	const watch = createCameraWatch(30);
	const changes: Seen[] = [];
	let k = 0;
	const note = (): void => {
		const { condition } = watch;
		if (changes.at(-1)?.condition !== condition) changes.push({ atMs: scheduler.now(), condition });
	};
	const shoot = (): void => {
		const scene = scheduler.now() < FAULT_MS ? before : fault;
		const { period, meanLuma = 120, spread = 200, still = false } = scene;
		if (period === null) return;
		k++;
		watch.frame({ tMs: scheduler.now(), meanLuma, spread, checksum: still ? 7 : k });
		note();
		scheduler.at(scheduler.now() + period, shoot);
	};
	const look = (): void => {
		watch.check(scheduler.now());
		note();
		scheduler.at(scheduler.now() + 100, look);
	};
	scheduler.at(0, shoot);
	scheduler.at(0, look);
	scheduler.advanceTo(untilMs);
	return { changes, watch };
}

describe('camera watch', () => {
	it.each([
		['frozen', { period: null }],
		['frozen', { ...GOOD, still: true }],
		['black', { ...GOOD, meanLuma: 17, spread: 3 }],
		['black', { ...GOOD, meanLuma: 16, spread: 0, still: true }],
		['slow', { period: 1000 / 15 }],
		['slow', { period: 1000 / 20 }],
		['dim', { period: 1000 / 15, meanLuma: 50 }]
	] as const)('names %s within a second: %o', (name, fault) => {
		const { changes } = run(fault);
		expect(changes.map(({ condition }) => condition)).toEqual(['starting', 'live', name]);
		expect((changes.at(-1)?.atMs ?? 0) - FAULT_MS).toBeLessThanOrEqual(1000);
	});

	it('names unplugged at once', () => {
		const { watch } = run(GOOD);
		expect(watch.condition).toBe('live');
		watch.ended();
		expect(watch.condition).toBe('unplugged');
	});

	it('takes a fault back when the pictures are good again', () => {
		for (const fault of [
			{ ...GOOD, still: true },
			{ ...GOOD, meanLuma: 17, spread: 3 },
			{ period: 1000 / 15 }
		]) {
			const { changes } = run(GOOD, 6000, fault);
			expect(changes.at(-1)?.condition).toBe('live');
			expect((changes.at(-1)?.atMs ?? 0) - FAULT_MS).toBeLessThanOrEqual(1000);
		}
	});

	it('calls neither a dark room that keeps its rate nor a little jitter a fault', () => {
		const { changes } = run({ period: 1000 / 28, meanLuma: 35, spread: 60 });
		expect(changes.map(({ condition }) => condition)).toEqual(['starting', 'live']);
	});

	it('does not take its own sleep for the camera’s', () => {
		const { watch } = run(GOOD);
		watch.check(60_000);
		expect(watch.condition).toBe('live');
	});

	it('says how many pictures come, and nothing before it knows', () => {
		expect(createCameraWatch(30).fps).toBeNull();
		expect(run(GOOD).watch.fps).toBeCloseTo(30, 1);
		expect(run({ period: null }).watch.fps).toBe(0);
	});

	it('calls a camera frozen that never gives a picture', () => {
		const watch = createCameraWatch(30);
		for (let t = 0; t <= 900; t += 100) watch.check(t);
		expect(watch.condition).toBe('frozen');
	});
});
