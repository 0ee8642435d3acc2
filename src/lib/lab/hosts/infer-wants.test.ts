// ROBOT's wants at INFER: what each is answered, and what it is shown.

import { afterEach, describe, expect, it } from 'vitest';
import { lookByHeart } from '$lib/inference/run/testing/small-nets';
import { CHUNK, Rig, STATE, closePorts, gated } from './testing/infer-rig';

afterEach(closePorts);

describe('a want', () => {
	it('is answered by the chunk of that instant', async () => {
		const rig = new Rig();
		await rig.driving();
		await rig.pictures(90);
		const answer = await rig.ask(7, { tMs: 95 }, 100);
		expect(answer).toMatchObject({
			ch: 'policy-chunk',
			t: 100,
			body: { policyId: 'look-1', observationTick: 7, fps: 10, joints: 6, pictureAgeMs: 10 }
		});
		expect(answer.ch === 'policy-chunk' && answer.body.actions).toEqual(CHUNK);
	});

	it('is shown the newest picture of each camera, by the one way from pixels to tensors', async () => {
		const rig = new Rig();
		await rig.driving();
		const seen: number[] = [];
		rig.script = (observation) => {
			for (const image of observation.images) seen.push(image.reduce((sum, v) => sum + v, 0) / image.length);
			return lookByHeart(observation);
		};
		await rig.pictures(10, 255);
		await rig.pictures(20, 0);
		rig.picture('wrist', 30, 204);
		await rig.crossed();
		await rig.ask(1, { tMs: 40 });
		const [top = NaN, wrist = NaN] = seen;
		expect(top).toBeCloseTo(0, 2);
		expect(wrist).toBeCloseTo(0.8, 2);
	});

	it('waits for no picture that is missing or too old, and says which camera', async () => {
		const rig = new Rig();
		await rig.driving();
		rig.picture('top', 0);
		await rig.crossed();
		expect(await rig.ask(1)).toMatchObject({
			ch: 'policy-wait',
			body: { tick: 1, reason: 'no-picture', camera: 'wrist' }
		});
		await rig.pictures(0);
		expect(await rig.ask(2, { tMs: 200 })).toMatchObject({ ch: 'policy-chunk' });
		rig.picture('top', 150);
		await rig.crossed();
		expect(await rig.ask(3, { tMs: 201 })).toMatchObject({
			ch: 'policy-wait',
			body: { tick: 3, reason: 'old-picture', camera: 'wrist', ageMs: 201 }
		});
	});

	it('is not answered with pictures stamped by the clock of a ROBOT before', async () => {
		const rig = new Rig();
		await rig.driving();
		await rig.pictures(600_000);
		expect(await rig.ask(1, { tMs: 100 })).toMatchObject({
			ch: 'policy-wait',
			body: { tick: 1, reason: 'old-picture', camera: 'top' }
		});
	});

	it('is not answered with a state that is older than its pictures may be', async () => {
		const rig = new Rig();
		await rig.driving();
		await rig.pictures(100);
		expect(await rig.ask(1, { tMs: 100 }, 150)).toMatchObject({ ch: 'policy-chunk' });
		expect(await rig.ask(2, { tMs: 100 }, 151)).toMatchObject({
			ch: 'policy-wait',
			body: { reason: 'old-state', ageMs: 51 }
		});
	});

	it('that comes while another is served waits, and a later one takes its place', async () => {
		const rig = new Rig();
		await rig.driving();
		await rig.pictures(0);
		const gate = gated(lookByHeart);
		rig.script = gate.script;
		rig.want(1);
		await gate.started;
		rig.want(2);
		rig.want(3);
		await rig.crossed();
		expect(rig.heard).toEqual([]);
		gate.open();
		await rig.answer();
		if (rig.heard.length < 2) await rig.answer();
		await rig.crossed();
		expect(
			rig.heard.map(({ ch, body }) => [ch, 'observationTick' in body ? body.observationTick : -1])
		).toEqual([
			['policy-chunk', 1],
			['policy-chunk', 3]
		]);
	});

	it('that waited too long behind a run is sent back for a fresh state', async () => {
		const rig = new Rig();
		await rig.driving();
		await rig.pictures(0);
		const gate = gated(lookByHeart);
		rig.script = gate.script;
		rig.want(1);
		await gate.started;
		rig.want(2);
		await rig.crossed();
		rig.virtual.advanceTo(rig.virtual.now() + 60);
		gate.open();
		await rig.answer();
		if (rig.heard.length < 2) await rig.answer();
		expect(rig.heard.at(-1)).toMatchObject({
			ch: 'policy-wait',
			body: { tick: 2, reason: 'old-state', ageMs: 60 }
		});
	});

	it('for another policy than the open one fails', async () => {
		const rig = new Rig();
		await rig.driving();
		await rig.pictures(0);
		expect(await rig.ask(1, { policyId: 'other' })).toMatchObject({
			ch: 'policy-failed',
			body: { policyId: 'other', tick: 1, code: 'policy_closed' }
		});
	});

	it('with a joint too few fails', async () => {
		const rig = new Rig();
		await rig.driving();
		await rig.pictures(0);
		expect(await rig.ask(1, { state: STATE.slice(1) })).toMatchObject({
			ch: 'policy-failed',
			body: { code: 'policy_observation_wrong' }
		});
	});

	it('whose answer is no number fails, and the next is served', async () => {
		const rig = new Rig();
		await rig.driving();
		await rig.pictures(0);
		rig.script = () => new Float32Array(24).fill(NaN);
		expect(await rig.ask(1)).toMatchObject({ ch: 'policy-failed', body: { code: 'policy_output_invalid' } });
		rig.script = lookByHeart;
		expect(await rig.ask(2)).toMatchObject({ ch: 'policy-chunk' });
	});

	it('under way when the policy is closed is told so', async () => {
		const rig = new Rig();
		await rig.driving();
		await rig.pictures(0);
		const gate = gated(lookByHeart);
		rig.script = gate.script;
		rig.want(1);
		await gate.started;
		await rig.host.close();
		expect(await rig.answer()).toMatchObject({
			ch: 'policy-failed',
			body: { tick: 1, code: 'policy_closed' }
		});
	});
});

describe('in lockstep', () => {
	it('a want waits for the pictures of its instant, however old, and takes no others', async () => {
		const rig = new Rig();
		await rig.driving();
		await rig.pictures(100);
		rig.want(1, { picturesAtMs: 400 / 3, tMs: 130 }, 5000);
		rig.picture('top', 400 / 3);
		await rig.crossed();
		expect(rig.heard).toEqual([]);
		const answer = rig.answer();
		rig.picture('wrist', 400 / 3);
		expect(await answer).toMatchObject({ ch: 'policy-chunk', body: { observationTick: 1, pictureAgeMs: 0 } });
	});

	it('a want for an instant that is past fails', async () => {
		const rig = new Rig();
		await rig.driving();
		await rig.pictures(100);
		expect(await rig.ask(1, { picturesAtMs: 50 })).toMatchObject({
			ch: 'policy-failed',
			body: { code: 'policy_observation_wrong' }
		});
	});
});
