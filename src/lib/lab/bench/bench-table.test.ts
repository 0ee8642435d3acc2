// The bench's table: nothing runs beside something else, no arm step without an arm, nothing of one arm under another.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	benchStep,
	blockedBy,
	INITIAL_BENCH,
	nextWaiting,
	runningStep,
	type BenchEvent,
	type BenchState
} from './bench-table';
import { ARM_STEPS, BENCH_FAILURES, BENCH_PROMPTS, BENCH_STEPS, type StepOutcome } from './bench-types';

const measured = (arm: 'real' | 'virtual' | null): StepOutcome => ({
	kind: 'measured',
	figures: [],
	arm,
	facts: {}
});
const play = (...events: BenchEvent[]): BenchState =>
	events.reduce((state, event) => benchStep(state, event) ?? state, INITIAL_BENCH);
const connected: BenchEvent[] = [
	{ kind: 'run', step: 'connect' },
	{ kind: 'done', step: 'connect', outcome: measured('real') }
];

describe('bench table', () => {
	it('runs arm steps only with an arm', () => {
		for (const step of ARM_STEPS) expect(blockedBy(INITIAL_BENCH, step)).toBe('no_arm');
		const state = play(...connected);
		expect(state.arm).toBe('real');
		for (const step of BENCH_STEPS) expect(blockedBy(state, step)).toBeNull();
	});

	it('forgets the figures of an arm when another is connected, and keeps those of the computer', () => {
		const state = play(
			...connected,
			{ kind: 'run', step: 'loop' },
			{ kind: 'done', step: 'loop', outcome: measured('real') },
			{ kind: 'run', step: 'storage' },
			{ kind: 'done', step: 'storage', outcome: measured(null) },
			{ kind: 'run', step: 'connect' }
		);
		expect([state.arm, state.steps.loop.kind, state.steps.storage.kind]).toEqual([
			null,
			'waiting',
			'measured'
		]);
	});

	it('has no arm any more when the cable was not put back', () => {
		const outcome: StepOutcome = { kind: 'failed', failure: 'not_back', arm: 'real' };
		const state = play(
			...connected,
			{ kind: 'run', step: 'unplug' },
			{ kind: 'done', step: 'unplug', outcome }
		);
		expect([state.arm, blockedBy(state, 'loop')]).toEqual([null, 'no_arm']);
	});

	it('writes down what was skipped and goes on', () => {
		const state = play({ kind: 'skip', step: 'connect' }, { kind: 'skip', step: 'loop' });
		expect([state.steps.connect.kind, state.steps.loop.kind, state.current]).toEqual([
			'skipped',
			'skipped',
			'unplug'
		]);
		expect(nextWaiting(state, 'storage')).toBeNull();
	});

	it('never runs two steps, and never an arm step without an arm, whatever comes', () => {
		const step = fc.constantFrom(...BENCH_STEPS);
		const outcome = fc.oneof(
			fc.constantFrom(...(['real', 'virtual', null] as const)).map(measured),
			fc
				.constantFrom(...BENCH_FAILURES)
				.map((failure): StepOutcome => ({ kind: 'failed', failure, arm: 'real' }))
		);
		const event: fc.Arbitrary<BenchEvent> = fc.oneof(
			fc.record({ kind: fc.constantFrom('run' as const, 'skip' as const, 'open' as const), step }),
			fc.record({ kind: fc.constant('prompt' as const), step, prompt: fc.constantFrom(...BENCH_PROMPTS) }),
			fc.record({ kind: fc.constant('done' as const), step, outcome })
		);
		fc.assert(
			fc.property(fc.array(event, { maxLength: 60 }), (events) => {
				let state = INITIAL_BENCH;
				for (const one of events) {
					const armBefore = state.arm;
					const next = benchStep(state, one);
					if (next === null) continue;
					state = next;
					const running = BENCH_STEPS.filter((id) => state.steps[id].kind === 'running');
					expect(running.length).toBeLessThanOrEqual(1);
					const startedArmStep = one.kind === 'run' && ARM_STEPS.includes(one.step);
					if (startedArmStep) expect(armBefore).not.toBeNull();
					if (running.length > 0) expect(state.current).toBe(runningStep(state));
				}
			})
		);
	});
});
