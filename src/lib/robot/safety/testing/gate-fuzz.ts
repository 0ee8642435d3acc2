/**
 * Everything that can go wrong around the gate, seeded: a stream of ticks with sane and insane wishes, states, clocks
 * and switches. Knows the gate's input; knows nothing of what the gate should do with it.
 */
import type { Random } from '$lib/core';
import { createRandom } from '$lib/core';
import type { SetpointSource } from '$lib/contracts';
import { SO101 } from '$lib/contracts';
import { scene, type GateScene } from './gate-run';

const SOURCES: SetpointSource[] = [
	'sliders',
	'keyboard',
	'gamepad',
	'leader',
	'policy',
	'replay',
	'expert',
	'park'
];
const WEIRD = [NaN, Infinity, -Infinity, 1e9, -1e9, 3.4e38, 5e-324, -0, 1e-40, 360, -360, 2 ** 31];
const LENGTHS = [0, 1, 5, 7, 12, 4096];
const HUGE = new Float32Array(1_000_000);

const STATES = [
	'follow',
	'follow',
	'follow',
	'late',
	'noisy',
	'pushed',
	'stuck',
	'jumping',
	'outside'
] as const;
const WISHES = [
	'smooth',
	'smooth',
	'far',
	'jumping',
	'edge',
	'weird',
	'short',
	'stale',
	'future',
	'old'
] as const;
const CLOCKS = ['even', 'even', 'even', 'jitter', 'slow', 'tiny', 'back', 'gap'] as const;

function pick<T>(random: Random, of: readonly T[]): T {
	const value = of[random.int(of.length)];
	if (value === undefined) throw new RangeError('nothing to pick');
	return value;
}

export interface Fuzz {
	readonly input: GateScene;
	/** Prepares the next tick; `goal` is what the gate sent last (NaN when nothing). */
	next(goal: ArrayLike<number>): void;
	/** What the modes are, for a failure report. */
	describe(): string;
}

export function createFuzz(seed: number): Fuzz {
	const random = createRandom(seed);
	const input = scene([0, -60, 60, 30, 0, 20]);
	const arm = Float64Array.of(0, -60, 60, 30, 0, 20);
	const target = Float64Array.from(arm);
	const push = new Float64Array(6);
	const state = new Float32Array(6);
	const q = new Float32Array(6);
	const load = new Float32Array(6);
	const voltage = new Float32Array(6).fill(7.4);
	const temperature = new Float32Array(6).fill(40);
	const sane = { v: 1 as const, source: 'sliders' as SetpointSource, epoch: 1, tMs: 0, q };
	Object.assign(input, { load, voltage, temperature });
	let modes = { state: pick(random, STATES), wish: pick(random, WISHES), clock: pick(random, CLOCKS) };
	let phase = 0;

	const within = (j: number, slack = 0): number => {
		const joint = SO101.joints[j];
		return joint ? random.between(joint.min - slack, joint.max + slack) : 0;
	};

	const clock = (): void => {
		input.dtS = 0.005;
		if (modes.clock === 'jitter') input.dtS = random.between(0.003, 0.011);
		if (modes.clock === 'slow') input.dtS = random.between(0.02, 0.4);
		if (modes.clock === 'tiny') input.dtS = pick(random, [0, 1e-6, 0.0009, 0.001, 5e-324]);
		if (modes.clock === 'gap' && random.chance(0.05)) input.dtS = pick(random, [0.6, 30, 1e6, NaN, Infinity]);
		if (modes.clock === 'back' && random.chance(0.1)) {
			input.dtS = pick(random, [-0.005, -1, NaN, 0.005]);
			input.nowMs -= random.between(0, 2000);
			return;
		}
		input.nowMs += Number.isFinite(input.dtS) ? 1000 * input.dtS : 5;
	};

	const move = (goal: ArrayLike<number>): void => {
		const follow = modes.state === 'stuck' ? 0 : Math.min(1, Math.max(0, input.dtS) / 0.035) || 0;
		for (let j = 0; j < 6; j++) {
			const g = goal[j] ?? NaN;
			if (Number.isFinite(g)) arm[j] = (arm[j] ?? 0) + (g + (push[j] ?? 0) - (arm[j] ?? 0)) * follow;
			if (modes.state === 'jumping' && random.chance(0.02)) arm[j] = within(j);
			if (modes.state === 'outside' && random.chance(0.01)) arm[j] = within(j, 40);
			state[j] = (arm[j] ?? 0) + (modes.state === 'noisy' ? 2 * random.normal() : 0);
		}
		input.state = state;
		input.stateAgeMs = modes.state === 'late' ? random.between(0, 250) : 1;
		if (random.chance(0.002)) input.state = pick(random, [null, new Float32Array(5), new Float32Array(7)]);
		if (random.chance(0.002)) state[random.int(6)] = pick(random, WEIRD);
	};

	const wishFor = (): void => {
		phase += 0.01;
		for (let j = 0; j < 6; j++) {
			const t = target[j] ?? 0;
			q[j] = modes.wish === 'smooth' ? t + 15 * Math.sin(phase + j) : t;
			if (modes.wish === 'jumping' || (modes.wish === 'far' && random.chance(0.01)))
				q[j] = target[j] = within(j);
			if (modes.wish === 'edge') q[j] = within(j, 30);
		}
		if (modes.wish === 'weird') q[random.int(6)] = pick(random, WEIRD);
		sane.epoch = modes.wish === 'old' ? input.epoch - 1 - random.int(3) : input.epoch;
		sane.tMs = input.nowMs;
		if (modes.wish === 'stale') sane.tMs -= random.between(50, 300);
		if (modes.wish === 'future') sane.tMs += pick(random, [20, 60, 1e9, NaN, Infinity]);
		sane.q = q;
		if (modes.wish === 'short')
			sane.q = random.chance(0.01)
				? HUGE
				: new Float32Array(pick(random, LENGTHS)).fill(random.between(-90, 90));
		input.setpoint = random.chance(0.01) ? null : sane;
	};

	const change = (): void => {
		modes = { state: pick(random, STATES), wish: pick(random, WISHES), clock: pick(random, CLOCKS) };
		if (random.chance(0.3)) sane.source = pick(random, SOURCES);
		for (let j = 0; j < 6; j++) {
			target[j] = within(j);
			push[j] = modes.state === 'pushed' ? 30 * random.normal() : random.normal();
			load[j] = pick(random, [NaN, 0, 10, 50, 90, -90, 1e9]);
			voltage[j] = pick(random, [NaN, 7.4, 7.4, 7.4, 6.1, 5, 0]);
			temperature[j] = pick(random, [NaN, 40, 40, 40, 56, 61, 66, -40]);
		}
		input.armed = random.chance(0.95);
		input.stopped = random.chance(0.05);
		input.pageBeatAgeMs = random.chance(0.1) ? pick(random, [101, 5000, NaN, Infinity]) : 10;
		if (random.chance(0.05)) input.epoch += 1;
	};

	return {
		input,
		next(goal) {
			if (random.chance(1 / 120)) change();
			clock();
			move(goal);
			wishFor();
		},
		describe: () =>
			`${JSON.stringify(modes)} ${sane.source} t=${input.nowMs} dt=${input.dtS} state=${[...(input.state ?? [])].join(' ')} q=${[...sane.q.subarray(0, 8)].join(' ')}`
	};
}
