// INFER: opening, losing and closing a policy, and the pictures it is shown.

import { afterEach, describe, expect, it } from 'vitest';
import type { PolicyManifest } from '$lib/contracts';
import type { DeviceFacts } from '$lib/inference/run';
import { LOOK, lookByHeart } from '$lib/inference/run/testing/small-nets';
import { CHUNK, DEVICE, Rig, STATE, closePorts, gated, grey } from './testing/infer-rig';

afterEach(closePorts);

describe('opening a policy', () => {
	it('measures, checks the reference and says what it found', async () => {
		const rig = new Rig();
		const answer = await rig.load();
		expect(answer).toMatchObject({
			ok: true,
			value: { choice: { chosen: { backend: 'wasm', threads: 1 } }, largestDifference: 0, tolerance: 1e-3 }
		});
		expect(rig.events[0]).toEqual({
			stage: 'measuring',
			candidate: { backend: 'wasm', threads: 1 },
			step: 1,
			of: 2
		});
	});

	it('does not measure what it remembers', async () => {
		const rig = new Rig();
		const answer = await rig.load({ remembered: { backend: 'wasm', threads: 2, medianMs: 5 } });
		expect(answer).toMatchObject({ value: { choice: { reason: 'remembered', chosen: { threads: 2 } } } });
		expect(rig.opened.map(({ threads }) => threads)).toEqual([2]);
	});

	it('refuses a model that gives other answers, and nothing of it ever reaches the arm', async () => {
		const rig = new Rig();
		rig.script = () => new Float32Array(24);
		expect(await rig.load()).toMatchObject({ ok: false, error: { code: 'policy_reference_mismatch' } });
		expect(rig.terminated).toBe(rig.opened.length);
		expect(await rig.ask(1)).toMatchObject({ ch: 'policy-failed', body: { tick: 1, code: 'policy_closed' } });
	});

	it('says that the device is too small before anything is opened', async () => {
		const rig = new Rig({ ...DEVICE, memoryGb: 1 });
		const fp32 = { path: 'policy.fp32.onnx', bytes: 200e6, sha256: '' };
		const manifest: PolicyManifest = { ...LOOK, files: { ...LOOK.files, fp32 } };
		expect(await rig.load({ manifest })).toMatchObject({
			ok: false,
			error: { code: 'policy_device_too_small', figures: { neededMb: 600, allowedMb: 268 } }
		});
		expect(rig.opened).toEqual([]);
	});

	it('that is closed meanwhile never comes to be', async () => {
		const rig = new Rig();
		const gate = gated(lookByHeart);
		rig.script = gate.script;
		const loading = rig.load();
		await gate.started;
		await rig.host.close();
		gate.open();
		expect(await loading).toMatchObject({ ok: false, error: { code: 'policy_closed' } });
		expect(await rig.ask(1)).toMatchObject({ ch: 'policy-failed', body: { code: 'policy_closed' } });
		expect(rig.terminated).toBe(rig.opened.length);
	});

	it('replaces the one that was open', async () => {
		const rig = new Rig();
		await rig.driving();
		await rig.driving({ policyId: 'look-2' });
		await rig.pictures(0);
		expect(await rig.ask(1)).toMatchObject({ ch: 'policy-failed', body: { code: 'policy_closed' } });
		expect(await rig.ask(2, { policyId: 'look-2' })).toMatchObject({ ch: 'policy-chunk' });
	});
});

describe('pictures', () => {
	it('flow while they are watched, and each is taken at once', async () => {
		const rig = new Rig();
		rig.host.watch([{ name: 'top', source: 'virtual' }]);
		rig.picture('top', 5);
		await rig.crossed();
		rig.host.watch([]);
		await rig.crossed();
		expect(rig.asked.map(({ ch, body }) => [ch, body])).toEqual([
			['want-frames', { camera: 'top', wanted: true }],
			['frame-taken', { camera: 'top', sequence: 0 }],
			['want-frames', { camera: 'top', wanted: false }]
		]);
	});

	it('of an earlier watch are never shown', async () => {
		const rig = new Rig();
		await rig.driving();
		await rig.pictures(0);
		rig.host.watch(['top', 'wrist'].map((name) => ({ name, source: 'virtual' })));
		expect(await rig.ask(1)).toMatchObject({
			ch: 'policy-wait',
			body: { reason: 'no-picture', camera: 'top' }
		});
	});

	it('of a camera of the same name elsewhere are not taken for it', async () => {
		const rig = new Rig();
		await rig.driving();
		rig.host.watch(['top', 'wrist'].map((name) => ({ name, source: 'device' })));
		await rig.pictures(0);
		expect(await rig.ask(1)).toMatchObject({ ch: 'policy-wait', body: { reason: 'no-picture' } });
	});
});

describe('a runtime that is lost', () => {
	const GPU: DeviceFacts = { ...DEVICE, gpu: 'intel gen-12' };
	/** There is room for one of it, not for two. */
	const fp32 = { path: 'policy.fp32.onnx', bytes: 300e6, sha256: '' };
	const onGpu = { backend: 'webgpu', manifest: { ...LOOK, files: { ...LOOK.files, fp32 } } } as const;

	it('by its graphics card is replaced at once where there was room to open another in time', async () => {
		const rig = new Rig(GPU);
		await rig.driving({ backend: 'webgpu' });
		while (rig.opened.length < 2) await rig.crossed();
		expect(rig.opened.map(({ backend }) => backend)).toEqual(['webgpu', 'wasm']);
		await rig.pictures(0);
		rig.losses.at(-2)?.('driver restarted');
		while (!rig.events.some(({ stage }) => stage === 'reopened')) await rig.crossed();
		expect(await rig.ask(1)).toMatchObject({ ch: 'policy-chunk', body: { observationTick: 1 } });
		expect(rig.opened).toHaveLength(2);
		await rig.host.close();
		expect(rig.terminated).toBe(2);
	});

	it('by its graphics card fails the want under way, and goes on with a fresh one on the processor', async () => {
		const rig = new Rig(GPU);
		await rig.driving(onGpu);
		await rig.pictures(0);
		const gate = gated(lookByHeart);
		rig.script = gate.script;
		rig.want(1);
		await gate.started;
		const failed = rig.answer();
		const reopening = gated(lookByHeart);
		rig.script = reopening.script;
		rig.loseGpu('driver restarted');
		expect(await failed).toMatchObject({ ch: 'policy-failed', body: { tick: 1, code: 'policy_gpu_lost' } });
		expect(await rig.ask(2)).toMatchObject({ ch: 'policy-wait', body: { tick: 2, reason: 'reopening' } });
		gate.open();
		reopening.open();
		await rig.pictures(0);
		let answer = await rig.ask(3);
		for (let tick = 4; answer.ch === 'policy-wait' && tick < 100; tick++) answer = await rig.ask(tick);
		expect(answer).toMatchObject({ ch: 'policy-chunk' });
		expect(rig.heard.filter(({ ch }) => ch === 'policy-chunk')).toHaveLength(1);
		expect(rig.opened.map(({ backend, threads }) => `${backend}${threads}`)).toEqual(['webgpu1', 'wasm2']);
		expect(rig.events.map(({ stage }) => stage)).toEqual(['measuring', 'lost', 'reopened']);
	});

	it('that cannot be opened again is told, and every want fails', async () => {
		const rig = new Rig(GPU);
		await rig.driving(onGpu);
		await rig.pictures(0);
		rig.refuse = true;
		rig.loseGpu('gone');
		while (rig.events.at(-1)?.stage !== 'broken') await rig.crossed();
		expect(await rig.ask(1)).toMatchObject({ ch: 'policy-failed', body: { code: 'policy_run_failed' } });
		expect(rig.events.at(-1)).toMatchObject({ stage: 'broken', failure: { detail: 'refused' } });
	});

	it('by a run without end is opened again where it ran, and the arm is told', async () => {
		const rig = new Rig();
		await rig.driving();
		await rig.pictures(0);
		const gate = gated(lookByHeart);
		rig.script = gate.script;
		rig.want(1);
		await gate.started;
		rig.script = lookByHeart;
		const failed = rig.answer();
		rig.virtual.advanceTo(rig.virtual.now() + 120_000);
		expect(await failed).toMatchObject({ ch: 'policy-failed', body: { tick: 1, code: 'policy_run_failed' } });
		await rig.pictures(rig.virtual.now());
		let answer = await rig.ask(2, { tMs: rig.virtual.now() });
		for (let tick = 3; answer.ch === 'policy-wait' && tick < 100; tick++)
			answer = await rig.ask(tick, { tMs: rig.virtual.now() });
		expect(answer).toMatchObject({ ch: 'policy-chunk' });
		expect(rig.opened.map(({ backend, threads }) => `${backend}${threads}`)).toEqual(['wasm1', 'wasm1']);
	});

	it('again and again is not opened for ever', async () => {
		const rig = new Rig(GPU);
		await rig.driving(onGpu);
		for (let losses = 0; losses < 4; losses++) {
			const told = rig.events.length;
			rig.loseGpu('gone');
			while (rig.events.length < told + 2) await rig.crossed();
		}
		expect(rig.events.map(({ stage }) => stage).slice(1)).toEqual([
			...['lost', 'reopened', 'lost', 'reopened', 'lost', 'reopened'],
			...['lost', 'broken']
		]);
	});
});

describe('a past instant', () => {
	it('is answered from its own pictures', async () => {
		const rig = new Rig();
		await rig.driving();
		const pictures = [grey(10), grey(200)].map((data) => ({ width: 16, height: 12, data }));
		const answer = await rig.host.runPast({ tick: 3, state: STATE, pictures });
		expect(answer).toMatchObject({ ok: true, value: { observationTick: 3, actions: CHUNK } });
	});

	it('needs a picture of every camera, and an open policy', async () => {
		const rig = new Rig();
		const past = { tick: 3, state: STATE, pictures: [] };
		expect(await rig.host.runPast(past)).toMatchObject({ ok: false, error: { code: 'policy_closed' } });
		await rig.driving();
		expect(await rig.host.runPast(past)).toMatchObject({ error: { code: 'policy_observation_wrong' } });
	});
});
