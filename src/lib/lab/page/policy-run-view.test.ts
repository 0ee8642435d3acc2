import { LIMITED_BY, type ArmReport, type PolicyReport } from '$lib/contracts';
import { describe, expect, it } from 'vitest';
import { endedBy, readyView, runEnd, runView } from './policy-run-view';

const arm: ArmReport = {
	armId: 'follower',
	status: 'armed',
	reason: '',
	handover: false,
	epoch: 1,
	source: 'policy',
	torque: 'on'
};
const nothing = Object.fromEntries(Object.keys(LIMITED_BY).map((key) => [key, 0])) as PolicyReport['limited'];
const report = (part: Partial<PolicyReport> = {}): PolicyReport => ({
	policyId: 'a',
	state: 'driving',
	reason: '',
	camera: '',
	speed: 1,
	pace: 1,
	predicted: null,
	executed: null,
	latencyMs: null,
	runMs: null,
	pictureAgeMs: null,
	chunksPerS: null,
	chunks: 0,
	lateChunks: 0,
	droppedActions: 0,
	refusedAnswers: 0,
	dryHolds: 0,
	drivenTicks: 0,
	limited: nothing,
	slowLeftMs: 0,
	takeOvers: [],
	...part
});

describe('what the panel says of a report', () => {
	it.each([
		['waiting', '', 'starting', 'first'],
		['driving', '', 'running', null],
		['held', 'old-picture', 'holding', 'old_picture'],
		['held', 'dry', 'holding', 'no_answer'],
		['held', 'arm', 'holding', 'arm'],
		['held', 'reopening', 'holding', 'reopening'],
		['held', 'policy_run_failed', 'holding', 'failed'],
		['paused', 'asked', 'paused', null],
		['taken-over', 'asked', 'by_hand', null],
		['ended', 'policy_output_invalid', 'ended', null]
	] as const)('%s for %o is %s, %s', (state, reason, shown, wait) => {
		expect(runView(report({ state, reason }), 0, 'wasm')).toMatchObject({ state: shown, wait });
	});

	it('what nobody measured stays unknown', () => {
		const view = runView(report({ predicted: new Float32Array([1, Number.NaN]) }), 0, null);
		expect(view).toMatchObject({ latency: null, answersHz: null, backend: null });
		expect(view.joints[0]).toMatchObject({ predicted: 1, executed: null });
		expect(view.joints[1]?.predicted).toBeNull();
		expect(readyView(1, 60_000, null)).toMatchObject({ state: 'ready', slowLeftS: 60, latency: null });
	});

	it('names only what the guard held back', () => {
		const view = runView(report({ limited: { ...nothing, speed: 3 } }), 0, 'wasm');
		expect(view.limitedTicks).toEqual({ speed: 3 });
	});
});

describe('who ended a run', () => {
	it.each([
		['asked', 'driving', 'armed', '', 'stopped'],
		['asked', 'taken-over', 'armed', '', 'taken_over'],
		['arm', 'driving', 'stopped', '', 'stopped'],
		['arm', 'taken-over', 'stopped', '', 'taken_over'],
		// A person let it sink into its rest pose, or held it and took its torque.
		['arm', 'driving', 'resting', '', 'stopped'],
		['arm', 'driving', 'disarmed', '', 'stopped'],
		['arm', 'driving', 'resting', 'overheat', 'parked'],
		['arm', 'paused', 'resting', 'tab_hidden', 'parked'],
		['arm', 'driving', 'disarmed', 'went_to_rest', 'parked'],
		['arm', 'driving', 'disarmed', 'woke', 'slept'],
		['arm', 'driving', 'disarmed', 'went_limp', 'arm_lost'],
		['arm', 'driving', 'lost', 'unplugged', 'arm_lost'],
		['arm', 'driving', 'disconnected', '', 'arm_lost'],
		['arm', 'taken-over', 'lost', '', 'arm_lost'],
		['policy_output_invalid', 'driving', 'armed', '', 'fault'],
		['policy_output_invalid', 'driving', 'stopped', '', 'fault']
	] as const)('%s, it was %s, the arm is %s (%s): %s', (reason, state, status, why, by) => {
		const now = { ...arm, status, reason: why };
		expect(endedBy(report({ state: 'ended', reason }), report({ state }), now)).toBe(by);
	});
});

it('a record keeps the slowest answer of all, not only of the last hundred', () => {
	const latencyMs = { last: 5, median: 4, p95: 9, count: 100 };
	expect(runEnd(report({ latencyMs, lateChunks: 2 }), 'stopped', 1200, 80)).toMatchObject({
		endedBy: 'stopped',
		durationMs: 1200,
		latency: { count: 100, medianMs: 4, p95Ms: 9, maxMs: 80 },
		lateChunks: 2,
		takeOvers: 0
	});
	expect(runEnd(report(), 'stopped', 0, 0).latency).toBeNull();
});
