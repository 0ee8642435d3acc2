// From the codes of models to the learner's words. A new code without words does not compile.

import { wilsonInterval } from '$lib/core';
import type {
	PolicyAspect,
	PolicyBackend,
	PolicyCheckReason,
	PolicyComparison,
	RunEnd,
	RunOutcome
} from '$lib/contracts';
import { m } from '$lib/i18n';
import { formatNumber } from '../format';
import { jointWord } from '../joints';
import type {
	PolicyLoadPart,
	PolicyRunState,
	PolicyStartBlock,
	PolicyWaitView,
	SuccessCount
} from './policy-view';

type Words<Key extends string> = Readonly<Record<Key, () => string>>;
type Tone = 'idle' | 'ok' | 'busy' | 'warn' | 'danger';

const cameraNames: Readonly<Record<string, () => string>> = {
	top: () => m.camera_top(),
	front: () => m.camera_front(),
	side: () => m.camera_side(),
	wrist: () => m.camera_wrist()
};

export function cameraWord(name: string): string {
	return cameraNames[name]?.() ?? name;
}

const aspects: Readonly<Record<PolicyAspect, (camera: string) => string>> = {
	kind: () => m.policy_aspect_kind(),
	robot: () => m.policy_aspect_robot(),
	joints: () => m.policy_aspect_joints(),
	units: () => m.policy_aspect_units(),
	camera: (camera) => m.policy_aspect_camera({ camera }),
	fps: () => m.policy_aspect_fps(),
	calibration: () => m.policy_aspect_calibration(),
	world: () => m.policy_aspect_world(),
	start_pose: () => m.policy_aspect_start_pose()
};

export function aspectWord({ aspect, camera }: PolicyComparison): string {
	return aspects[aspect](camera === null ? '' : cameraWord(camera));
}

interface ReasonFacts {
	readonly policy: string;
	readonly lab: string;
	readonly camera: string;
	readonly joints: string;
}

const reasons: Readonly<Record<PolicyCheckReason, (facts: ReasonFacts) => string>> = {
	kind_other: () => m.policy_reason_kind_other(),
	robot_other: ({ policy, lab }) => m.policy_reason_robot_other({ policy, lab }),
	robot_related: ({ policy }) => m.policy_reason_robot_related({ policy }),
	joints_other: ({ policy }) => m.policy_reason_joints_other({ policy }),
	joints_order: ({ joints }) => m.policy_reason_joints_order({ joints }),
	joints_unit: ({ joints }) => m.policy_reason_joints_unit({ joints }),
	camera_missing: ({ camera }) => m.policy_reason_camera_missing({ camera }),
	camera_dark: ({ camera }) => m.policy_reason_camera_dark({ camera }),
	camera_small: ({ camera, policy, lab }) => m.policy_reason_camera_small({ camera, policy, lab }),
	camera_shape: ({ camera, policy, lab }) => m.policy_reason_camera_shape({ camera, policy, lab }),
	camera_upright: ({ camera }) => m.policy_reason_camera_upright({ camera }),
	camera_slow: ({ camera }) => m.policy_reason_camera_slow({ camera }),
	lab_slow: ({ policy, lab }) => m.policy_reason_lab_slow({ policy, lab }),
	calibration_other: () => m.policy_reason_calibration_other(),
	calibration_unknown: () => m.policy_reason_calibration_unknown(),
	simulated_for_real: () => m.policy_reason_simulated_for_real(),
	real_for_simulated: () => m.policy_reason_real_for_simulated(),
	start_pose_new: ({ joints }) => m.policy_reason_start_pose_new({ joints })
};

/** What differs, as a sentence; null when nothing does. */
export function reasonWords({ reason, policy, lab, camera, joints }: PolicyComparison): string | null {
	if (reason === null) return null;
	return reasons[reason]({
		// Joint names of a stranger's manifest are shown as they are; ours get the learner's words.
		policy: reason === 'joints_other' ? policy.split(', ').map(jointWord).join(', ') : policy,
		lab,
		camera: camera === null ? '' : cameraWord(camera),
		joints: joints.map(jointWord).join(', ')
	});
}

export const runStateWords: Readonly<Record<PolicyRunState, { label: () => string; tone: Tone }>> = {
	ready: { label: () => m.policy_state_ready(), tone: 'idle' },
	starting: { label: () => m.policy_state_starting(), tone: 'busy' },
	running: { label: () => m.policy_state_running(), tone: 'ok' },
	paused: { label: () => m.policy_state_paused(), tone: 'idle' },
	by_hand: { label: () => m.policy_state_by_hand(), tone: 'busy' },
	holding: { label: () => m.policy_state_holding(), tone: 'warn' },
	ended: { label: () => m.policy_state_ended(), tone: 'idle' }
};

export const waitWords: Words<PolicyWaitView> = {
	first: () => m.policy_wait_first(),
	no_picture: () => m.policy_wait_no_picture(),
	old_picture: () => m.policy_wait_old_picture(),
	old_state: () => m.policy_wait_old_state(),
	reopening: () => m.policy_wait_reopening(),
	no_answer: () => m.policy_wait_no_answer(),
	failed: () => m.policy_wait_failed(),
	arm: () => m.policy_wait_arm()
};

export const startBlockWords: Words<PolicyStartBlock> = {
	locked: () => m.policy_start_blocked_locked(),
	refused: () => m.policy_start_blocked_refused(),
	recording: () => m.policy_start_blocked_recording()
};

export const loadWords: Words<PolicyLoadPart> = {
	package: () => m.policy_load_package(),
	runtime: () => m.policy_load_runtime(),
	reference: () => m.policy_load_reference(),
	measure: () => m.policy_load_measure()
};

export const backendWords: Words<PolicyBackend> = {
	wasm: () => m.policy_backend_wasm(),
	webgpu: () => m.policy_backend_webgpu(),
	remote: () => m.policy_backend_remote(),
	scripted: () => m.policy_backend_scripted()
};

export const outcomeWords: Readonly<Record<RunOutcome, { label: () => string; tone: Tone }>> = {
	succeeded: { label: () => m.policy_outcome_succeeded(), tone: 'ok' },
	failed: { label: () => m.policy_outcome_failed(), tone: 'warn' },
	unknown: { label: () => m.policy_outcome_unknown(), tone: 'idle' }
};

export const runEndWords: Words<RunEnd> = {
	stopped: () => m.policy_rate_run_ended_stopped(),
	task_done: () => m.policy_rate_run_ended_task_done(),
	time_up: () => m.policy_rate_run_ended_time_up(),
	taken_over: () => m.policy_rate_run_ended_taken_over(),
	fault: () => m.policy_rate_run_ended_fault(),
	exercise_failed: () => m.policy_rate_run_ended_exercise_failed(),
	parked: () => m.policy_rate_run_ended_parked(),
	slept: () => m.policy_rate_run_ended_slept(),
	arm_lost: () => m.policy_rate_run_ended_arm_lost(),
	arm_changed: () => m.policy_rate_run_ended_arm_changed(),
	worker_died: () => m.policy_rate_run_ended_worker_died(),
	not_started: () => m.policy_rate_run_ended_not_started()
};

const limits: Readonly<Record<string, () => string>> = {
	joint: () => m.policy_limited_joint(),
	speed: () => m.policy_limited_speed(),
	ahead: () => m.policy_limited_ahead(),
	stale: () => m.policy_limited_stale(),
	notFinite: () => m.policy_limited_notFinite(),
	wrongLength: () => m.policy_limited_wrongLength(),
	handover: () => m.policy_limited_handover(),
	hold: () => m.policy_limited_hold(),
	backoff: () => m.policy_limited_backoff(),
	stopped: () => m.policy_limited_stopped()
};

export function limitWord(key: string): string {
	return limits[key]?.() ?? key;
}

/** Whole percent; what is below all is not rounded to all, what is above nothing not to nothing. */
export function percentOf(share: number): string {
	const percent = share * 100;
	const rounded = Math.round(percent);
	const honest = rounded === 100 && share < 1 ? 99 : rounded === 0 && share > 0 ? 1 : rounded;
	return formatNumber(honest);
}

interface RateWords {
	readonly rate: string;
	readonly counts: string;
	readonly interval: string;
	/** Shares, for drawing. */
	readonly at: number;
	readonly low: number;
	readonly high: number;
}

/** A rate with what it is worth; null without a trial. */
export function rateWords({ successes, trials }: SuccessCount): RateWords | null {
	const found = wilsonInterval(successes, trials);
	if (found === null) return null;
	return {
		rate: m.policy_rate_value({ rate: percentOf(found.rate) }),
		counts: m.policy_rate_counts({ successes: formatNumber(successes), trials: formatNumber(trials) }),
		interval: m.policy_rate_interval({
			low: formatNumber(Math.floor(found.low * 100)),
			high: formatNumber(Math.ceil(found.high * 100))
		}),
		at: found.rate,
		low: found.low,
		high: found.high
	};
}
