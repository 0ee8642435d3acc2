// What goes wrong between ROBOT and INFER while a policy drives: every answer that is none, silence, death, an old state, a
// silent page. In all of them the arm finishes at most the approved part, holds, and goes on only from a fresh observation.
import { describe, expect, it } from 'vitest';
import type { PolicyWantMessage } from '$lib/contracts';
import { CHUNK, FPS, START, createPolicyRig, reach, type Answer } from './testing/policy-rig';

const to40 = (message: PolicyWantMessage): Answer => reach(message, 40);
/** What is left of a chunk, spread over the longest bearable wait, and the way to standing. */
const PLAYED_OUT_S = (1.3 * CHUNK) / FPS;

function failed(code: string) {
	return ({ body: { policyId, tick } }: PolicyWantMessage): Answer => ({
		ch: 'policy-failed',
		body: { policyId, tick, code, detail: '' }
	});
}

function waits(reason: string, camera = '') {
	return ({ body: { policyId, tick } }: PolicyWantMessage): Answer => ({
		ch: 'policy-wait',
		body: { policyId, tick, reason, camera, ageMs: 0 }
	});
}

function spoilt(change: (body: Record<string, unknown>, actions: Float32Array) => void) {
	return (message: PolicyWantMessage): Answer => {
		const answer = reach(message, 40);
		if (answer !== null) change(answer.body, answer.body['actions'] as Float32Array);
		return answer;
	};
}

/** Drives well for a second, then answers by `bad` for as long as the approved part and a bit more takes. */
async function spoil(bad: (message: PolicyWantMessage) => Answer) {
	const rig = await createPolicyRig();
	const infer = await rig.drive(to40);
	await rig.run(0.7);
	infer.answer = bad;
	await rig.run(PLAYED_OUT_S);
	const at = rig.pan();
	await rig.run(0.5);
	return { rig, infer, at };
}

describe('an answer that is none', () => {
	it.each([
		['NaN', spoilt((_, actions) => actions.fill(Number.NaN, 12, 13))],
		['ten times the range', spoilt((_, actions) => actions.fill(1100, 6, 7))],
		['a joint less', spoilt((body) => (body['joints'] = 5))],
		['half a chunk', spoilt((body, actions) => (body['actions'] = actions.slice(0, 30)))],
		['no array', spoilt((body) => (body['actions'] = [1, 2, 3]))],
		['another rate', spoilt((body) => (body['fps'] = 30))],
		['what INFER calls invalid', failed('policy_output_invalid')]
	])('%s: the approved part, then the arm holds and the run is over', async (_, bad) => {
		const { rig, infer, at } = await spoil(bad);
		expect(rig.pan()).toBeCloseTo(at, 1);
		expect(rig.pan()).toBeLessThan(39);
		expect(rig.last()).toMatchObject({ state: 'ended', reason: 'policy_output_invalid', refusedAnswers: 3 });
		const asked = infer.wants.length;
		await rig.run(1);
		expect(infer.wants.length).toBe(asked);
	});

	it('one alone is asked for anew, and the arm never stops', async () => {
		const rig = await createPolicyRig();
		const infer = await rig.drive(to40);
		await rig.run(0.7);
		let bad = 1;
		infer.answer = (message) =>
			bad-- > 0 ? spoilt((_, actions) => actions.fill(Number.NaN))(message) : to40(message);
		await rig.run(3);
		expect(rig.last()).toMatchObject({ state: 'driving', refusedAnswers: 1, dryHolds: 0 });
		expect(rig.pan()).toBeCloseTo(40, 0);
	});

	it.each([
		['for an observation of the future', spoilt((body) => (body['observationTick'] = 9999))],
		['for an older policy', spoilt((body) => (body['policyId'] = 'other'))]
	])('%s moves nothing', async (_, bad) => {
		const { rig, at } = await spoil(bad);
		expect(rig.pan()).toBeCloseTo(at, 1);
		expect(rig.last()?.state).not.toBe('driving');
	});

	it('from the run before, of the same policy, moves nothing', async () => {
		const rig = await createPolicyRig();
		const infer = await rig.drive(() => null);
		await rig.run(0.5);
		const before = infer.wants.at(-1);
		rig.line.stop();
		expect(rig.line.start(START)).toEqual({ ok: true });
		await rig.run(0.5);
		const late = before === undefined ? null : reach(before, 40);
		if (late !== null) infer.say(late);
		await rig.run(1);
		expect(rig.pan()).toBeCloseTo(0, 0);
		expect(rig.last()).toMatchObject({ state: 'waiting', chunks: 0 });
	});

	it('said twice counts once', async () => {
		const rig = await createPolicyRig();
		const infer = await rig.drive((message) => {
			const answer = to40(message);
			const again = reach(message, -40);
			if (again !== null) rig.arm.scheduler.at(rig.arm.scheduler.now() + 60, () => infer.say(again));
			return answer;
		});
		await rig.run(3);
		expect(rig.pan()).toBeCloseTo(40, 0);
		expect(rig.last()?.refusedAnswers).toBeGreaterThan(3);
	});
});

describe('INFER', () => {
	it('falls silent: the approved part, then the arm holds and says so', async () => {
		const { rig, at, infer } = await spoil(() => null);
		expect(rig.pan()).toBeCloseTo(at, 1);
		expect(rig.last()).toMatchObject({ state: 'held', reason: 'dry', dryHolds: 1 });
		await rig.run(2.5);
		expect(rig.last()).toMatchObject({ state: 'held', reason: 'silent' });
		expect(infer.wants.length).toBeLessThan(8);
	});

	it('dies and comes back: an answer of the old one is not heard, the new one is asked afresh', async () => {
		const rig = await createPolicyRig();
		const old = await rig.drive(to40);
		await rig.run(0.7);
		old.answer = () => null;
		await rig.run(0.3);
		const [lost] = old.wants.slice(-1);
		rig.line.attach(null);
		expect(old.closed).toBe(true);
		expect(old.onmessage).toBeNull();
		await rig.run(PLAYED_OUT_S);
		expect(rig.last()).toMatchObject({ state: 'held', reason: 'no-policy-worker' });
		const at = rig.pan();
		const next = rig.infer();
		next.answer = () => null;
		rig.line.attach(next.port);
		const stale = lost === undefined ? null : reach(lost, 40);
		if (stale !== null) next.say(stale);
		await rig.run(0.5);
		expect(rig.pan()).toBeCloseTo(at, 1);
		next.answer = to40;
		const asked = next.wants.at(-1);
		const fresh = asked === undefined ? null : reach(asked, 40);
		if (fresh !== null) next.say(fresh);
		await rig.run(3);
		expect(rig.pan()).toBeCloseTo(40, 0);
		expect(next.wants[0]?.body.state[0]).toBeCloseTo(at, 0);
	});

	it.each(['policy_gpu_lost', 'policy_run_failed', 'policy_closed'])(
		'%s: the approved part, a hold with that reason, and on it goes when it answers again',
		async (code) => {
			const { rig, infer, at } = await spoil(failed(code));
			expect(rig.last()).toMatchObject({ state: 'held', reason: code });
			expect(rig.pan()).toBeCloseTo(at, 1);
			infer.answer = to40;
			await rig.run(3.5);
			expect(rig.pan()).toBeCloseTo(40, 0);
			expect(rig.last()).toMatchObject({ state: 'driving', reason: '' });
		}
	);

	it('says the observation has the wrong shape: nothing can come of this', async () => {
		const { rig } = await spoil(failed('policy_observation_wrong'));
		expect(rig.last()).toMatchObject({ state: 'ended', reason: 'policy_observation_wrong' });
	});

	it.each(['no-picture', 'old-picture'])('%s: holds at once, names the camera', async (reason) => {
		const rig = await createPolicyRig();
		const infer = await rig.drive(to40);
		await rig.run(0.7);
		infer.answer = waits(reason, 'wrist');
		await rig.run(0.5);
		const at = rig.pan();
		expect(rig.last()).toMatchObject({ state: 'held', reason, camera: 'wrist' });
		const asked = infer.wants.length;
		await rig.run(1);
		// It springs back by what its lag was.
		expect(rig.pan()).toBeCloseTo(at, 0);
		// Every record tick at most, one at a time.
		expect(infer.wants.length - asked).toBeLessThanOrEqual(30);
		infer.answer = to40;
		await rig.run(3);
		expect(rig.pan()).toBeCloseTo(40, 0);
	});

	it('is opened anew: the approved part goes on meanwhile', async () => {
		const { rig } = await spoil(waits('reopening'));
		expect(rig.last()).toMatchObject({ state: 'held', reason: 'reopening' });
	});

	it('found the state too old behind a run: it is asked again at once', async () => {
		const rig = await createPolicyRig();
		const infer = await rig.drive(to40);
		await rig.run(0.7);
		let old = 1;
		infer.answer = (message) => (old-- > 0 ? waits('old-state')(message) : to40(message));
		await rig.run(3);
		expect(rig.last()).toMatchObject({ state: 'driving', dryHolds: 0 });
		expect(rig.pan()).toBeCloseTo(40, 0);
	});
});

describe('the arm', () => {
	it('was not read for 50 ms: holds, asks nobody, goes on from a fresh observation', async () => {
		const rig = await createPolicyRig();
		const infer = await rig.drive(to40);
		await rig.run(0.7);
		rig.stale.byMs = 60;
		await rig.run(0.2);
		const at = rig.pan();
		const asked = infer.wants.length;
		await rig.run(0.5);
		expect(rig.last()).toMatchObject({ state: 'held', reason: 'old-state' });
		expect(infer.wants.length).toBe(asked);
		expect(rig.pan()).toBeCloseTo(at, 1);
		rig.stale.byMs = 0;
		await rig.run(3);
		expect(rig.pan()).toBeCloseTo(40, 0);
	});

	it('holds because the page fell silent; what was asked before counts for nothing afterwards', async () => {
		const rig = await createPolicyRig();
		const infer = await rig.drive(to40);
		await rig.run(0.7);
		infer.latencyMs = 600;
		await rig.run(0.3);
		rig.page.beats = false;
		await rig.run(0.5);
		const at = rig.pan();
		expect(rig.last()).toMatchObject({ state: 'held', reason: 'arm' });
		const asked = infer.wants.length;
		rig.page.beats = true;
		await rig.run(0.3);
		expect(rig.pan()).toBeCloseTo(at, 1);
		expect(infer.wants[asked]?.body.state[0]).toBeCloseTo(at, 0);
		infer.latencyMs = 50;
		await rig.run(4);
		expect(rig.pan()).toBeCloseTo(40, 0);
	});

	it('is hidden from view: paused until a person resumes', async () => {
		const rig = await createPolicyRig();
		await rig.drive(to40);
		await rig.run(0.7);
		rig.control.pageVisible = false;
		await rig.run(0.1);
		rig.control.pageVisible = true;
		await rig.run(0.5);
		expect(rig.last()).toMatchObject({ state: 'paused', reason: 'arm' });
	});

	it('is lost while a hand has taken over: the next arm on the cable does not inherit the run', async () => {
		const rig = await createPolicyRig();
		await rig.drive(to40);
		await rig.run(1);
		rig.choose('sliders');
		expect(rig.last()?.state).toBe('taken-over');
		rig.control.lost('unplugged');
		expect(rig.last()?.state).toBe('ended');
		expect(rig.line.resume()).toMatchObject({ ok: false });
	});

	it('is lost: the run is over', async () => {
		const rig = await createPolicyRig();
		await rig.drive(to40);
		await rig.run(0.7);
		rig.control.lost('unplugged');
		expect(rig.last()).toMatchObject({ state: 'ended', reason: 'arm' });
	});
});

describe('in lockstep', () => {
	/** Goals of one run; the double answers at its own pace while virtual time stands still. */
	async function goals(turns: number, latencyTicks: number): Promise<readonly number[]> {
		const rig = await createPolicyRig({ lockstep: true });
		const infer = await rig.drive(() => null, { latencyTicks });
		infer.answer = (message) => {
			void (async () => {
				for (let n = 0; n < turns; n++) await Promise.resolve();
				const answer = to40(message);
				if (answer !== null) infer.say(answer);
			})();
			return null;
		};
		rig.seen.goals.length = 0;
		for (let step = 1; step <= 60; step++) {
			await rig.run(1 / 30);
			await rig.line.afterStep(step, rig.arm.scheduler.now());
		}
		for (const { body } of infer.wants) expect(body.picturesAtMs).not.toBeNull();
		return [...rig.seen.goals];
	}

	it('the outcome is the same however long INFER takes', async () => {
		const quick = await goals(0, 0);
		expect(quick.at(-1)).toBeGreaterThan(20);
		expect(await goals(500, 0)).toEqual(quick);
	});

	it('an answer counts after the ticks it is said to take', async () => {
		const at = (all: readonly number[]): number => all.findIndex((goal) => goal > 1);
		const delay = at(await goals(0, 9)) - at(await goals(0, 0));
		// Nine record ticks of seven loop ticks, less the hold that every start lasts.
		expect(delay).toBeGreaterThan(30);
		expect(delay).toBeLessThanOrEqual(63);
	});

	it('a step ends when INFER is gone, or the run', async () => {
		const rig = await createPolicyRig({ lockstep: true });
		await rig.drive(() => null);
		await rig.run(0.2);
		const step = rig.line.afterStep(1, rig.arm.scheduler.now());
		rig.line.attach(null);
		await step;
		rig.line.attach(rig.infer().port);
		const next = rig.line.afterStep(2, rig.arm.scheduler.now());
		rig.line.stop();
		await next;
		expect(rig.last()).toMatchObject({ state: 'ended', reason: 'asked' });
	});
});
