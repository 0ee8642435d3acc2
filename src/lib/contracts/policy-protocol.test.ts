import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInferToRobot, readRobotToInfer } from './policy-protocol';

const want = { policyId: 'p', tick: 3, tMs: 100, state: Float32Array.of(1, 2), picturesAtMs: null };
const chunk = {
	policyId: 'p',
	observationTick: 3,
	fps: 10,
	joints: 2,
	actions: Float32Array.of(1, 2, 3, 4),
	pictureAgeMs: 12,
	totalMs: 30,
	runMs: 28
};
const failed = { policyId: 'p', tick: 3, code: 'policy_gpu_lost', detail: 'device lost' };
const wait = { policyId: 'p', tick: 3, reason: 'old-picture', camera: 'top', ageMs: 250 };

const sent = (ch: string, body: unknown, v = 1): unknown => ({ v, ch, seq: 0, t: 0, body });

describe('what ROBOT says to INFER', () => {
	it('is read when it is whole', () => {
		expect(readRobotToInfer(sent('policy-want', want))?.body).toEqual(want);
		expect(readRobotToInfer(sent('policy-want', { ...want, picturesAtMs: 33.3 }))).not.toBeNull();
	});

	it.each([
		['another version', sent('policy-want', want, 2)],
		['another channel', sent('policy-chunk', want)],
		['no body', sent('policy-want', null)],
		['a state that could not be read', sent('policy-want', { ...want, state: Float32Array.of(1, NaN) })],
		['a state that is no Float32Array', sent('policy-want', { ...want, state: [1, 2] })],
		['a tick that is no count', sent('policy-want', { ...want, tick: -1 })],
		['a tick in between', sent('policy-want', { ...want, tick: 0.5 })],
		['no time', sent('policy-want', { ...want, tMs: NaN })],
		['pictures of no instant', sent('policy-want', { ...want, picturesAtMs: undefined })],
		['no policy', sent('policy-want', { ...want, policyId: undefined })]
	])('is refused with %s', (_, message) => {
		expect(readRobotToInfer(message)).toBeNull();
	});
});

describe('what INFER says to ROBOT', () => {
	it('is read when it is whole', () => {
		expect(readInferToRobot(sent('policy-chunk', chunk))?.body).toEqual(chunk);
		expect(readInferToRobot(sent('policy-failed', failed))?.body).toEqual(failed);
		expect(readInferToRobot(sent('policy-wait', wait))?.body).toEqual(wait);
		expect(readInferToRobot(sent('policy-wait', { ...wait, ageMs: Infinity }))).not.toBeNull();
	});

	it.each([
		['not numbers', sent('policy-chunk', { ...chunk, actions: Float32Array.of(1, 2, NaN, 4) })],
		['half an action', sent('policy-chunk', { ...chunk, actions: Float32Array.of(1, 2, 3) })],
		['no actions', sent('policy-chunk', { ...chunk, actions: new Float32Array(0) })],
		['no joints', sent('policy-chunk', { ...chunk, joints: 0 })],
		['no rate', sent('policy-chunk', { ...chunk, fps: 0 })],
		['a rate without end', sent('policy-chunk', { ...chunk, fps: Infinity })],
		['no tick', sent('policy-chunk', { ...chunk, observationTick: -1 })],
		['an unknown code', sent('policy-failed', { ...failed, code: 'policy_lost' })],
		['an unknown reason', sent('policy-wait', { ...wait, reason: 'tired' })],
		['an age that is none', sent('policy-wait', { ...wait, ageMs: NaN })],
		['no policy', sent('policy-wait', { ...wait, policyId: 4 })]
	])('is refused with %s', (_, message) => {
		expect(readInferToRobot(message)).toBeNull();
	});

	it('never throws, whatever comes', () => {
		const channel = fc.constantFrom('policy-want', 'policy-chunk', 'policy-failed', 'policy-wait');
		fc.assert(
			fc.property(channel, fc.anything(), fc.anything(), (ch, body, other) => {
				readInferToRobot(sent(ch, body));
				readRobotToInfer(sent(ch, body));
				readInferToRobot(other);
				readRobotToInfer(other);
			})
		);
	});
});
