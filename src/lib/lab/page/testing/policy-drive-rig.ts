// A lab as one run of a model sees it: a port that ROBOT speaks on, a clock, a film that is prepared when told, a store that
// can refuse. Test code only.

import { LIMITED_BY, PROTOCOL_VERSION } from '$lib/contracts';
import type {
	ArmReport,
	NewPolicyRun,
	PolicyListing,
	PolicyReport,
	PolicyRunEnd,
	PolicyRunRecord,
	RunVerdict
} from '$lib/contracts';
import { createSignal } from '$lib/core';
import type { PolicyStore } from '$lib/inference/package';
import type { ArmAnswer } from '../../hosts/api';
import { AskedStart } from '../asked-start';
import type { LabCore } from '../lab-core';
import { PolicyDrive } from '../policy-drive';
import { FirstMinute } from '../policy-first-minute';
import type { Film } from '../run-film';

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

export function driveRig(
	answer: ArmAnswer = { ok: true },
	kind: 'virtual' | 'real' = 'real',
	filmed = false
) {
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
	const answering = { answer: Promise.resolve(answer) };
	const resumed = { answer: { ok: true } as ArmAnswer };
	const changed = createSignal<void>();
	/** Until RECORDER has prepared. */
	let prepared: () => void = () => undefined;
	const film: Film = {
		begin: (_, __, films) => {
			log.push(films ? 'film' : 'no film');
			if (!films) return Promise.resolve();
			return new Promise((resolve) => (prepared = resolve));
		},
		end: () => Promise.resolve('episode-1'),
		drop: () => Promise.resolve(void log.push('drop'))
	};
	const core = {
		kind,
		changed,
		get report() {
			return told.report;
		},
		telemetry,
		cameras: { side: { robotPort }, joined: { on: () => () => undefined } },
		connect: { state: { fingerprint: 'arm-1' } },
		robot: {
			startPolicy: ({ slowLeftMs }: { slowLeftMs: number | null }) => {
				log.push(`start ${slowLeftMs}`);
				return answering.answer;
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
		film: filmed ? film : null,
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
		changed.emit();
	};
	const ask = () => new AskedStart(core, ({ status }) => status === 'armed');
	const start = (limitS: number | null = null, asked = ask()) =>
		drive.start({ listing, trial: null, limitS, asked });
	const ended = (): PolicyRunRecord => record;
	const startOfSeries = () =>
		drive.start({ listing, trial: { seriesId: 's', index: 0, seed: 1 }, limitS: null, asked: ask() });
	const prepare = (): void => prepared();
	return {
		drive,
		startOfSeries,
		log,
		say,
		start,
		over,
		telemetry,
		ended,
		refused,
		settled,
		armIs,
		resumed,
		ask,
		answering,
		prepare
	};
}
