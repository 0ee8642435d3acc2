// A policy drives the virtual arm, and what stops it: real control, gate, loop and chain, INFER as a double, virtual time.
import { describe, expect, it } from 'vitest';
import { START, createPolicyRig, reach, type Answer, type InferDouble } from './testing/policy-rig';

const to40 = (message: Parameters<InferDouble['answer']>[0]): Answer => reach(message, 40);

describe('a policy that answers', () => {
	it('drives the arm where it wants, through the gate', async () => {
		const rig = await createPolicyRig();
		await rig.drive(to40);
		await rig.run(4);
		expect(rig.pan()).toBeCloseTo(40, 0);
		expect(rig.seen.fastestMmPerS).toBeLessThanOrEqual(250.01);
		const report = rig.last();
		expect(report).toMatchObject({ policyId: 'reach', state: 'driving', reason: '', dryHolds: 0 });
		expect(report?.latencyMs?.median).toBeCloseTo(50, 0);
		expect(report).toMatchObject({ runMs: 25, pictureAgeMs: 20, refusedAnswers: 0 });
		expect(report?.chunksPerS).toBeGreaterThan(2.5);
		expect(report?.chunksPerS).toBeLessThan(4.5);
		expect(report?.predicted?.[0]).toBeCloseTo(40, 1);
		expect(Math.abs((report?.executed?.[0] ?? 0) - rig.pan())).toBeLessThan(0.5);
	});

	it('is told at most ten times a second', async () => {
		const rig = await createPolicyRig();
		await rig.drive(to40);
		await rig.run(1);
		const before = rig.reports.length;
		await rig.run(2);
		expect(rig.reports.length - before).toBeLessThanOrEqual(20);
		expect(rig.reports.length - before).toBeGreaterThanOrEqual(18);
	});

	it('is asked with the state of the tick', async () => {
		const rig = await createPolicyRig();
		const infer = await rig.drive(to40);
		await rig.run(2);
		for (const { t, body } of infer.wants) {
			expect(body).toMatchObject({ policyId: 'reach', picturesAtMs: null });
			expect(t - body.tMs).toBeLessThanOrEqual(50);
		}
		const ticks = infer.wants.map(({ body }) => body.tick);
		expect(new Set(ticks).size).toBe(ticks.length);
		expect(ticks).toEqual([...ticks].sort((a, b) => a - b));
	});

	it('is met slowly when it begins far from the arm', async () => {
		const rig = await createPolicyRig();
		await rig.drive((message) =>
			reach({ ...message, body: { ...message.body, state: new Float32Array([30]) } }, 30)
		);
		const [goal] = [rig.seen.goals.length];
		await rig.run(1);
		const steps = rig.seen.goals.slice(goal).map((value, i, all) => Math.abs(value - (all[i - 1] ?? value)));
		// 15 degrees a second at 210 ticks a second.
		expect(Math.max(...steps)).toBeLessThanOrEqual(15 / 210 + 1e-3);
		expect(rig.pan()).toBeGreaterThan(5);
	});

	it('follows at the speed that was chosen, pauses and goes on', async () => {
		const rig = await createPolicyRig();
		const infer = await rig.drive(to40, { speed: 0.25 });
		await rig.run(1.3);
		const slow = rig.pan();
		expect(slow).toBeGreaterThan(3);
		expect(slow).toBeLessThan(11);
		expect(rig.line.setSpeed(2)).toBe(false);
		expect(rig.line.setSpeed(1)).toBe(true);
		rig.line.pause();
		await rig.run(0.3);
		const at = rig.pan();
		const asked = infer.wants.length;
		await rig.run(2);
		expect(rig.pan()).toBeCloseTo(at, 1);
		expect(infer.wants.length).toBe(asked);
		expect(rig.last()).toMatchObject({ state: 'paused', reason: 'asked', predicted: null, pace: 0 });
		expect(rig.line.resume()).toEqual({ ok: true });
		await rig.run(3);
		expect(rig.pan()).toBeCloseTo(40, 0);
	});
});

describe('the first minute', () => {
	it('is slow, counted while it drives, and the path is stretched, not cut', async () => {
		const rig = await createPolicyRig();
		await rig.drive((message) => reach(message, 60, 90), { slowLeftMs: null });
		rig.seen.fastestMmPerS = 0;
		await rig.run(6);
		expect(rig.seen.fastestMmPerS).toBeLessThanOrEqual(100.01);
		expect(rig.seen.fastestMmPerS).toBeGreaterThan(60);
		expect(rig.pan()).toBeCloseTo(60, 0);
		expect(rig.last()?.limited.speed).toBeGreaterThan(50);
		expect(rig.last()?.slowLeftMs).toBeLessThan(60_000 - 4000);
		expect(rig.last()?.slowLeftMs).toBeGreaterThan(60_000 - 6100);
	});

	it('goes on where it was before a reload', async () => {
		const rig = await createPolicyRig();
		await rig.drive(to40, { slowLeftMs: 1500 });
		expect(rig.last()?.slowLeftMs).toBe(1500);
		await rig.run(1);
		expect(rig.last()?.slowLeftMs).toBeLessThan(1000);
		await rig.run(2);
		expect(rig.last()?.slowLeftMs).toBe(0);
	});
});

describe('a start that is refused', () => {
	it.each([
		['another joint', { manifest: { ...START.manifest, joints: [...START.manifest.joints].reverse() } }],
		['a joint less', { manifest: { ...START.manifest, joints: START.manifest.joints.slice(1) } }]
	])('%s', async (_, odd) => {
		const rig = await createPolicyRig();
		await expect(rig.drive(to40, odd)).rejects.toThrow('policy_joints_differ');
	});

	it.each([
		['no rate', { manifest: { ...START.manifest, fps: 0 } }],
		['no actions', { manifest: { ...START.manifest, chunk_size: 0 } }],
		['more steps than actions', { manifest: { ...START.manifest, n_action_steps: 11 } }],
		['too fast', { speed: 1.5 }],
		['no name', { policyId: '' }]
	])('%s', async (_, odd) => {
		const rig = await createPolicyRig();
		await expect(rig.drive(to40, odd)).rejects.toThrow('policy_start_odd');
	});

	it('nobody who answers, an arm that is not armed', async () => {
		const rig = await createPolicyRig();
		expect(rig.line.start(START)).toMatchObject({ ok: false, code: 'policy_no_worker' });
		rig.line.attach(rig.infer().port);
		expect(rig.line.start(START)).toMatchObject({ ok: false, code: 'not_armed' });
		expect(rig.line.resume()).toMatchObject({ ok: false, code: 'policy_not_paused' });
	});
});

describe('a person', () => {
	it('stops: the run is over, and arming again does not bring it back', async () => {
		const rig = await createPolicyRig();
		const infer = await rig.drive(to40);
		await rig.run(1);
		rig.control.stop();
		expect(rig.last()).toMatchObject({ state: 'ended', reason: 'arm' });
		await rig.run(0.3);
		const at = rig.pan();
		const asked = infer.wants.length;
		rig.control.clearStop();
		expect(await rig.arm.settle(rig.control.arm())).toBe(true);
		await rig.run(2);
		expect(rig.pan()).toBeCloseTo(at, 0);
		expect(infer.wants.length).toBe(asked);
	});

	it('locks the arm: the policy is paused, and going on with the arm alone moves nothing', async () => {
		const rig = await createPolicyRig();
		await rig.drive(to40);
		await rig.run(0.8);
		rig.control.lock();
		await rig.run(0.3);
		const at = rig.pan();
		expect(rig.last()).toMatchObject({ state: 'paused', reason: 'arm' });
		expect(await rig.arm.settle(rig.control.arm())).toBe(true);
		await rig.run(2);
		expect(rig.pan()).toBeCloseTo(at, 0);
		expect(rig.line.resume()).toEqual({ ok: true });
		await rig.run(3);
		expect(rig.pan()).toBeCloseTo(40, 0);
	});

	it('takes over by hand, which is told with its ticks and rows, and gives back', async () => {
		const rig = await createPolicyRig();
		const infer = await rig.drive(to40);
		await rig.run(1);
		rig.recording.nextRow = 17;
		rig.sliders[0] = rig.pan() - 10;
		rig.choose('sliders');
		const asked = infer.wants.length;
		expect(rig.last()).toMatchObject({ state: 'taken-over' });
		await rig.run(2);
		expect(rig.pan()).toBeCloseTo(rig.sliders[0], 0);
		expect(infer.wants.length).toBe(asked);
		const [span] = rig.last()?.takeOvers ?? [];
		expect(span).toMatchObject({ untilTick: null, fromRow: 17, untilRow: null });
		rig.recording.nextRow = 77;
		const [takenMs, nowMs] = [span?.atMs ?? NaN, rig.now()];
		expect(rig.line.resume()).toEqual({ ok: true });
		// What was done by hand is a correction, to the tick: not before, not after.
		const corrects = (tMs: number): boolean => rig.line.corrects(tMs);
		expect([takenMs - 1, takenMs, nowMs - 1, nowMs, NaN].map(corrects)).toEqual([
			false,
			true,
			true,
			false,
			false
		]);
		const [closed] = rig.last()?.takeOvers ?? [];
		expect(closed?.untilRow).toBe(77);
		expect((closed?.untilTick ?? 0) - (closed?.fromTick ?? 0)).toBe(60);
		await rig.run(4);
		expect(rig.pan()).toBeCloseTo(40, 0);
	});

	it('ends it: the arm holds until somebody else is chosen', async () => {
		const rig = await createPolicyRig();
		await rig.drive(to40);
		await rig.run(0.8);
		rig.line.stop();
		await rig.run(0.3);
		const at = rig.pan();
		await rig.run(1);
		expect(rig.pan()).toBeCloseTo(at, 1);
		expect(rig.last()).toMatchObject({ state: 'ended', reason: 'asked' });
		expect(rig.line.resume().ok).toBe(false);
	});
});
