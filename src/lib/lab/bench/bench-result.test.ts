// The file says what was measured on what, and what was not.

import { expect, it } from 'vitest';
import { benchResult, isPartlyVirtual, RESULT_VERSION } from './bench-result';
import { benchStep, INITIAL_BENCH, type BenchEvent } from './bench-table';
import { BENCH_STEPS, figure, quantile } from './bench-types';

const ABOUT = {
	build: 'b1',
	day: '2026-11-22',
	device: { browser: 'Chromium 156', system: 'Linux', cores: 4, memoryGb: 8, isolated: true, serial: true },
	trace: '00c0ffee'
};
const EVENTS: BenchEvent[] = [
	{ kind: 'run', step: 'connect' },
	{
		kind: 'done',
		step: 'connect',
		outcome: {
			kind: 'measured',
			arm: 'virtual',
			facts: { firmware: '3.10' },
			figures: [figure('servos', 6), figure('volts', null)]
		}
	},
	{ kind: 'skip', step: 'loop' },
	{ kind: 'run', step: 'unplug' },
	{ kind: 'done', step: 'unplug', outcome: { kind: 'failed', failure: 'not_seen', arm: 'virtual' } }
];

it('writes every step down: measured, failed, skipped, not done', () => {
	const state = EVENTS.reduce((before, event) => benchStep(before, event) ?? before, INITIAL_BENCH);
	const result = benchResult(state, ABOUT);
	expect(result.steps.map(({ step }) => step)).toEqual([...BENCH_STEPS]);
	expect(result).toMatchObject({ format: 'edubotics-bench', version: RESULT_VERSION, ...ABOUT });
	expect(result.steps.slice(0, 4)).toEqual([
		{
			step: 'connect',
			outcome: 'measured',
			arm: 'virtual',
			failure: null,
			facts: { firmware: '3.10' },
			figures: [
				{ name: 'servos', value: 6, unit: 'count' },
				{ name: 'volts', value: null, unit: 'V' }
			]
		},
		{ step: 'loop', outcome: 'skipped', arm: null, failure: null, facts: {}, figures: [] },
		{ step: 'unplug', outcome: 'failed', arm: 'virtual', failure: 'not_seen', facts: {}, figures: [] },
		{ step: 'power', outcome: 'not_done', arm: null, failure: null, facts: {}, figures: [] }
	]);
	expect([isPartlyVirtual(state), isPartlyVirtual(INITIAL_BENCH)]).toEqual([true, false]);
	expect(JSON.parse(JSON.stringify(result))).toEqual(result);
});

it('never writes a number that is none', () => {
	expect(
		[figure('volts', Number.NaN), figure('volts', Infinity), figure('volts', 7.4567)].map(
			({ value }) => value
		)
	).toEqual([null, null, 7.457]);
	expect([quantile([], 0.5), quantile([3, 1, 2], 0.5), quantile([3, 1, 2], 1)]).toEqual([null, 2, 3]);
});
