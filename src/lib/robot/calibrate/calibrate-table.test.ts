import { describe, expect, it } from 'vitest';
import { SO101 } from '$lib/contracts';
import { VIRTUAL_SO101_CALIBRATION as HELD } from '$lib/sim';
import { startState, type CalibrateEvent, type CalibrateState, type CalibrateStep } from './calibrate-state';
import { calibrateNext } from './calibrate-table';
import { startSweep, type JointSweep } from './joint-sweep';

const RAW = SO101.joints.map(() => 2047);
const problem = { code: 'port_lost', joints: [] };
const EVENTS: readonly CalibrateEvent[] = [
	{ type: 'begin' },
	{ type: 'freed', held: HELD },
	{ type: 'reading', raw: RAW, atMs: 0 },
	{ type: 'missed' },
	{ type: 'middleIsSet' },
	{ type: 'finishSweep' },
	{ type: 'import', text: '{}' },
	{ type: 'checked', wanted: HELD, held: HELD },
	{ type: 'written' },
	{ type: 'failed', problem },
	{ type: 'again' }
];
/** A sweep of `share` of each joint's plausible travel. */
const swept = (span: number): JointSweep[] =>
	RAW.map((raw) => ({ ...startSweep(raw, 0), min: raw - span / 2, max: raw + span / 2 }));

const base = { ...startState(6), held: HELD, raw: RAW, retry: 'begin' } as const;
const STATES: Record<CalibrateStep, CalibrateState> = {
	intro: startState(6),
	freeing: { ...startState(6), step: 'freeing' },
	middle: { ...base, step: 'middle' },
	sweep: { ...base, step: 'sweep', sweeps: swept(100) },
	checking: { ...base, step: 'checking', wanted: HELD, retry: 'sweep' },
	writing: { ...base, step: 'writing', wanted: HELD },
	done: { ...base, step: 'done', wanted: HELD },
	problem: { ...base, step: 'problem', problem, retry: 'begin' }
};

/** Step -> event -> next step (and effects), where anything happens at all. */
const EXPECTED: Record<CalibrateStep, Partial<Record<CalibrateEvent['type'], string>>> = {
	intro: { begin: 'freeing free', import: 'checking rest judgeFile' },
	freeing: { freed: 'middle watch', failed: 'problem rest' },
	middle: {
		reading: 'middle',
		missed: 'middle',
		middleIsSet: 'middle',
		import: 'checking rest judgeFile',
		failed: 'problem rest'
	},
	sweep: {
		reading: 'sweep',
		missed: 'sweep',
		finishSweep: 'problem rest',
		import: 'checking rest judgeFile',
		failed: 'problem rest'
	},
	checking: { checked: 'writing write', failed: 'problem rest' },
	writing: { written: 'done', failed: 'problem rest' },
	done: { begin: 'freeing free', import: 'checking rest judgeFile' },
	problem: { again: 'freeing free', import: 'checking rest judgeFile' }
};

describe('the table', () => {
	it.each(Object.entries(STATES))(
		'%s: every event leads where it should, or changes nothing',
		(step, state) => {
			for (const event of EVENTS) {
				const next = calibrateNext(state, event);
				const wanted = EXPECTED[step as CalibrateStep][event.type];
				if (wanted === undefined) expect(next, event.type).toEqual({ state, effects: [] });
				else
					expect([next.state.step, ...next.effects.map(({ type }) => type)].join(' '), event.type).toBe(
						wanted
					);
			}
		}
	);

	it('no step but checking leads to writing', () => {
		for (const [step, state] of Object.entries(STATES))
			for (const event of EVENTS) {
				const { effects } = calibrateNext(state, event);
				if (effects.some(({ type }) => type === 'write'))
					expect([step, event.type]).toEqual(['checking', 'checked']);
			}
	});

	it('the reading after "it stands in the middle" is taken for it, and only that one', () => {
		const asked = calibrateNext(STATES.middle, { type: 'middleIsSet' }).state;
		expect(asked.step).toBe('middle');
		const swept = calibrateNext(asked, { type: 'reading', raw: [1, 2, 3, 4, 5, 4095], atMs: 7 }).state;
		expect(swept.step).toBe('sweep');
		expect(swept.sweeps.map(({ start }) => start)).toEqual([1, 2, 3, 4, 5, 4095]);
		expect(swept.middleAsked).toBe(false);
	});

	it.each([
		['sweep', 'sweep watch'],
		['write', 'writing write'],
		['begin', 'freeing free'],
		['intro', 'intro']
	] as const)('again after a problem that leads back to %s', (retry, wanted) => {
		const state: CalibrateState = { ...STATES.problem, retry, sweeps: swept(100), wanted: HELD };
		const next = calibrateNext(state, { type: 'again' });
		expect([next.state.step, ...next.effects.map(({ type }) => type)].join(' ')).toBe(wanted);
		expect(next.state.problem).toBeNull();
	});

	it('before an arm that holds itself up is let go, a person says that it is held', () => {
		const energised = { code: 'arm_energised', joints: ['gripper'] };
		const refused = calibrateNext(STATES.writing, { type: 'failed', problem: energised }).state;
		const again = calibrateNext(refused, { type: 'again' });
		expect(again).toMatchObject({ state: { step: 'intro', problem: null }, effects: [] });
		const silent = calibrateNext(STATES.writing, { type: 'failed', problem }).state;
		expect(calibrateNext(silent, { type: 'again' }).state.step).toBe('writing');
	});

	it('a problem with a file leads to the beginning, not to a sweep that never was', () => {
		const judging = calibrateNext(STATES.sweep, { type: 'import', text: '' }).state;
		const failed = calibrateNext(judging, { type: 'failed', problem }).state;
		expect(calibrateNext(failed, { type: 'again' }).state.step).toBe('freeing');
	});

	it('a file that does not do, and then another one, take no torque before anybody said that the arm is held', () => {
		let state = STATES.intro;
		for (const event of [
			{ type: 'import', text: '' },
			{ type: 'failed', problem }
		] as const)
			state = calibrateNext(state, event).state;
		for (const event of [
			{ type: 'import', text: '' },
			{ type: 'failed', problem }
		] as const)
			state = calibrateNext(state, event).state;
		expect(calibrateNext(state, { type: 'again' })).toMatchObject({ state: { step: 'intro' }, effects: [] });
	});
});
