import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createVirtualScheduler, createWallScheduler, err, ok } from '$lib/core';
import { describeContract } from '$lib/core/testing/describe-contract';
import type { PolicyManifest, PolicyRuntime } from '$lib/contracts';
import { checkReference } from './check-reference';
import type { EngineLine, FromEngine, ToEngine } from './engine-protocol';
import type { OpenRuntime } from './engine-server';
import { openFarRuntime, type FarOptions } from './far-runtime';
import { openOrtRuntime } from './ort-runtime';
import { policyRuntimeContract } from './policy-runtime.contract';
import { createScriptedRuntime, holdStill } from './scripted-runtime';
import { engineHere } from './testing/engine-here';
import { loadOrtInNode } from './testing/ort-node';
import { runtimeHarness, scriptedHarness, type NetName } from './testing/runtime-harness';
import { HAZARD, LOOK, LOOK_REFERENCE, lookByHeart } from './testing/small-nets';

const bytesOf = (net: NetName): Promise<Uint8Array<ArrayBuffer>> =>
	readFile(new URL(`./fixtures/${net}.onnx`, import.meta.url)).then((bytes) => new Uint8Array(bytes));

const openInNode: OpenRuntime = (options) => openOrtRuntime(options, loadOrtInNode);

async function open(manifest: PolicyManifest, net: NetName): Promise<PolicyRuntime> {
	const model = await bytesOf(net);
	const opened = await openInNode({ manifest, model, precision: 'fp32', backend: 'wasm', threads: 1 });
	if (!opened.ok) throw new Error(opened.error.detail);
	return opened.value;
}

async function farOptions(manifest: PolicyManifest, net: NetName): Promise<FarOptions> {
	return {
		manifest,
		model: new Blob([await bytesOf(net)]),
		precision: 'fp32',
		backend: 'wasm',
		threads: 1,
		openLimitMs: 60_000,
		runLimitMs: 60_000,
		scheduler: createWallScheduler()
	};
}

describeContract('PolicyRuntime: scripted', policyRuntimeContract, scriptedHarness);
describeContract('PolicyRuntime: ONNX Runtime WASM', policyRuntimeContract, () => runtimeHarness(open));
describeContract('PolicyRuntime: ONNX Runtime WASM behind a port', policyRuntimeContract, () =>
	runtimeHarness(async (manifest, net) => {
		const opened = await openFarRuntime(engineHere(openInNode), await farOptions(manifest, net));
		if (!opened.ok) throw new Error(opened.error.detail);
		return opened.value;
	})
);

describe('a model that is not what its manifest says', () => {
	const openWith = async (manifest: PolicyManifest, model: Uint8Array): Promise<string> => {
		const opened = await openInNode({ manifest, model, precision: 'fp32', backend: 'wasm', threads: 1 });
		return opened.ok ? 'opened' : `${opened.error.code}: ${opened.error.detail}`;
	};

	it.each([
		[
			'a camera of another name',
			{ ...LOOK, cameras: LOOK.cameras.map((c) => ({ ...c, name: `${c.name}2` })) }
		],
		['a camera more', { ...LOOK, cameras: [...LOOK.cameras, { name: 'side', width: 8, height: 8 }] }],
		['a camera of another size', { ...LOOK, cameras: LOOK.cameras.map((c) => ({ ...c, width: 16 })) }],
		['a joint less', { ...LOOK, joints: LOOK.joints.slice(1) }]
	])('does not open with %s', async (_, manifest) => {
		expect(await openWith(manifest, await bytesOf('look'))).toMatch(/^policy_did_not_open: /);
	});

	it('does not open when its bytes are no model', async () => {
		expect(await openWith(LOOK, new Uint8Array(1000))).toMatch(/^policy_did_not_open: /);
		expect(await openWith(LOOK, (await bytesOf('look')).subarray(0, 9000))).toMatch(/^policy_did_not_open: /);
	});

	it('gives no chunk when its chunk has another length', async () => {
		const runtime = await open({ ...LOOK, chunk_size: 5 }, 'look');
		const [observation] = LOOK_REFERENCE.observations;
		const answer = await runtime.run(observation ?? { tick: 0, state: new Float32Array(), images: [] });
		expect(answer).toMatchObject({ ok: false, error: { code: 'policy_output_invalid' } });
	});

	it('is told apart from files of ONNX Runtime that cannot be had', async () => {
		const noFiles = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module'));
		const opened = await openOrtRuntime(
			{ manifest: LOOK, model: new Uint8Array(), precision: 'fp32', backend: 'wasm', threads: 1 },
			noFiles
		);
		expect(opened).toMatchObject({ ok: false, error: { code: 'policy_runtime_missing' } });
	});
});

describe('checking against the reference', () => {
	const runtimeOff = (by: number) =>
		createScriptedRuntime(LOOK, async (observation) => {
			const actions = (await lookByHeart(observation)) as Float32Array;
			actions[5] = (actions[5] ?? 0) + by;
			return actions;
		});

	it('measures the largest difference and lets a small one pass', async () => {
		const answer = await checkReference(runtimeOff(5e-4), LOOK_REFERENCE);
		expect(answer).toMatchObject({ ok: true, value: { observations: 3, numbers: 72, tolerance: 1e-3 } });
		expect(answer.ok && answer.value.largestDifference).toBeCloseTo(5e-4, 5);
	});

	it('refuses a runtime that computes something else', async () => {
		const answer = await checkReference(runtimeOff(2e-3), LOOK_REFERENCE);
		expect(answer).toMatchObject({ ok: false, error: { code: 'policy_reference_mismatch' } });
	});

	it('grants half precision more, and not everything', async () => {
		const half = (by: number) => ({ ...runtimeOff(by), precision: 'fp16' as const });
		expect((await checkReference(half(0.04), LOOK_REFERENCE)).ok).toBe(true);
		expect((await checkReference(half(0.06), LOOK_REFERENCE)).ok).toBe(false);
	});

	it.each([
		['nothing to compare', { observations: [], actions: [] }],
		['fewer answers than observations', { ...LOOK_REFERENCE, actions: LOOK_REFERENCE.actions.slice(1) }],
		[
			'answers that are no numbers',
			{ ...LOOK_REFERENCE, actions: LOOK_REFERENCE.actions.map((a) => a.map(() => NaN)) }
		]
	])('refuses a reference with %s', async (_, reference) => {
		const answer = await checkReference(createScriptedRuntime(LOOK, lookByHeart), reference);
		expect(answer).toMatchObject({ ok: false, error: { code: 'policy_reference_mismatch' } });
	});

	it('hands on why a run failed', async () => {
		const runtime = createScriptedRuntime(LOOK, () => err({ code: 'policy_gpu_lost', detail: 'gone' }));
		expect(await checkReference(runtime, LOOK_REFERENCE)).toMatchObject({
			ok: false,
			error: { code: 'policy_gpu_lost', largestDifference: null }
		});
	});
});

describe('an engine in a thread of its own', () => {
	/** Says what a test makes it say. */
	function engineByHand(): { line: EngineLine; asked: ToEngine[]; terminated: () => number } {
		const asked: ToEngine[] = [];
		let terminated = 0;
		const line: EngineLine = {
			postMessage(message) {
				asked.push(message);
			},
			onMessage: null,
			onBroken: null,
			terminate() {
				terminated++;
			}
		};
		return { line, asked, terminated: () => terminated };
	}

	const [observation = { tick: 0, state: new Float32Array(), images: [] }] = LOOK_REFERENCE.observations;
	const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

	async function openByHand() {
		const virtual = createVirtualScheduler();
		const engine = engineByHand();
		const options = { ...(await farOptions(LOOK, 'look')), scheduler: virtual, runLimitMs: 500 };
		const opening = openFarRuntime(engine.line, options);
		engine.line.onMessage?.({ did: 'open' });
		const opened = await opening;
		if (!opened.ok) throw new Error(opened.error.detail);
		return { ...engine, virtual, runtime: opened.value };
	}

	it('is ended when it does not open in time, and the failure is told', async () => {
		const virtual = createVirtualScheduler();
		const { line, terminated } = engineByHand();
		const opening = openFarRuntime(line, { ...(await farOptions(LOOK, 'look')), scheduler: virtual });
		virtual.advanceTo(60_000);
		expect(await opening).toMatchObject({ ok: false, error: { code: 'policy_did_not_open' } });
		expect(terminated()).toBe(1);
	});

	it('hands on a refusal and is ended', async () => {
		const { line, terminated } = engineByHand();
		const opening = openFarRuntime(line, await farOptions(LOOK, 'look'));
		line.onMessage?.({ did: 'refuse', code: 'policy_runtime_missing', detail: 'no network' });
		expect(await opening).toMatchObject({ ok: false, error: { code: 'policy_runtime_missing' } });
		expect(terminated()).toBe(1);
	});

	it('is ended with a run that takes too long, and says so once', async () => {
		const { runtime, virtual, terminated } = await openByHand();
		const answer = runtime.run(observation);
		await settled();
		virtual.advanceTo(499);
		expect(terminated()).toBe(0);
		virtual.advanceTo(500);
		expect(await answer).toMatchObject({ ok: false, error: { code: 'policy_run_failed' } });
		expect(await runtime.gone).toMatchObject({ code: 'policy_run_failed' });
		expect(terminated()).toBe(1);
		expect(await runtime.run(observation)).toMatchObject({ ok: false, error: { code: 'policy_run_failed' } });
	});

	it('says that the graphics card is lost, under way and later', async () => {
		const { runtime, line } = await openByHand();
		const answer = runtime.run(observation);
		await settled();
		line.onMessage?.({ did: 'lose', detail: 'driver restarted' });
		expect(await answer).toMatchObject({ ok: false, error: { code: 'policy_gpu_lost' } });
		expect(await runtime.gone).toEqual({ code: 'policy_gpu_lost', detail: 'driver restarted' });
		expect(await runtime.run(observation)).toMatchObject({ ok: false, error: { code: 'policy_gpu_lost' } });
	});

	it('never hands out the answer to an earlier run', async () => {
		const { runtime, line, asked } = await openByHand();
		const answer = runtime.run({ ...observation, tick: 9 });
		await settled();
		const old = LOOK_REFERENCE.actions[1] ?? new Float32Array();
		const mine = LOOK_REFERENCE.actions[0] ?? new Float32Array();
		const id = asked.findLast((message) => message.do === 'run')?.id ?? 0;
		line.onMessage?.({ did: 'run', id: id - 1, actions: old, runMs: 1 });
		line.onMessage?.({ did: 'run', id, actions: mine, runMs: 2 });
		expect(await answer).toEqual(ok({ observationTick: 9, fps: 10, joints: 6, actions: mine }));
		expect(runtime.lastRunMs).toBe(2);
	});

	it('that crashed fails its run', async () => {
		const { runtime, line } = await openByHand();
		const answer = runtime.run(observation);
		await settled();
		line.onBroken?.('out of memory');
		expect(await answer).toEqual(err({ code: 'policy_run_failed', detail: 'out of memory' }));
	});

	it('refuses what is asked before a model is open', async () => {
		const line = engineHere(openInNode);
		const said = new Promise<FromEngine>((resolve) => (line.onMessage = resolve));
		line.postMessage({ do: 'run', id: 3, observation });
		expect(await said).toMatchObject({ did: 'fail', id: 3, code: 'policy_run_failed' });
		line.terminate();
	});
});

it('a policy that holds still asks for the pose it sees', async () => {
	const runtime = createScriptedRuntime(HAZARD, holdStill(HAZARD));
	const answer = await runtime.run({ tick: 1, state: Float32Array.of(42), images: [] });
	expect(answer).toEqual(ok({ observationTick: 1, fps: 10, joints: 1, actions: Float32Array.of(42) }));
});
