// The panel of models when something goes away under it: a worker, the arm, the room on the disk. Real store over a stand-in for
// IndexedDB, real package; ROBOT and INFER are doubles that answer at once.
import 'fake-indexeddb/auto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIMITED_BY, PROTOCOL_VERSION, SO101, type ArmReport, type PolicyReport } from '$lib/contracts';
import { createSignal, ok } from '$lib/core';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { InferEvent } from '../hosts/infer-api';
import { PackageHost } from '../hosts/package-host';
import type { LabCore } from './lab-core';
import { PolicyPage } from './policy-page';
import { openSeatPolicies } from './policy-store';
import type { Film } from './run-film';
import { FakePackageWorker } from './testing/fake-package-worker';
import type { WorkerName } from './worker-set';

const zip = join(import.meta.dirname, '..', '..', 'inference', 'package', 'fixtures', 'policy.zip');
const NOTHING = Object.fromEntries(Object.keys(LIMITED_BY).map((key) => [key, 0])) as PolicyReport['limited'];
const ARMED: ArmReport = {
	armId: 'follower',
	status: 'armed',
	reason: '',
	handover: false,
	epoch: 1,
	source: 'policy',
	torque: 'on'
};

beforeEach(() => {
	globalThis.indexedDB = new IDBFactory();
	vi.stubGlobal('location', { origin: 'http://lab.example', href: 'http://lab.example/lab' });
	vi.stubGlobal(
		'Worker',
		class extends FakePackageWorker {
			constructor() {
				super(new PackageHost({ build: 'test', isolated: true }));
			}
		}
	);
	vi.stubGlobal('createImageBitmap', () => Promise.reject(new Error('no pictures here')));
});

async function rig(film: Film | null = null) {
	const store = await openSeatPolicies('test');
	const added = await store.add(new Blob([readFileSync(zip)]), 'fixture.zip');
	if (!added.ok) throw new Error(added.error.reason);
	const policyId = added.value.id;
	const { cameras } = added.value.manifest;
	const asked: string[] = [];
	const note = (what: string): Promise<void> => Promise.resolve(void asked.push(what));
	let hear: (event: { data: unknown }) => void = () => undefined;
	let broken: () => void = () => undefined;
	const infer = {
		device: () => Promise.resolve({ cores: 2, memoryGb: 8, isolated: true, gpu: '' }),
		load: (_: unknown, tell: (event: InferEvent) => void) => {
			broken = () => tell({ stage: 'broken', failure: { detail: 'gone' } } as InferEvent);
			asked.push('load');
			const chosen = { backend: 'wasm', threads: 1 };
			const choice = { chosen, reason: 'only', measured: [] };
			return Promise.resolve(ok({ choice, largestDifference: 0, tolerance: 1, medianMs: 1, readyMs: 1 }));
		},
		watch: (eyes: readonly object[]) => note(`watch ${eyes.length}`),
		close: () => note('close'),
		attachRobot: () => note('join'),
		attachFrames: () => note('frames')
	};
	const robot = {
		startPolicy: () => {
			asked.push('start');
			return Promise.resolve({ ok: true });
		},
		stopPolicy: () => void asked.push('stop'),
		attachInfer: () => note('attach')
	};
	const orGone = <T>(answer: Promise<T>): Promise<T> => answer;
	const robotPort = {
		addEventListener: (_: string, listener: typeof hear) => (hear = listener),
		removeEventListener: () => undefined
	};
	const died = createSignal<WorkerName>();
	const armGone = createSignal<'died' | 'switched'>();
	const telemetry = { newestMs: 1000, state: new Float32Array(SO101.joints.length) };
	const lab = {
		options: { seatId: 'test', seed: 1, fps: 30, clock: 'lockstep' },
		kind: 'virtual',
		report: ARMED,
		telemetry,
		changed: createSignal<void>(),
		armGone,
		inputs: { source: 'sliders', setJoint: () => undefined },
		connect: { state: { fingerprint: null } },
		recording: { state: { name: 'idle' } },
		robot,
		plant: null,
		selectSource: () => Promise.resolve(),
		cameras: {
			side: { robotPort, robot: { api: robot, orGone } },
			joined: createSignal<unknown>(),
			workers: { died, start: () => Promise.resolve({ api: infer, orGone }) },
			join: () => Promise.resolve(),
			views: () =>
				cameras.map(({ name, width, height }) => ({ name, status: 'live', width, height, fps: 30 })),
			onlooker: null
		}
	};
	const page = new PolicyPage(lab as unknown as LabCore, film);
	await page.open();
	await page.choose(policyId);
	expect(page.view()).toMatchObject({ step: 'check', problem: null });
	const say = (part: Partial<PolicyReport>): void => {
		const known = {
			policyId,
			state: 'driving',
			reason: '',
			latencyMs: null,
			limited: NOTHING,
			executed: null
		};
		const body = { ...known, slowLeftMs: 0, lateChunks: 0, takeOvers: [], ...part };
		hear({ data: { v: PROTOCOL_VERSION, ch: 'policy', seq: 0, t: 0, body } });
	};
	const until = (step: string): Promise<void> => vi.waitFor(() => expect(page.view().step).toBe(step));
	const drive = async (): Promise<void> => {
		page.actions.start();
		await until('run');
		say({});
		telemetry.newestMs = 3000;
		say({});
	};
	const kept = async () => (await store.runs()).at(-1);
	return {
		page,
		policyId,
		lab,
		breakDown: () => broken(),
		store,
		asked,
		died,
		armGone,
		say,
		until,
		drive,
		kept
	};
}

describe('while a model drives', () => {
	it('its arm dies (PLANT, or a ROBOT that is not started again): the run is over, and kept as that', async () => {
		const { armGone, until, drive, kept, page } = await rig();
		await drive();
		armGone.emit('died');
		await until('rate');
		expect((await kept())?.end).toMatchObject({ endedBy: 'worker_died', durationMs: 2000 });
		expect(page.view().record?.end?.endedBy).toBe('worker_died');
	});

	it('INFER dies: the arm is asked to hold, the run can be judged, once more opens it anew', async () => {
		const { page, asked, died, say, until, drive, kept } = await rig();
		await drive();
		died.emit('infer');
		expect(asked.at(-1)).toBe('stop');
		say({ state: 'ended', reason: 'asked' });
		await until('rate');
		expect((await kept())?.end?.endedBy).toBe('worker_died');
		page.actions.again();
		await until('check');
		expect(asked.filter((what) => what === 'load')).toHaveLength(2);
	});

	it('INFER dies after the run: it can still be judged', async () => {
		const { page, died, say, until, drive, kept } = await rig();
		await drive();
		say({ state: 'ended', reason: 'asked' });
		await until('rate');
		died.emit('infer');
		expect(page.view().step).toBe('rate');
		page.actions.judge('failed');
		await vi.waitFor(async () => expect((await kept())?.outcome).toBe('failed'));
	});

	it('another kind of arm is chosen: the run is over as that, and the model closed', async () => {
		const { page, asked, armGone, until, drive, kept } = await rig();
		await drive();
		armGone.emit('switched');
		await until('rate');
		expect((await kept())?.end?.endedBy).toBe('arm_changed');
		expect(asked.slice(-2)).toEqual(['watch 0', 'close']);
		expect(page.view().problem?.code).toBe('policy_arm_changed');
	});
});

it('another kind of arm is chosen before the start: the model is closed, and that is said', async () => {
	const { page, asked, armGone, until } = await rig();
	armGone.emit('switched');
	await until('choose');
	await vi.waitFor(() => expect(asked.at(-1)).toBe('close'));
	expect(page.view().problem?.code).toBe('policy_arm_changed');
});

it('what a person says of a run is shown, also when it cannot be kept', async () => {
	const { page, say, until, drive, kept } = await rig();
	await drive();
	say({ state: 'ended', reason: 'asked' });
	await until('rate');
	const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
		throw new DOMException('full', 'QuotaExceededError');
	});
	page.actions.judge('succeeded');
	await vi.waitFor(() => expect(page.view().problem?.code).toBe('storage_full'));
	expect(page.view().record).toMatchObject({ outcome: 'succeeded', judge: 'person' });
	put.mockRestore();
	expect(await kept()).toMatchObject({ outcome: 'unknown' });
	page.actions.rate(4, 'gut');
	await vi.waitFor(async () => expect(await kept()).toMatchObject({ rating: 4 }));
});

describe('a start whose film is being prepared', () => {
	const waiting = async () => {
		let prepared: () => void = () => undefined;
		let begun = 0;
		const film: Film = {
			begin: () => {
				begun += 1;
				return new Promise((resolve) => (prepared = resolve));
			},
			end: () => Promise.resolve(null),
			drop: () => Promise.resolve()
		};
		const lab = await rig(film);
		lab.page.actions.start();
		await vi.waitFor(() => expect(begun).toBe(1));
		return { ...lab, begun: () => begun, prepare: (): void => prepared() };
	};
	type Waiting = Awaited<ReturnType<typeof waiting>>;

	it.each([
		['Back', ({ page }: Waiting) => page.actions.back(), 'stopped'],
		['a broken INFER', ({ breakDown }: Waiting) => breakDown(), 'fault'],
		['an INFER that died', ({ died }: Waiting) => died.emit('infer'), 'worker_died']
	] as const)('is taken back by %s: no model ever drives', async (_, takeBack, endedBy) => {
		const lab = await waiting();
		takeBack(lab);
		expect(lab.page.view().step).toBe('choose');
		lab.prepare();
		await vi.waitFor(async () => expect((await lab.kept())?.end?.endedBy).toBe(endedBy));
		expect(lab.asked).not.toContain('start');
		expect(lab.page.running).toBe(false);
		// The same model once more: it waits for its own start.
		await lab.page.choose(lab.policyId);
		expect(lab.page.view()).toMatchObject({ step: 'check', problem: null });
		expect(lab.asked).not.toContain('start');
	});

	it('is one start, however often it is pressed', async () => {
		const { page, asked, begun, prepare, until, store } = await waiting();
		page.actions.start();
		page.actions.startTrials(3);
		prepare();
		await until('run');
		expect(begun()).toBe(1);
		expect(asked.filter((what) => what === 'start')).toHaveLength(1);
		expect(await store.runs()).toHaveLength(1);
	});
});
