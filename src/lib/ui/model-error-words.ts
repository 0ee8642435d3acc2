// Words of what can go wrong with models: packages, runs, the Hub, training. A part of error-words, which says what a word is.

import { m } from '$lib/i18n';
import { jointWord } from './joints';
import type { ErrorWords } from './error-words';

export const modelErrorWords = {
	policy_package_damaged: {
		title: () => m.error_policy_package_damaged_title(),
		what: ({ part }) =>
			part === undefined
				? m.error_policy_package_damaged_what()
				: m.error_policy_package_damaged_what_part({ part }),
		next: () => m.error_policy_package_damaged_next()
	},
	policy_package_unsafe: {
		title: () => m.error_policy_package_unsafe_title(),
		what: ({ part }) =>
			part === undefined
				? m.error_policy_package_unsafe_what()
				: m.error_policy_package_unsafe_what_part({ part }),
		next: () => m.error_policy_package_unsafe_next()
	},
	policy_package_from_future: {
		title: () => m.error_policy_package_from_future_title(),
		what: () => m.error_policy_package_from_future_what(),
		next: () => m.error_policy_package_from_future_next()
	},
	policy_package_too_large: {
		title: () => m.error_policy_package_too_large_title(),
		what: ({ part }) =>
			part === undefined
				? m.error_policy_package_too_large_what()
				: m.error_policy_package_too_large_what_part({ part }),
		next: () => m.error_policy_package_too_large_next()
	},
	policy_address_refused: {
		title: () => m.error_policy_address_refused_title(),
		what: () => m.error_policy_address_refused_what(),
		next: () => m.error_policy_address_refused_next()
	},
	policy_fetch_failed: {
		title: () => m.error_policy_fetch_failed_title(),
		what: () => m.error_policy_fetch_failed_what(),
		next: () => m.error_policy_fetch_failed_next()
	},
	policy_device_too_small: {
		title: () => m.error_policy_device_too_small_title(),
		what: () => m.error_policy_device_too_small_what(),
		next: () => m.error_policy_device_too_small_next()
	},
	policy_runtime_missing: {
		title: () => m.error_policy_runtime_missing_title(),
		what: () => m.error_policy_runtime_missing_what(),
		next: () => m.error_policy_runtime_missing_next()
	},
	policy_did_not_open: {
		title: () => m.error_policy_did_not_open_title(),
		what: () => m.error_policy_did_not_open_what(),
		next: () => m.error_policy_did_not_open_next()
	},
	policy_reference_mismatch: {
		title: () => m.error_policy_reference_mismatch_title(),
		what: () => m.error_policy_reference_mismatch_what(),
		next: () => m.error_policy_reference_mismatch_next()
	},
	policy_start_refused: {
		title: () => m.error_policy_start_refused_title(),
		what: () => m.error_policy_start_refused_what(),
		next: () => m.error_policy_start_refused_next()
	},
	policy_joints_differ: {
		title: () => m.error_policy_joints_differ_title(),
		what: ({ joint }) =>
			joint === undefined || joint === ''
				? m.error_policy_joints_differ_what()
				: m.error_policy_joints_differ_what_joint({ joint: jointWord(String(joint)) }),
		next: () => m.error_policy_joints_differ_next()
	},
	policy_start_odd: {
		title: () => m.error_policy_start_odd_title(),
		what: () => m.error_policy_start_odd_what(),
		next: () => m.error_policy_start_odd_next()
	},
	policy_no_worker: {
		title: () => m.error_policy_no_worker_title(),
		what: () => m.error_policy_no_worker_what(),
		next: () => m.error_policy_no_worker_next()
	},
	policy_not_paused: {
		title: () => m.error_policy_not_paused_title(),
		what: () => m.error_policy_not_paused_what(),
		next: () => m.error_policy_not_paused_next()
	},
	policy_run_not_kept: {
		title: () => m.error_policy_run_not_kept_title(),
		what: () => m.error_policy_run_not_kept_what(),
		next: () => m.error_policy_run_not_kept_next()
	},
	policy_arm_changed: {
		title: () => m.error_policy_arm_changed_title(),
		what: () => m.error_policy_arm_changed_what(),
		next: () => m.error_policy_arm_changed_next()
	},
	policy_hub_name_odd: {
		title: () => m.error_policy_hub_name_odd_title(),
		what: () => m.error_policy_hub_name_odd_what(),
		next: () => m.error_policy_hub_name_odd_next()
	},
	policy_hub_not_found: {
		title: () => m.error_policy_hub_not_found_title(),
		what: () => m.error_policy_hub_not_found_what(),
		next: () => m.error_policy_hub_not_found_next()
	},
	policy_hub_busy: {
		title: () => m.error_policy_hub_busy_title(),
		what: () => m.error_policy_hub_busy_what(),
		next: () => m.error_policy_hub_busy_next()
	},
	policy_hub_unreachable: {
		title: () => m.error_policy_hub_unreachable_title(),
		what: () => m.error_policy_hub_unreachable_what(),
		next: () => m.error_policy_hub_unreachable_next()
	},
	policy_hub_answer_odd: {
		title: () => m.error_policy_hub_answer_odd_title(),
		what: () => m.error_policy_hub_answer_odd_what(),
		next: () => m.error_policy_hub_answer_odd_next()
	},
	infer_worker_died: {
		title: () => m.error_infer_worker_died_title(),
		what: () => m.error_infer_worker_died_what(),
		next: () => m.error_infer_worker_died_next()
	},
	training_too_few_episodes: {
		title: () => m.error_training_too_few_episodes_title(),
		what: () => m.error_training_too_few_episodes_what(),
		next: () => m.error_training_too_few_episodes_next()
	},
	training_no_motion: {
		title: () => m.error_training_no_motion_title(),
		what: () => m.error_training_no_motion_what(),
		next: () => m.error_training_no_motion_next()
	},
	training_mixed_episodes: {
		title: () => m.error_training_mixed_episodes_title(),
		what: () => m.error_training_mixed_episodes_what(),
		next: () => m.error_training_mixed_episodes_next()
	},
	training_robot_unknown: {
		title: () => m.error_training_robot_unknown_title(),
		what: () => m.error_training_robot_unknown_what(),
		next: () => m.error_training_robot_unknown_next()
	},
	training_too_large: {
		title: () => m.error_training_too_large_title(),
		what: () => m.error_training_too_large_what(),
		next: () => m.error_training_too_large_next()
	},
	training_pictures_unreadable: {
		title: () => m.error_training_pictures_unreadable_title(),
		what: () => m.error_training_pictures_unreadable_what(),
		next: () => m.error_training_pictures_unreadable_next()
	},
	training_diverged: {
		title: () => m.error_training_diverged_title(),
		what: () => m.error_training_diverged_what(),
		next: () => m.error_training_diverged_next()
	},
	training_data_changed: {
		title: () => m.error_training_data_changed_title(),
		what: () => m.error_training_data_changed_what(),
		next: () => m.error_training_data_changed_next()
	},
	training_no_simd: {
		title: () => m.error_training_no_simd_title(),
		what: () => m.error_training_no_simd_what(),
		next: () => m.error_training_no_simd_next()
	},
	train_worker_died: {
		title: () => m.error_train_worker_died_title(),
		what: () => m.error_train_worker_died_what(),
		next: () => m.error_train_worker_died_next()
	}
} as const satisfies Record<string, ErrorWords>;
