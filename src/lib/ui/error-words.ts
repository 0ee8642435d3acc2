// From error codes to the learner's words: what it is called, what happened, what to do. Knows no cause and no stack.
// `satisfies` makes a code without words a type error; `m` makes words without a translation one.

import { m } from '$lib/i18n';
import { jointWord } from './joints';
import type { ErrorCode } from '$lib/contracts';
import type { modelErrorWords } from './model-error-words';

/** Named facts of one failure: `joint` (LeRobot name), `camera`, `megabytes`, `names`, `part` (of a file). All optional. */
export type ErrorDetails = Readonly<Record<string, string | number>>;

export interface ErrorWords {
	readonly title: (details: ErrorDetails) => string;
	readonly what: (details: ErrorDetails) => string;
	readonly next: (details: ErrorDetails) => string;
}

/** Words that stand in model-error-words. */
type ModelErrorCode = keyof typeof modelErrorWords;

const joint = (details: ErrorDetails): { joint: string } => ({
	joint: details['joint'] === undefined ? m.joint_some() : jointWord(String(details['joint']))
});
const camera = (details: ErrorDetails): { camera: string } => ({
	camera: details['camera'] === undefined ? m.camera_some() : String(details['camera'])
});

const words = {
	no_isolation: {
		title: () => m.error_no_isolation_title(),
		what: () => m.error_no_isolation_what(),
		next: () => m.error_no_isolation_next()
	},
	insecure_context: {
		title: () => m.error_insecure_context_title(),
		what: () => m.error_insecure_context_what(),
		next: () => m.error_insecure_context_next()
	},
	no_webcodecs: {
		title: () => m.error_no_webcodecs_title(),
		what: () => m.error_no_webcodecs_what(),
		next: () => m.error_no_webcodecs_next()
	},
	no_h264: {
		title: () => m.error_no_h264_title(),
		what: () => m.error_no_h264_what(),
		next: () => m.error_no_h264_next()
	},
	no_webgl: {
		title: () => m.error_no_webgl_title(),
		what: () => m.error_no_webgl_what(),
		next: () => m.error_no_webgl_next()
	},
	no_physics: {
		title: () => m.error_no_physics_title(),
		what: () => m.error_no_physics_what(),
		next: () => m.error_no_physics_next()
	},
	no_indexeddb: {
		title: () => m.error_no_indexeddb_title(),
		what: () => m.error_no_indexeddb_what(),
		next: () => m.error_no_indexeddb_next()
	},
	storage_full: {
		title: () => m.error_storage_full_title(),
		what: ({ megabytes, run }) => {
			if (run !== undefined) return m.error_storage_full_what_run();
			return megabytes === undefined
				? m.error_storage_full_what()
				: m.error_storage_full_what_free({ megabytes });
		},
		next: () => m.error_storage_full_next()
	},
	storage_not_persisted: {
		title: () => m.error_storage_not_persisted_title(),
		what: () => m.error_storage_not_persisted_what(),
		next: () => m.error_storage_not_persisted_next()
	},
	quota_zero: {
		title: () => m.error_quota_zero_title(),
		what: () => m.error_quota_zero_what(),
		next: () => m.error_quota_zero_next()
	},
	store_from_future: {
		title: () => m.error_store_from_future_title(),
		what: () => m.error_store_from_future_what(),
		next: () => m.error_store_from_future_next()
	},
	store_blocked: {
		title: () => m.error_store_blocked_title(),
		what: () => m.error_store_blocked_what(),
		next: () => m.error_store_blocked_next()
	},
	store_damaged: {
		title: () => m.error_store_damaged_title(),
		what: () => m.error_store_damaged_what(),
		next: () => m.error_store_damaged_next()
	},
	second_tab: {
		title: () => m.error_second_tab_title(),
		what: () => m.error_second_tab_what(),
		next: () => m.error_second_tab_next()
	},
	port_lost: {
		title: () => m.error_port_lost_title(),
		what: () => m.error_port_lost_what(),
		next: () => m.error_port_lost_next()
	},
	arm_missing_servo: {
		title: (details) => m.error_arm_missing_servo_title(joint(details)),
		what: () => m.error_arm_missing_servo_what(),
		next: () => m.error_arm_missing_servo_next()
	},
	arm_wrong_model: {
		title: (details) => m.error_arm_wrong_model_title(joint(details)),
		what: () => m.error_arm_wrong_model_what(),
		next: () => m.error_arm_wrong_model_next()
	},
	arm_firmware_mismatch: {
		title: () => m.error_arm_firmware_mismatch_title(),
		what: () => m.error_arm_firmware_mismatch_what(),
		next: () => m.error_arm_firmware_mismatch_next()
	},
	arm_not_calibrated: {
		title: () => m.error_arm_not_calibrated_title(),
		what: () => m.error_arm_not_calibrated_what(),
		next: () => m.error_arm_not_calibrated_next()
	},
	arm_energised: {
		title: () => m.error_arm_energised_title(),
		what: () => m.error_arm_energised_what(),
		next: () => m.error_arm_energised_next()
	},
	arm_setting_refused: {
		title: (details) => m.error_arm_setting_refused_title(joint(details)),
		what: () => m.error_arm_setting_refused_what(),
		next: () => m.error_arm_setting_refused_next()
	},
	servo_fault: {
		title: (details) => m.error_servo_fault_title(joint(details)),
		what: () => m.error_servo_fault_what(),
		next: () => m.error_servo_fault_next()
	},
	servo_overload: {
		title: (details) => m.error_servo_overload_title(joint(details)),
		what: () => m.error_servo_overload_what(),
		next: () => m.error_servo_overload_next()
	},
	servo_overheat: {
		title: (details) => m.error_servo_overheat_title(joint(details)),
		what: () => m.error_servo_overheat_what(),
		next: () => m.error_servo_overheat_next()
	},
	servo_voltage: {
		title: () => m.error_servo_voltage_title(),
		what: () => m.error_servo_voltage_what(),
		next: () => m.error_servo_voltage_next()
	},
	camera_lost: {
		title: (details) => m.error_camera_lost_title(camera(details)),
		what: () => m.error_camera_lost_what(),
		next: () => m.error_camera_lost_next()
	},
	camera_frozen: {
		title: (details) => m.error_camera_frozen_title(camera(details)),
		what: () => m.error_camera_frozen_what(),
		next: () => m.error_camera_frozen_next()
	},
	robot_worker_died: {
		title: () => m.error_robot_worker_died_title(),
		what: () => m.error_robot_worker_died_what(),
		next: () => m.error_robot_worker_died_next()
	},
	plant_worker_died: {
		title: () => m.error_plant_worker_died_title(),
		what: () => m.error_plant_worker_died_what(),
		next: () => m.error_plant_worker_died_next()
	},
	render_worker_died: {
		title: () => m.error_render_worker_died_title(),
		what: () => m.error_render_worker_died_what(),
		next: () => m.error_render_worker_died_next()
	},
	recorder_worker_died: {
		title: () => m.error_recorder_worker_died_title(),
		what: () => m.error_recorder_worker_died_what(),
		next: () => m.error_recorder_worker_died_next()
	},
	dataset_worker_died: {
		title: () => m.error_dataset_worker_died_title(),
		what: () => m.error_dataset_worker_died_what(),
		next: () => m.error_dataset_worker_died_next()
	},
	storage_too_slow: {
		title: () => m.error_storage_too_slow_title(),
		what: () => m.error_storage_too_slow_what(),
		next: () => m.error_storage_too_slow_next()
	},
	encoder_failed: {
		title: () => m.error_encoder_failed_title(),
		what: () => m.error_encoder_failed_what(),
		next: () => m.error_encoder_failed_next()
	},
	export_aborted: {
		title: () => m.error_export_aborted_title(),
		what: () => m.error_export_aborted_what(),
		next: () => m.error_export_aborted_next()
	},
	export_too_large: {
		title: () => m.error_export_too_large_title(),
		what: () => m.error_export_too_large_what(),
		next: () => m.error_export_too_large_next()
	},
	export_mixed_episodes: {
		title: () => m.error_export_mixed_episodes_title(),
		what: () => m.error_export_mixed_episodes_what(),
		next: () => m.error_export_mixed_episodes_next()
	},
	episode_not_decodable: {
		title: () => m.error_episode_not_decodable_title(),
		what: () => m.error_episode_not_decodable_what(),
		next: () => m.error_episode_not_decodable_next()
	},
	episode_other_robot: {
		title: () => m.error_episode_other_robot_title(),
		what: () => m.error_episode_other_robot_what(),
		next: () => m.error_episode_other_robot_next()
	},
	episode_torn: {
		title: () => m.error_episode_torn_title(),
		what: () => m.error_episode_torn_what(),
		next: () => m.error_episode_torn_next()
	},
	update_waiting: {
		title: () => m.error_update_waiting_title(),
		what: () => m.error_update_waiting_what(),
		next: () => m.error_update_waiting_next()
	},
	build_mismatch: {
		title: () => m.error_build_mismatch_title(),
		what: () => m.error_build_mismatch_what(),
		next: () => m.error_build_mismatch_next()
	}
} satisfies Record<Exclude<ErrorCode, ModelErrorCode>, ErrorWords>;

/** What every page of the lab may have to say at once; all-error-words has the rest as well. */
export const labErrorWords: Readonly<Partial<Record<ErrorCode, ErrorWords>>> = words;

let loaded: Readonly<Record<ErrorCode, ErrorWords>> | null = null;

/** A promise where the words come with a part that is loaded on demand, as what they speak of does; once only. */
export function wordsOf(code: ErrorCode): ErrorWords | Promise<ErrorWords> {
	const here = labErrorWords[code] ?? loaded?.[code];
	if (here !== undefined) return here;
	return import('./all-error-words').then(({ errorWords }) => (loaded = errorWords)[code]);
}

/** Codes that inform, codes that warn; everything else stops what the learner was doing. */
const INFORMATION: readonly ErrorCode[] = [
	'no_h264',
	'no_webgl',
	'update_waiting',
	'episode_torn',
	'export_aborted',
	'policy_arm_changed'
];
const WARNING: readonly ErrorCode[] = ['no_isolation', 'no_physics', 'storage_not_persisted', 'second_tab'];

export function errorTone(code: ErrorCode): 'info' | 'warn' | 'danger' {
	if (INFORMATION.includes(code)) return 'info';
	return WARNING.includes(code) ? 'warn' : 'danger';
}
