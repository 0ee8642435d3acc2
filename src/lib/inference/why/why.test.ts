import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '$lib/core';
import type { PolicyManifest } from '$lib/contracts';
import { backgroundOf, cameraShift, type LumaPicture } from './camera-shift';
import { errorsOf, MOST_ANSWERS, rowsToAsk, seriesOf, type Asked } from './compare';
import { gripperLag, middleOf, shuttings } from './gripper';
import { judge, LATE_S, MOVED_SHARE, type WhyMeasured } from './judge';
import { phasesOf, spansOf } from './phases';
import { rowAt, type Rows } from './rows';
import { judgeStart, nearLimit } from './start';

const JOINTS = [
	{ name: 'shoulder_pan', unit: 'degrees' },
	{ name: 'gripper', unit: 'percent' }
] as const;
const N = JOINTS.length;

const manifest = (training: Partial<PolicyManifest['training']> = {}): PolicyManifest =>
	({
		joints: JOINTS,
		cameras: [{ name: 'top', width: 48, height: 48 }],
		fps: 10,
		chunk_size: 10,
		n_action_steps: 3,
		training: { state_min: [-40, 0], state_max: [40, 100], ...training }
	}) as unknown as PolicyManifest;

/** Rows at 30 per second whose state and action follow from the time, s. */
function rowsOf(
	seconds: number,
	state: (s: number) => readonly number[],
	action: (s: number) => readonly number[] = state,
	correction: Uint8Array | null = null
): Rows {
	const count = Math.round(seconds * 30) + 1;
	const timesMs = Float64Array.from({ length: count }, (_, row) => (row * 1000) / 30);
	const fill = (of: (s: number) => readonly number[]): Float32Array =>
		Float32Array.from(
			{ length: count * N },
			(_, k) => of((timesMs[Math.floor(k / N)] ?? 0) / 1000)[k % N] ?? NaN
		);
	return { count, joints: N, timesMs, state: fill(state), action: fill(action), correction };
}

/** A pick: opens at 1 s, moves until 3 s, shuts at 4 s, carries until 7 s, opens at 8 s, rests. */
const ramp = (s: number, from: number, until: number): number =>
	Math.max(0, Math.min(1, (s - from) / (until - from)));
const gripperAt = (s: number): number =>
	20 + 60 * ramp(s, 1, 1.8) - 70 * ramp(s, 4, 4.8) + 60 * ramp(s, 8, 8.8);
const panAt = (s: number): number => 20 * ramp(s, 2, 3.5) - 40 * ramp(s, 5, 7);
const pick = (s: number): readonly number[] => [panAt(s), gripperAt(s)];

/** A policy that wants what `of` says of the instant each action is meant for. */
function asked(rows: Rows, of: (s: number) => readonly number[], rhythm = manifest()): readonly Asked[] {
	return rowsToAsk(rows, rhythm).map((row) => {
		const fromS = (rows.timesMs[row] ?? 0) / 1000;
		const actions = Float32Array.from(
			{ length: rhythm.chunk_size * N },
			(_, k) => of(fromS + Math.floor(k / N) / rhythm.fps)[k % N] ?? NaN
		);
		return { row, actions };
	});
}

describe('phases', () => {
	it('come from gripper and motion alone', () => {
		const rows = rowsOf(10, pick);
		const phases = phasesOf(rows, JOINTS);
		const at = (s: number): string => phases[rowAt(rows, 1000 * s, 50)] ?? '';
		expect([0.4, 1.4, 2.7, 4.4, 6, 8.4, 9.7].map(at)).toEqual([
			'still',
			'opens',
			'moves_open',
			'shuts',
			'moves_shut',
			'opens',
			'still'
		]);
		const spans = spansOf(phases, rows.timesMs);
		expect(spans[0]?.fromS).toBe(0);
		expect(spans.at(-1)?.untilS).toBeCloseTo(10, 5);
		for (const [n, span] of spans.entries()) expect(span.fromS).toBe(spans[n - 1]?.untilS ?? 0);
	});

	it('say nothing of a gripper that does not grip, and keep a hand to the row', () => {
		const correction = new Uint8Array(301);
		correction.fill(1, 100, 103);
		const rows = rowsOf(10, (s) => [10 * s, 50 + 3 * Math.sin(20 * s)], undefined, correction);
		const phases = phasesOf(rows, JOINTS);
		expect(new Set(phases)).toEqual(new Set(['moves', 'by_hand']));
		expect(phases.flatMap((phase, row) => (phase === 'by_hand' ? [row] : []))).toEqual([100, 101, 102]);
	});

	it('are the same with the tremble of a servo at rest', () => {
		const random = createRandom(7);
		const rows = rowsOf(4, () => [0.088 * random.int(2), 50 + 0.1 * random.int(2)]);
		expect(new Set(phasesOf(rows, JOINTS))).toEqual(new Set(['still']));
	});
});

describe('answers against rows', () => {
	it('a policy that wants exactly what was recorded is off by nothing, one that is off by three is off by three', () => {
		const rows = rowsOf(10, pick);
		const phases = phasesOf(rows, JOINTS);
		for (const [off, expected] of [
			[0, 0],
			[3, 3]
		] as const) {
			const answers = asked(rows, (s) => [panAt(s) + off, gripperAt(s)]);
			const errors = errorsOf(rows, phases, answers, manifest(), 'whole');
			expect(errors.map(({ phase }) => phase)).toEqual([
				'still',
				'moves_open',
				'moves_shut',
				'shuts',
				'opens'
			]);
			for (const { mean, count } of errors) {
				expect(count).toBeGreaterThan(0);
				expect(mean[0]).toBeCloseTo(expected, 4);
				expect(mean[1]).toBeCloseTo(0, 4);
			}
		}
	});

	it('only the next action counts where the arm was driven slowly', () => {
		const rows = rowsOf(10, pick);
		const answers = asked(rows, pick).map(({ row, actions }) => ({
			row,
			actions: actions.map((value, k) => (k < N ? value : value + 50))
		}));
		const phases = phasesOf(rows, JOINTS);
		const of = (compared: 'whole' | 'first') => errorsOf(rows, phases, answers, manifest(), compared);
		for (const { mean } of of('first')) expect(mean[0]).toBeCloseTo(0, 4);
		for (const { mean } of of('whole')) expect(mean[0]).toBeGreaterThan(20);
	});

	it('compares nothing across a hole in the rows', () => {
		const rows = rowsOf(4, pick);
		// Rows of one second are missing.
		const gap = (ms: number): number => (ms > 2000 ? ms + 1000 : ms);
		const torn = { ...rows, timesMs: rows.timesMs.map(gap) };
		const answers = asked(torn, pick);
		const { timesS } = seriesOf(torn, answers, manifest());
		expect(timesS.filter((s) => s > 2.06 && s < 2.94)).toEqual([]);
	});

	it('asks as often as the policy would, and never more than it may', () => {
		const rows = rowsOf(10, pick);
		expect(rowsToAsk(rows, manifest()).slice(0, 4)).toEqual([0, 9, 18, 27]);
		const long = rowsOf(600, () => [0, 0]);
		expect(rowsToAsk(long, manifest()).length).toBeLessThanOrEqual(MOST_ANSWERS + 1);
		expect(rowsToAsk(long, manifest()).length).toBeGreaterThan(MOST_ANSWERS - 3);
	});
});

describe('the gripper', () => {
	it('shuts when it falls through the middle, once, whatever trembles', () => {
		const random = createRandom(11);
		const timesS = Array.from({ length: 300 }, (_, k) => k / 30);
		const open = timesS.map((s) => gripperAt(s) + random.between(-2, 2));
		const middle = middleOf({ timesS, open });
		if (middle === null) throw new Error('no middle');
		const found = shuttings({ timesS, open }, middle.level, middle.way);
		expect(found).toHaveLength(1);
		expect(found[0]).toBeCloseTo(4.4, 0);
	});

	it.each([
		['no lag', [4], [4], 0],
		['late', [4], [4.5], 0.5],
		['the worse of two', [2, 6], [2.1, 6.7], 0.7],
		['early', [4], [3.6], -0.4],
		['no counterpart', [4], [8], null],
		['never', [4], [], null]
	] as const)('%s', (_, expected, happened, lag) => {
		const found = gripperLag(expected, happened);
		if (lag === null) expect(found).toBeNull();
		else expect(found?.lagS).toBeCloseTo(lag, 9);
	});
});

describe('the start', () => {
	it('is beyond the training where a joint is', () => {
		expect(judgeStart(manifest(), [0, 50])).toMatchObject({ unseen: false, beyond: [], nearest: null });
		expect(judgeStart(manifest(), [80, 50])).toMatchObject({
			unseen: true,
			beyond: [{ joint: 'shoulder_pan', unit: 'degrees', value: 80, low: -40, high: 40 }]
		});
		expect(judgeStart(manifest({ state_min: [], state_max: [] }), [80, 50])).toBeNull();
	});

	it('is new in between where no known start is near, and known starts are near each other', () => {
		const random = createRandom(3);
		// Two crowds of starts: in between nobody ever began.
		const starts = Array.from({ length: 60 }, (_, n) => [
			(n % 2 === 0 ? -30 : 30) + random.between(-4, 4),
			50 + random.between(-4, 4)
		]);
		const limit = nearLimit(starts);
		expect(limit).toBe(5);
		const between = judgeStart(manifest({ starts }), [0, 50]);
		expect(between?.unseen).toBe(true);
		expect(between?.nearest?.distance).toBeGreaterThan(20);
		for (const start of starts) expect(judgeStart(manifest({ starts }), start)?.unseen).toBe(false);
	});
});

/** A room of soft blobs on grey, seen from `dx`, `dy`, with an arm that sweeps through it. */
function views(seed: number, count: number, dx: number, dy: number, light = 0): LumaPicture[] {
	const size = 48;
	const blobs = createRandom(seed);
	const spots = Array.from({ length: 8 }, () => ({
		x: blobs.between(6, 42),
		y: blobs.between(6, 42),
		r: blobs.between(2, 5),
		level: blobs.between(-80, 80)
	}));
	return Array.from({ length: count }, (_, n) => {
		const sweep = (n / count) * Math.PI;
		const luma = Float32Array.from({ length: size * size }, (_, at) => {
			const [x, y] = [at % size, Math.floor(at / size)];
			// The arm: a bar from the top middle, in front of everything.
			const along = (x - 24) * Math.cos(sweep) + y * Math.sin(sweep);
			const across = Math.abs(-(x - 24) * Math.sin(sweep) + y * Math.cos(sweep));
			if (along > 0 && along < 30 && across < 3) return 20;
			const spot = spots.reduce((sum, { x: cx, y: cy, r, level }) => {
				const d = Math.hypot(x - cx - dx, y - cy - dy);
				return sum + level * Math.max(0, Math.min(1, r - d + 0.5));
			}, 0);
			return 128 + spot + light;
		});
		return { width: size, height: size, luma };
	});
}

describe('the view', () => {
	const training = (seed: number) => backgroundOf(views(seed, 40, 0, 0));

	it.each([1, 2, 3, 4, 5, 6])(
		'is found again to a quarter of a pixel, and is where it was when it was not moved: room %i',
		(seed) => {
			const random: Random = createRandom(100 + seed);
			const unmoved = cameraShift(training(seed), backgroundOf(views(seed, 15, 0, 0)));
			if (typeof unmoved === 'string') throw new Error(unmoved);
			expect(unmoved.share).toBe(0);
			const [dx, dy] = [random.between(-4, 4), random.between(-4, 4)];
			const moved = cameraShift(training(seed), backgroundOf(views(seed, 15, dx, dy)));
			if (typeof moved === 'string') throw new Error(moved);
			expect(Math.abs(moved.dx - dx)).toBeLessThan(0.3);
			expect(Math.abs(moved.dy - dy)).toBeLessThan(0.3);
		}
	);

	it('does not take more light for a move', () => {
		const brighter = cameraShift(training(5), backgroundOf(views(5, 15, 0, 0, 30)));
		expect(brighter).toMatchObject({ share: 0 });
	});

	it('says so where nothing stands still or has an edge', () => {
		const random = createRandom(9);
		const noise = Array.from({ length: 15 }, () => ({
			width: 48,
			height: 48,
			luma: Float32Array.from({ length: 48 * 48 }, () => random.between(0, 255))
		}));
		expect(cameraShift(training(2), backgroundOf(noise))).toBe('moves_along');
		const grey = Array.from({ length: 15 }, () => ({
			width: 48,
			height: 48,
			luma: new Float32Array(48 * 48).fill(128)
		}));
		expect(cameraShift(backgroundOf(grey), backgroundOf(views(2, 15, 0, 0)))).toBe('no_edges');
	});
});

describe('judging', () => {
	const unmoved = { dx: 0, dy: 0, share: 0, bestLevels: 0.5, asTheyLieLevels: 0.5 };
	const measured = (part: Partial<WhyMeasured> = {}): WhyMeasured => {
		const rows = rowsOf(10, pick);
		return {
			manifest: manifest(),
			rows,
			answers: asked(rows, pick),
			cameras: [{ name: 'top', shift: unmoved }],
			run: { slow: false },
			...part
		};
	};

	it('finds nothing where nothing is wrong', () => {
		const { findings, unjudged, fine } = judge(measured());
		expect(findings).toEqual([]);
		expect(unjudged).toEqual([]);
		expect(fine.map(({ kind }) => kind)).toEqual(['start_unseen', 'camera_moved', 'gripper_late']);
	});

	it('a gripper that follows late is late by as much, on a run; a policy that shuts late, on a demonstration', () => {
		const lag = 0.6;
		const late = (s: number): readonly number[] => [panAt(s), gripperAt(s - lag)];
		const slowArm = rowsOf(10, late, pick);
		const [arm] = judge(measured({ rows: slowArm, answers: asked(slowArm, pick) })).findings;
		expect(arm).toMatchObject({ kind: 'gripper_late', who: 'arm', limitS: LATE_S });
		expect(arm?.kind === 'gripper_late' && arm.lagS).toBeCloseTo(lag, 1);
		const shown = rowsOf(10, pick);
		const [policy] = judge(measured({ rows: shown, answers: asked(shown, late), run: null })).findings;
		expect(policy).toMatchObject({ kind: 'gripper_late', who: 'policy' });
		expect(policy?.kind === 'gripper_late' && policy.lagS).toBeCloseTo(lag, 1);
	});

	it.each([
		['driven slowly', { run: { slow: true } }, 'slow_run'],
		['never shut', { rows: rowsOf(10, (s) => [panAt(s), 50]) }, 'never_shut'],
		['never wanted', { answers: asked(rowsOf(10, pick), (s) => [panAt(s), 90]) }, 'never_wanted'],
		['shut by a hand', { rows: rowsOf(10, pick, pick, new Uint8Array(301).fill(1)) }, 'shut_by_hand']
	] as const)('says that a lag cannot be judged: %s', (_, part, reason) => {
		expect(judge(measured(part as Partial<WhyMeasured>)).unjudged).toEqual([
			{ kind: 'gripper_late', reason, camera: null }
		]);
	});

	it.each([
		['just within', { ...unmoved, share: MOVED_SHARE, asTheyLieLevels: 3 }, null],
		['moved', { ...unmoved, share: 0.02, asTheyLieLevels: 3 }, 0.02],
		['a slide that explains nothing', { ...unmoved, share: 0.2, bestLevels: 2.9, asTheyLieLevels: 3 }, null],
		['another view', { ...unmoved, share: 0.2, bestLevels: 13, asTheyLieLevels: 14 }, 'view']
	] as const)('a camera: %s', (_, shift, expected) => {
		const { findings } = judge(measured({ cameras: [{ name: 'top', shift }] }));
		if (expected === null) expect(findings).toEqual([]);
		else
			expect(findings).toMatchObject([
				{ kind: 'camera_moved', camera: 'top', share: expected === 'view' ? null : expected }
			]);
	});

	it('says of a camera why it cannot be judged', () => {
		expect(judge(measured({ cameras: [{ name: 'top', shift: 'no_background' }] })).unjudged).toEqual([
			{ kind: 'camera_moved', reason: 'no_background', camera: 'top' }
		]);
	});

	it('a start outside is a finding with its numbers', () => {
		const rows = rowsOf(10, (s) => [90 + panAt(s), gripperAt(s)]);
		const [found] = judge(measured({ rows, answers: asked(rows, pick) })).findings;
		expect(found).toMatchObject({ kind: 'start_unseen', beyond: [{ joint: 'shoulder_pan', value: 90 }] });
	});
});
