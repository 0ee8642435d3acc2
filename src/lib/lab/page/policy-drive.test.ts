import type {
	ArmReport,
	NewPolicyRun,
	PolicyListing,
	PolicyReport,
	PolicyRunEnd,
	PolicyRunRecord,
	RunVerdict
} from '$lib/contracts';
import { LIMITED_BY, PROTOCOL_VERSION } from '$lib/contracts';
import { CodedError } from '$lib/core';
import type { PolicyStore } from '$lib/inference/package';
import { describe, expect, it } from 'vitest';
import type { ArmAnswer } from '../hosts/api';
import type { LabCore } from './lab-core';
import { PolicyDrive } from './policy-drive';
import { FirstMinute } from './policy-first-minute';

const nothing = Object.fromEntries(Object.keys(LIMITED_BY).map((key) => [key, 0])) as PolicyReport['limited'];
const listing = {
	id: 'a',
	manifest: {
		name: 'A',
		joints: [{ name: 'shoulder_pan', unit: 'degrees' }],
		fps: 10,
		chunk_size: 10,
		n_action_steps: 3,
		training: { dataset: 'd', state_min: [-40], state_max: [40] }
	}
} as unknown as PolicyListing;

const FULL = new CodedError('storage_full', 'full');

/** A lab as the drive sees it: a port that ROBOT speaks on, a clock, and what was asked of ROBOT. */
function rig(answer: ArmAnswer = { ok: true }, kind: 'virtual' | 'real' = 'real') {
	const log: string[] = [];
	/** Writes of that name are refused, as on a full disk or for another reason. */
	const refused = new Map<string, Error>();
	const written = <T>(name: string, value: T): Promise<T> => {
		const error = refused.get(name);
		return error === undefined ? Promise.resolve(value) : Promise.reject(error);
	};
	let hear: (event: { data: unknown }) => void = () => undefined;
	const robotPort = {
		addEventListener: (_: string, listener: typeof hear) => (hear = listener),
		removeEventListener: () => undefined
	};
	const arm: ArmReport = {
		armId: 'follower',
		status: 'armed',
		reason: '',
		handover: false,
		epoch: 1,
		source: 'policy',
		torque: 'on'
	};
	const told = { report: arm };
	const telemetry = { newestMs: 1000 };
	const resumed = { answer: { ok: true } as ArmAnswer };
	const core = {
		kind,
		get report() {
			return told.report;
		},
		telemetry,
		cameras: { side: { robotPort }, joined: { on: () => () => undefined } },
		connect: { state: { fingerprint: 'arm-1' } },
		robot: {
			startPolicy: ({ slowLeftMs }: { slowLeftMs: number | null }) => {
				log.push(`start ${slowLeftMs}`);
				return Promise.resolve(answer);
			},
			resumePolicy: () => Promise.resolve(resumed.answer),
			stopPolicy: () => void log.push('stop')
		},
		selectSource: (source: string) => {
			log.push(`source ${source}`);
			return Promise.resolve();
		}
	} as unknown as LabCore;
	let record = {} as PolicyRunRecord;
	const store = {
		beginRun: (run: NewPolicyRun) => {
			log.push('begin');
			record = { ...run, id: 'r', outcome: 'unknown', judge: 'nobody' } as PolicyRunRecord;
			return written('begin', record);
		},
		endRun: (_: string, end: PolicyRunEnd) => {
			if (!refused.has('end')) record = { ...record, end: { ...end, endedAtEpochMs: 0 } };
			return written('end', record);
		},
		judgeRun: (_: string, { outcome, judge }: RunVerdict) => {
			if (!refused.has('judge')) record = { ...record, outcome, judge };
			return written('judge', record);
		}
	} as unknown as PolicyStore;
	const kept = new Map<string, string>();
	const over: { record: PolicyRunRecord; beyond: readonly string[]; code: string | undefined }[] = [];
	const drive = new PolicyDrive({
		core,
		store: () => store,
		first: new FirstMinute({
			getItem: (key) => kept.get(key) ?? null,
			setItem: (key, value) => void kept.set(key, value)
		}),
		onChange: () => undefined,
		onOver: (record, beyond, problem) => over.push({ record, beyond, code: problem?.code })
	});
	const say = async (part: Partial<PolicyReport>): Promise<void> => {
		const body = {
			policyId: 'a',
			state: 'driving',
			reason: '',
			latencyMs: null,
			limited: nothing,
			slowLeftMs: 60_000,
			lateChunks: 0,
			executed: null,
			takeOvers: [],
			...part
		};
		hear({ data: { v: PROTOCOL_VERSION, ch: 'policy', seq: 0, t: 0, body } });
		// What it writes down is on its way.
		await settled();
	};
	const settled = async (): Promise<void> => {
		for (let n = 0; n < 10; n++) await Promise.resolve();
	};
	const armIs = (part: Partial<ArmReport>): void => {
		told.report = { ...arm, ...part };
	};
	const start = (limitS: number | null = null) => drive.start({ listing, trial: null, limitS });
	const ended = (): PolicyRunRecord => record;
	return { drive, log, say, start, over, telemetry, ended, refused, settled, armIs, resumed };
}

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
