import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { err, ok } from '$lib/core';
import { CAMERA_LADDER, fallTo, lowerMode, openCameras, type CameraOpener } from './camera-ladder';
import type { CameraMode, OpenFailure } from './device-types';

const [BEST, SMALL, SLOW, LEAST] = CAMERA_LADDER as [CameraMode, CameraMode, CameraMode, CameraMode];
const load = ({ width, height, fps }: CameraMode): number => width * height * fps;

interface Handle {
	readonly id: string;
	readonly mode: CameraMode;
}

/** A USB hub: reserves by size, refuses like a busy camera when nothing is left. */
function hub(budget: number, broken: Readonly<Record<string, OpenFailure>> = {}) {
	const held = new Set<Handle>();
	const used = (): number => [...held].reduce((sum, { mode }) => sum + load(mode), 0);
	const opener: CameraOpener<Handle> = {
		open(id, mode) {
			const failure = broken[id];
			if (failure) return Promise.resolve(err(failure));
			if ([...held].some((other) => other.id === id) || used() + load(mode) > budget)
				return Promise.resolve(err('busy'));
			const handle = { id, mode };
			held.add(handle);
			return Promise.resolve(ok(handle));
		},
		close: (handle) => void held.delete(handle)
	};
	return { opener, used, held };
}

const wish = (deviceId: string, mode = BEST) => ({ deviceId, mode });
const modes = (answers: Awaited<ReturnType<typeof openCameras<Handle>>>) =>
	answers.map((answer) => (answer.ok ? answer.value.mode : answer.error));

describe('opening cameras', () => {
	it('opens all at their best where there is room', async () => {
		const { opener } = hub(2 * load(BEST));
		expect(modes(await openCameras([wish('a'), wish('b')], opener))).toEqual([BEST, BEST]);
	});

	it('lowers the second when the hub refuses it', async () => {
		const { opener } = hub(load(BEST) + load(SMALL));
		expect(modes(await openCameras([wish('a'), wish('b')], opener))).toEqual([BEST, SMALL]);
	});

	it('lowers the first too when the second fits at no size', async () => {
		const { opener } = hub(load(BEST));
		expect(modes(await openCameras([wish('a'), wish('b')], opener))).toEqual([SMALL, BEST].map(() => SMALL));
	});

	it('gives the others their size back when room was not the reason', async () => {
		const { opener, held } = hub(9 * load(BEST), { b: 'busy' });
		expect(modes(await openCameras([wish('a'), wish('b')], opener))).toEqual([BEST, 'busy']);
		expect(held.size).toBe(1);
	});

	it.each(['denied', 'missing', 'failed'] as const)('does not try smaller sizes on %s', async (failure) => {
		const { opener } = hub(9 * load(BEST), { a: failure });
		expect(modes(await openCameras([wish('a'), wish('b')], opener))).toEqual([failure, BEST]);
	});

	it('never exceeds the hub, never leaks a camera, at any budget', async () => {
		await fc.assert(
			fc.asyncProperty(fc.nat(3 * load(BEST)), async (budget) => {
				const { opener, used, held } = hub(budget);
				const answers = await openCameras([wish('a'), wish('b'), wish('c')], opener);
				expect(used()).toBeLessThanOrEqual(budget);
				const opened = answers.flatMap((answer) => (answer.ok ? [answer.value.opened] : []));
				expect([...held].sort((a, b) => a.id.localeCompare(b.id))).toEqual(opened);
				if (budget >= 3 * load(LEAST)) expect(opened).toHaveLength(3);
			}),
			{ seed: 61, numRuns: 200 }
		);
	});
});

describe('falling', () => {
	it('goes down one step at a time and ends', () => {
		expect([lowerMode(BEST), lowerMode(SMALL), lowerMode(SLOW), lowerMode(LEAST)]).toEqual([
			SMALL,
			SLOW,
			LEAST,
			null
		]);
		expect(lowerMode({ width: 1280, height: 720, fps: 30 })).toEqual(BEST);
	});

	const delivery = { mode: BEST, sinceMs: 0, fps: 30, dark: false };

	it.each([
		['delivers', delivery, 9000, null],
		['is new', { ...delivery, fps: null }, 2900, null],
		['gives nothing', { ...delivery, fps: null }, 3000, SMALL],
		['is slow', { ...delivery, fps: 12 }, 3000, SMALL],
		['is slow because it is dark', { ...delivery, fps: 12, dark: true }, 3000, null],
		['is at the bottom', { ...delivery, mode: LEAST, fps: 1 }, 3000, null]
	])('a camera that %s', (_, state, nowMs, expected) => {
		expect(fallTo(state, nowMs)).toEqual(expected);
	});
});
