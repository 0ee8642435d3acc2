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

/** A lab as the drive sees it: a port that ROBOT speaks on, a clock, and what was asked of ROBOT. */
function rig(answer: ArmAnswer = { ok: true }, kind: 'virtual' | 'real' = 'real') {
	const log: string[] = [];
	let hear: (event: { data: unknown }) => void = () => undefined;
	const robotPort = {
		addEventListener: (_: string, listener: typeof hear) => (hear = listener),
		removeEventListener: () => undefined
	};
	const report: ArmReport = {
		armId: 'follower',
		status: 'armed',
		reason: '',
		handover: false,
		epoch: 1,
		source: 'policy',
		torque: 'on'
	};
	const telemetry = { newestMs: 1000 };
	const core = {
		kind,
		report,
		telemetry,
		cameras: { side: { robotPort }, joined: { on: () => () => undefined } },
		connect: { state: { fingerprint: 'arm-1' } },
		robot: {
			startPolicy: ({ slowLeftMs }: { slowLeftMs: number | null }) => {
				log.push(`start ${slowLeftMs}`);
				return Promise.resolve(answer);
			},
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
			return Promise.resolve(record);
		},
		endRun: (_: string, end: PolicyRunEnd) => {
			record = { ...record, end: { ...end, endedAtEpochMs: 0 } };
			return Promise.resolve(record);
		},
		judgeRun: (_: string, { outcome, judge }: RunVerdict) => {
			record = { ...record, outcome, judge };
			return Promise.resolve(record);
		}
	} as unknown as PolicyStore;
	const kept = new Map<string, string>();
	const over: { record: PolicyRunRecord; beyond: readonly string[] }[] = [];
	const drive = new PolicyDrive({
		core,
		store: () => store,
		first: new FirstMinute({
			getItem: (key) => kept.get(key) ?? null,
			setItem: (key, value) => void kept.set(key, value)
		}),
		onChange: () => undefined,
		onOver: (record, beyond) => over.push({ record, beyond })
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
		for (let n = 0; n < 5; n++) await Promise.resolve();
	};
	const start = (limitS: number | null = null) => drive.start({ listing, trial: null, limitS });
	return { drive, log, say, start, over, telemetry, ended: () => record };
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

	it('a refused start is said and leaves a run that a fault ended', async () => {
		const { start, ended, over } = rig({ ok: false, code: 'policy_joints_differ', details: {} });
		expect((await start())?.code).toBe('policy_start_refused');
		expect(ended().end).toMatchObject({ endedBy: 'fault', durationMs: 0 });
		expect(over).toEqual([]);
		const other = rig({ ok: false, code: 'policy_no_worker', details: {} });
		expect((await other.start())?.code).toBe('infer_worker_died');
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
		drive.lost();
		expect(over).toHaveLength(1);
	});
});
