// What ROBOT is told of a policy before it lets it drive, and whether that fits the arm on this line. The check that people
// read is the page's (inference/check); this one is the last, and only knows what would make numbers go to wrong joints.

import { SO101, type PolicyManifest } from '$lib/contracts';
import { LEAST_SPEED, type PlayerFacts } from '$lib/inference/play';
import { SO101_GATE_LIMITS } from '$lib/robot/safety';
import type { ArmAnswer } from './api';

export interface StartPolicy {
	readonly policyId: string;
	readonly manifest: Pick<PolicyManifest, 'joints' | 'fps' | 'chunk_size' | 'n_action_steps'>;
	/** What is left of the policy's first minute on this arm, ms; null: never seen here. */
	readonly slowLeftMs: number | null;
	/** 0.25..1. */
	readonly speed: number;
	/** `temporal_ensemble_coeff`; null: the newest chunk alone. */
	readonly ensemble: number | null;
	/** Lockstep: record ticks until an answer counts; 0 where a policy is to be judged as if it took no time. */
	readonly latencyTicks: number;
}

/** No policy for this arm answers more often, or further ahead. */
const MOST_FPS = 200;
const MOST_ACTIONS = 1000;

const whole = (value: number, least: number, most: number): boolean =>
	Number.isSafeInteger(value) && value >= least && value <= most;

/** Codes `policy_joints_differ` (with the first joint that does) and `policy_start_odd`; the page has checked both before. */
export function startRefusal(start: StartPolicy): Extract<ArmAnswer, { ok: false }> | null {
	const { joints, fps, chunk_size: chunkSize, n_action_steps: actionSteps } = start.manifest;
	const differs = SO101.joints.findIndex(
		({ name, unit }, j) => joints[j]?.name !== name || joints[j].unit !== unit
	);
	if (differs >= 0 || joints.length !== SO101.joints.length) {
		const joint = SO101.joints[differs]?.name ?? joints[SO101.joints.length]?.name ?? '';
		return { ok: false, code: 'policy_joints_differ', details: { joint } };
	}
	const sane =
		start.policyId !== '' &&
		fps > 0 &&
		fps <= MOST_FPS &&
		whole(chunkSize, 1, MOST_ACTIONS) &&
		whole(actionSteps, 1, chunkSize) &&
		start.speed >= LEAST_SPEED &&
		start.speed <= 1 &&
		whole(start.latencyTicks, 0, MOST_ACTIONS) &&
		(start.ensemble === null || Number.isFinite(start.ensemble));
	return sane ? null : { ok: false, code: 'policy_start_odd', details: {} };
}

export function playerFacts({ manifest }: StartPolicy): PlayerFacts {
	const { absurd } = SO101_GATE_LIMITS;
	return {
		joints: SO101.joints.length,
		fps: manifest.fps,
		chunkSize: manifest.chunk_size,
		actionSteps: manifest.n_action_steps,
		least: SO101.joints.map(({ min }) => min - absurd),
		most: SO101.joints.map(({ max }) => max + absurd)
	};
}
