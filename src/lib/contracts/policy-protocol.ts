// What ROBOT and INFER say to each other over their raw port while a policy drives. Pull model: ROBOT asks for a chunk for
// one instant, INFER answers every want that it does not drop with exactly one message of the same policy and tick. INFER
// owns no clock: times are ROBOT's, and a chunk is tied to the tick it was asked for. Knows nothing of how chunks are
// played (inference/play) or made (inference/run).
//
// [Note: one at a time] A want that arrives while INFER is busy waits; a second one replaces it, and the replaced one is
// never answered. One that waited too long is answered `old-state`: its joint angles no longer belong to the pictures.
//
// [Note: lockstep] A want with `picturesAtMs` is of a run in virtual time: INFER waits until every camera has delivered the
// picture of exactly that instant, and nothing is ever too old.

import type { PolicyFailureCode } from './policy';
import { isEnvelope, type Envelope } from './worker-protocol';

/** Oldest picture that a policy is shown, ms between its capture and the want. */
export const PICTURE_MAX_AGE_MS = 200;
/** Oldest state that a policy is shown, ms. */
export const STATE_MAX_AGE_MS = 50;

export interface PolicyWant {
	/** Which policy is meant (its package's id): a chunk of another one never reaches the arm. */
	readonly policyId: string;
	/** Number of the observation: one more per want, through all runs of this ROBOT. Ties the answer to it; it is no time. */
	readonly tick: number;
	/** Capture time of the state on ROBOT's clock. */
	readonly tMs: number;
	/** [N], dataset units, order of the manifest's joints. */
	readonly state: Float32Array;
	/** Lockstep: the instant whose pictures belong to this observation. Null on the wall clock. */
	readonly picturesAtMs: number | null;
}

/** ROBOT -> INFER. Its `t` is when it was sent: pictures are as old as they are then. */
export type PolicyWantMessage = Envelope<'policy-want', PolicyWant>;

export interface PolicyChunk {
	readonly policyId: string;
	/** The want's `tick`. */
	readonly observationTick: number;
	/** Of the actions, per second: the policy's. */
	readonly fps: number;
	readonly joints: number;
	/** Action k, joint j at `k * joints + j`, dataset units, meant for `observationTick + k`. Transferred. */
	readonly actions: Float32Array;
	/** Age of the oldest picture when it was asked for, ms; 0 in lockstep and for a policy without cameras. */
	readonly pictureAgeMs: number;
	/** From the want's arrival in INFER to this message, ms, and the network's share of it. */
	readonly totalMs: number;
	readonly runMs: number;
}

/** INFER -> ROBOT. */
export type PolicyChunkMessage = Envelope<'policy-chunk', PolicyChunk>;

export interface PolicyFailed {
	readonly policyId: string;
	readonly tick: number;
	readonly code: PolicyFailureCode;
	/** For the log. */
	readonly detail: string;
}

/** INFER -> ROBOT: there will be no chunk for this want. */
export type PolicyFailedMessage = Envelope<'policy-failed', PolicyFailed>;

export type PolicyWaitReason =
	/** `camera` has not delivered anything yet. */
	| 'no-picture'
	/** The newest picture of `camera` is `ageMs` old. */
	| 'old-picture'
	/** The want itself waited behind a run; ask again. */
	| 'old-state'
	/** The graphics card was lost and the policy is being opened on the processor. */
	| 'reopening';

export interface PolicyWait {
	readonly policyId: string;
	readonly tick: number;
	readonly reason: PolicyWaitReason;
	/** '' where it is no camera's doing. */
	readonly camera: string;
	/** Of what is too old, ms; 0 where nothing is. */
	readonly ageMs: number;
}

/** INFER -> ROBOT: nothing is broken, but this want gets no chunk; ask again at the next tick. */
export type PolicyWaitMessage = Envelope<'policy-wait', PolicyWait>;

export type InferToRobot = PolicyChunkMessage | PolicyFailedMessage | PolicyWaitMessage;

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isTick = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown): value is string => typeof value === 'string';
/** A length of time; infinite means never. */
const isAge = (value: unknown): value is number => typeof value === 'number' && value >= 0;

/** The want that ROBOT sent, or null for anything else. A state that is not all numbers is no want. */
export function readRobotToInfer(data: unknown): PolicyWantMessage | null {
	if (!isEnvelope(data, ['policy-want']) || !Number.isFinite(data.t) || !isFields(data.body)) return null;
	const { policyId, tick, tMs, state, picturesAtMs } = data.body;
	if (!isText(policyId) || !isTick(tick) || !Number.isFinite(tMs)) return null;
	if (picturesAtMs !== null && !Number.isFinite(picturesAtMs)) return null;
	if (!(state instanceof Float32Array) || !state.every(Number.isFinite)) return null;
	return data as PolicyWantMessage;
}

const WAIT_REASONS: readonly unknown[] = [
	'no-picture',
	'old-picture',
	'old-state',
	'reopening'
] satisfies PolicyWaitReason[];

const FAILURE_CODES: readonly unknown[] = [
	'policy_output_invalid',
	'policy_gpu_lost',
	'policy_run_failed',
	'policy_closed',
	'policy_observation_wrong'
] satisfies PolicyFailureCode[];

function isChunk({ observationTick, fps, joints, actions, pictureAgeMs, totalMs, runMs }: Fields): boolean {
	if (!isTick(observationTick) || !isTick(joints) || joints === 0) return false;
	if (typeof fps !== 'number' || !(fps > 0 && fps < Infinity)) return false;
	if (!isAge(pictureAgeMs) || !isAge(totalMs) || !isAge(runMs)) return false;
	if (!(actions instanceof Float32Array) || actions.length === 0 || actions.length % joints !== 0)
		return false;
	return actions.every(Number.isFinite);
}

/** The message that INFER sent, or null for anything else: whole chunks of numbers, known reasons and codes. */
export function readInferToRobot(data: unknown): InferToRobot | null {
	if (!isEnvelope(data, ['policy-chunk', 'policy-failed', 'policy-wait']) || !isFields(data.body))
		return null;
	const { body } = data;
	if (!isText(body['policyId'])) return null;
	if (data.ch === 'policy-chunk') return isChunk(body) ? (data as PolicyChunkMessage) : null;
	if (!isTick(body['tick'])) return null;
	if (data.ch === 'policy-failed') {
		const known = FAILURE_CODES.includes(body['code']) && isText(body['detail']);
		return known ? (data as PolicyFailedMessage) : null;
	}
	const known = WAIT_REASONS.includes(body['reason']) && isText(body['camera']) && isAge(body['ageMs']);
	return known ? (data as PolicyWaitMessage) : null;
}
