import { CodedError } from '$lib/core';
import { describe, expect, it } from 'vitest';
import { driveRig as rig } from './testing/policy-drive-rig';

const FULL = new CodedError('storage_full', 'full');

describe('one run of a model', () => {
	it('begins its record before anything moves, and keeps what came of it', async () => {
		const { log, say, start, over, telemetry } = rig();
		expect(await start()).toBeNull();
		expect(log).toEqual(['begin', 'start null']);
		await say({ state: 'waiting' });
		await say({ state: 'driving' });
		telemetry.newestMs = 4500;
		await say({ state: 'driving', executed: new Float32Array([70]) });
		await say({ state: 'ended', reason: 'asked' });
		expect(over).toHaveLength(1);
		expect(over[0]?.record.end).toMatchObject({ endedBy: 'stopped', durationMs: 3500 });
		expect(over[0]?.record).toMatchObject({ outcome: 'unknown', judge: 'nobody', armId: 'arm-1' });
		expect(over[0]?.beyond).toEqual(['shoulder_pan']);
		expect(log.at(-1)).toBe('source sliders');
	});

	it.each([
		['policy_joints_differ', 'policy_joints_differ'],
		['policy_start_odd', 'policy_start_odd'],
		['policy_no_worker', 'policy_no_worker'],
		['not_armed', 'policy_start_refused']
	])('a start refused with %s is said as %s and leaves a run that never began', async (code, said) => {
		const { start, ended, over } = rig({ ok: false, code, details: {} });
		expect((await start())?.code).toBe(said);
		expect(ended().end).toMatchObject({ endedBy: 'not_started', durationMs: 0 });
		expect(over).toEqual([]);
	});

	it('going on that ROBOT refuses is said', async () => {
		const { drive, say, start, resumed } = rig();
		await start();
		await say({ state: 'paused', reason: 'asked' });
		expect(await drive.resume()).toBeNull();
		resumed.answer = { ok: false, code: 'policy_not_paused', details: {} };
		expect((await drive.resume())?.code).toBe('policy_not_paused');
	});

	it('counts while it drives: not paused, not held, not while a hand has it', async () => {
		const { log, say, start, over, telemetry } = rig();
		await start(10);
		await say({ state: 'driving' });
		telemetry.newestMs = 3000;
		await say({ state: 'paused', reason: 'asked' });
		telemetry.newestMs = 60_000;
		await say({ state: 'waiting' });
		telemetry.newestMs = 61_000;
		await say({ state: 'driving' });
		telemetry.newestMs = 64_000;
		await say({ state: 'driving' });
		await say({ state: 'held', reason: 'dry' });
		telemetry.newestMs = 90_000;
		await say({ state: 'taken-over', reason: 'asked' });
		expect(log).not.toContain('stop');
		await say({ state: 'ended', reason: 'asked' });
		expect(over[0]?.record.end).toMatchObject({ endedBy: 'taken_over', durationMs: 5000 });
	});

	it('the end of the run before does not end this one', async () => {
		const { say, start, over } = rig();
		await start();
		await say({ state: 'ended', reason: 'asked' });
		expect(over).toEqual([]);
		await say({ state: 'driving', policyId: 'another' });
		await say({ state: 'driving' });
		await say({ state: 'ended', reason: 'policy_output_invalid' });
		expect(over.map(({ record }) => record.end?.endedBy)).toEqual(['fault']);
	});

	it('a start of a series that takes too long has failed', async () => {
		const { log, say, start, over, telemetry } = rig();
		await start(10);
		await say({ state: 'driving' });
		telemetry.newestMs = 11_500;
		await say({ state: 'driving' });
		expect(log).toContain('stop');
		await say({ state: 'ended', reason: 'asked' });
		expect(over[0]?.record).toMatchObject({ outcome: 'failed', judge: 'sim_task' });
		expect(over[0]?.record.end?.endedBy).toBe('time_up');
	});

	it('the first minute goes on where it was left', async () => {
		const { log, say, start } = rig();
		await start();
		await say({ state: 'driving', slowLeftMs: 42_000 });
		await say({ state: 'ended', reason: 'asked', slowLeftMs: 42_000 });
		await start();
		expect(log.at(-1)).toBe('start 42000');
	});

	it('tells its record once, however often the end is told', async () => {
		const { drive, say, start, over } = rig();
		await start();
		await say({ state: 'driving' });
		await say({ state: 'ended', reason: 'asked' });
		await say({ state: 'ended', reason: 'asked' });
		drive.lost('worker_died');
		expect(over).toHaveLength(1);
	});
});

describe('a run whose end ROBOT does not tell', () => {
	it.each([
		['worker_died', 'worker_died'],
		['arm_changed', 'arm_changed']
	] as const)('%s: is kept with what it had', async (by, kept) => {
		const { drive, say, start, over, telemetry, settled } = rig();
		await start();
		await say({ state: 'driving' });
		telemetry.newestMs = 3500;
		await say({ state: 'driving', lateChunks: 2 });
		// A new ROBOT has a new clock.
		telemetry.newestMs = 0;
		drive.lost(by);
		await settled();
		expect(over[0]?.record.end).toMatchObject({ endedBy: kept, durationMs: 2500, lateChunks: 2 });
	});

	it('an end that was asked for before the worker died keeps its reason', async () => {
		const { drive, say, start, over, settled } = rig();
		await start();
		await say({ state: 'driving' });
		drive.end('time_up');
		drive.lost('worker_died');
		await settled();
		expect(over.map(({ record }) => record.end?.endedBy)).toEqual(['time_up']);
	});
});

describe('a full disk', () => {
	it('before the start: said, and nothing moves', async () => {
		const { start, log, refused, over } = rig();
		refused.set('begin', FULL);
		expect(await start()).toMatchObject({ code: 'storage_full' });
		expect(log).toEqual(['begin']);
		expect(over).toEqual([]);
	});

	it('at the end: the run is over all the same, its outcome is shown, and what was not kept is said', async () => {
		const { say, start, over, telemetry, refused } = rig();
		await start(1);
		await say({ state: 'driving' });
		telemetry.newestMs = 2500;
		await say({ state: 'driving' });
		refused.set('end', FULL);
		await say({ state: 'ended', reason: 'asked' });
		expect(over).toHaveLength(1);
		expect(over[0]).toMatchObject({ code: 'storage_full' });
		expect(over[0]?.record).toMatchObject({ outcome: 'failed', judge: 'sim_task' });
		expect(over[0]?.record.end).toMatchObject({ endedBy: 'time_up', durationMs: 1500 });
	});

	it('or a store that refuses for another reason: that, and not a full disk, is said', async () => {
		const { say, start, over, refused } = rig();
		await start();
		await say({ state: 'driving' });
		refused.set('end', new DOMException('closing', 'InvalidStateError'));
		await say({ state: 'ended', reason: 'asked' });
		expect(over[0]).toMatchObject({ code: 'policy_run_not_kept', record: { end: { endedBy: 'stopped' } } });
	});

	it('at the verdict: the end that was kept is shown with the outcome that was not', async () => {
		const { say, start, over, telemetry, refused, ended } = rig();
		await start(1);
		await say({ state: 'driving' });
		telemetry.newestMs = 2500;
		await say({ state: 'driving' });
		refused.set('judge', FULL);
		await say({ state: 'ended', reason: 'asked' });
		expect(over[0]).toMatchObject({ code: 'storage_full', record: { outcome: 'failed' } });
		expect(ended()).toMatchObject({ outcome: 'unknown', end: { endedBy: 'time_up' } });
	});

	it('at a start that ROBOT refused: why it was refused is said', async () => {
		const { start, refused } = rig({ ok: false, code: 'policy_joints_differ', details: {} });
		refused.set('end', FULL);
		expect((await start())?.code).toBe('policy_joints_differ');
	});
});

it('a run keeps how often a hand took over', async () => {
	const { say, start, over } = rig();
	const takeOver = { fromTick: 3, untilTick: 9, atMs: 100, fromRow: null, untilRow: null };
	await start();
	await say({ state: 'driving', takeOvers: [takeOver, takeOver] });
	await say({ state: 'ended', reason: 'asked', takeOvers: [takeOver, takeOver] });
	expect(over[0]?.record.end?.takeOvers).toBe(2);
});

it.each([
	['stopped', '', 'stopped'],
	['resting', 'overheat', 'parked'],
	['disarmed', 'woke', 'slept'],
	['lost', 'unplugged', 'arm_lost']
] as const)('an arm that is %s (%s) ends the run as %s', async (status, reason, endedBy) => {
	const { say, start, over, armIs } = rig();
	await start();
	await say({ state: 'driving' });
	armIs({ status, reason });
	await say({ state: 'ended', reason: 'arm' });
	expect(over[0]?.record.end?.endedBy).toBe(endedBy);
});
