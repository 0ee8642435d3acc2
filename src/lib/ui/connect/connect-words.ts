// From causes and steps of connecting to the learner's words. `satisfies` makes a cause without words a type error; `m`
// makes words without a translation one. Which button stands below is connect-offers' business.

import { m } from '$lib/i18n';
import { jointWord } from '../joints';
import { labTitle } from '../lab/lab-title';
import type { ConnectOffer } from './connect-offers';
import type { ConnectStep, ConnectView } from './connect-view';
import {
	BROWSER_FAMILIES,
	SO101,
	type ArmRole,
	type BrowserFamily,
	type ConnectCause,
	type ConnectProblem
} from '$lib/contracts';

type Say = (problem: ConnectProblem, role: ArmRole) => string;
interface CauseWords {
	readonly title: Say;
	readonly what: Say;
	readonly next: Say;
}

export const roleWords: Readonly<Record<ArmRole, () => string>> = {
	leader: () => m.connect_role_leader(),
	follower: () => m.connect_role_follower()
};

/** "3 Elbow, 6 Gripper": number and word, as they stand on the arm. */
export function jointList(joints: readonly string[]): string {
	if (joints.length === 0) return m.joint_some();
	return joints
		.map((name) => {
			const index = SO101.joints.findIndex((joint) => joint.name === name);
			return index < 0 ? jointWord(name) : `${index + 1}\u00a0${jointWord(name)}`;
		})
		.join(', ');
}

/** The browser a problem speaks of; 'other' when nobody said. */
export function familyOf(problem: ConnectProblem): BrowserFamily {
	return BROWSER_FAMILIES.find((family) => family === problem.details['browser']) ?? 'other';
}

const joints = (problem: ConnectProblem): { joints: string } => ({ joints: jointList(problem.joints) });

const noApi: Readonly<Record<BrowserFamily, Readonly<Record<keyof CauseWords, () => string>>>> = {
	chromium: {
		title: () => m.connect_no_serial_api_chromium_title(),
		what: () => m.connect_no_serial_api_chromium_what(),
		next: () => m.connect_no_serial_api_chromium_next()
	},
	firefox: {
		title: () => m.connect_no_serial_api_firefox_title(),
		what: () => m.connect_no_serial_api_firefox_what(),
		next: () => m.connect_no_serial_api_firefox_next()
	},
	safari: {
		title: () => m.connect_no_serial_api_safari_title(),
		what: () => m.connect_no_serial_api_safari_what(),
		next: () => m.connect_no_serial_api_safari_next()
	},
	ipad: {
		title: () => m.connect_no_serial_api_ipad_title(),
		what: () => m.connect_no_serial_api_ipad_what(),
		next: () => m.connect_no_serial_api_ipad_next()
	},
	android: {
		title: () => m.connect_no_serial_api_android_title(),
		what: () => m.connect_no_serial_api_android_what(),
		next: () => m.connect_no_serial_api_ipad_next()
	},
	other: {
		title: () => m.connect_no_serial_api_title(),
		what: () => m.connect_no_serial_api_what(),
		next: () => m.connect_no_serial_api_next()
	}
};

export const causeWords = {
	no_serial_api: {
		title: (problem) => noApi[familyOf(problem)].title(),
		what: (problem) => noApi[familyOf(problem)].what(),
		next: (problem) => noApi[familyOf(problem)].next()
	},
	insecure_context: {
		title: () => m.connect_insecure_context_title(),
		what: () => m.connect_insecure_context_what(),
		next: () => m.connect_insecure_context_next()
	},
	blocked_by_policy: {
		title: () => m.connect_blocked_by_policy_title(),
		what: () => m.connect_blocked_by_policy_what(),
		next: () => m.connect_blocked_by_policy_next()
	},
	nothing_chosen: {
		title: () => m.connect_nothing_chosen_title(),
		what: () => m.connect_nothing_chosen_what(),
		next: () => m.connect_nothing_chosen_next()
	},
	port_busy: {
		title: () => m.connect_port_busy_title(),
		what: () => m.connect_port_busy_what(),
		next: () => m.connect_port_busy_next()
	},
	no_power: {
		title: () => m.connect_no_power_title(),
		what: () => m.connect_no_power_what(),
		next: () => m.connect_no_power_next()
	},
	slow_answers: {
		title: () => m.connect_slow_answers_title(),
		what: () => m.connect_slow_answers_what(),
		next: () => m.connect_slow_answers_next()
	},
	duplicate_id: {
		title: () => m.connect_duplicate_id_title(),
		what: () => m.connect_duplicate_id_what(),
		next: () => m.connect_duplicate_id_next()
	},
	not_set_up: {
		title: () => m.connect_not_set_up_title(),
		what: () => m.connect_not_set_up_what(),
		next: () => m.connect_not_set_up_next()
	},
	firmware_mismatch: {
		title: () => m.connect_firmware_mismatch_title(),
		what: () => m.connect_firmware_mismatch_what(),
		next: () => m.connect_firmware_mismatch_next()
	},
	wrong_board: {
		title: () => m.connect_wrong_board_title(),
		what: () => m.connect_wrong_board_what(),
		next: () => m.connect_wrong_board_next()
	},
	not_calibrated: {
		title: () => m.connect_not_calibrated_title(),
		what: () => m.connect_not_calibrated_what(),
		next: () => m.connect_not_calibrated_next()
	},
	foreign_arm: {
		title: () => m.connect_foreign_arm_title(),
		what: () => m.connect_foreign_arm_what(),
		next: () => m.connect_foreign_arm_next()
	},
	servo_missing: {
		title: (problem) => m.connect_servo_missing_title(joints(problem)),
		what: () => m.connect_servo_missing_what(),
		next: () => m.connect_servo_missing_next()
	},
	wrong_model: {
		title: (problem) => m.connect_wrong_model_title(joints(problem)),
		what: () => m.connect_wrong_model_what(),
		next: () => m.connect_wrong_model_next()
	},
	overheat: {
		title: (problem) => m.connect_overheat_title(joints(problem)),
		what: () => m.connect_overheat_what(),
		next: () => m.connect_overheat_next()
	},
	overload: {
		title: (problem) => m.connect_overload_title(joints(problem)),
		what: () => m.connect_overload_what(),
		next: () => m.connect_overload_next()
	},
	other_tab: {
		title: () => m.connect_other_tab_title(),
		what: ({ details: { tab } }) =>
			tab === undefined
				? m.connect_other_tab_what()
				: m.connect_other_tab_what_named({ tab: labTitle(Number(tab)) }),
		next: () => m.connect_other_tab_next()
	},
	voltage: {
		title: () => m.connect_voltage_title(),
		what: ({ details: { level } }) =>
			level === 'low'
				? m.connect_voltage_what_low()
				: level === 'high'
					? m.connect_voltage_what_high()
					: m.connect_voltage_what(),
		next: () => m.connect_voltage_next()
	},
	swapped: {
		title: () => m.connect_swapped_title(),
		what: (_problem, role) => m.connect_swapped_what({ role: roleWords[role]() }),
		next: ({ details: { found, moved } }, role) =>
			role === 'leader' && (found !== undefined || moved !== undefined)
				? m.connect_swapped_next_leader()
				: m.connect_swapped_next()
	},
	unplugged: {
		title: () => m.connect_unplugged_title(),
		what: () => m.connect_unplugged_what(),
		next: ({ details: { reconnect } }) =>
			reconnect === 'auto'
				? m.connect_unplugged_next_auto()
				: reconnect === 'ask'
					? m.connect_unplugged_next_ask()
					: m.connect_unplugged_next()
	}
} satisfies Readonly<Record<ConnectCause, CauseWords>> as Readonly<Record<ConnectCause, CauseWords>>;

interface StepWords {
	readonly title: (view: ConnectView) => string;
	readonly what: () => string;
	/** What to do by hand, numbered. */
	readonly steps?: () => readonly string[];
}

export const stepWords: Readonly<Record<Exclude<ConnectStep, 'problem'>, StepWords>> = {
	start: {
		title: ({ role }) =>
			role === 'leader' ? m.connect_start_title_leader() : m.connect_start_title_follower(),
		what: () => m.connect_start_what(),
		steps: () => [m.connect_start_step_1(), m.connect_start_step_2(), m.connect_start_step_3()]
	},
	before_chooser: {
		title: () => m.connect_before_title(),
		what: () => m.connect_before_what(),
		steps: () => [m.connect_before_step_1(), m.connect_before_step_2()]
	},
	choosing: {
		title: () => m.connect_choosing_title(),
		what: () => m.connect_choosing_what(),
		steps: () => [m.connect_before_step_1(), m.connect_before_step_2()]
	},
	opening: { title: () => m.connect_opening_title(), what: () => m.connect_opening_what() },
	looking: { title: () => m.connect_looking_title(), what: () => m.connect_looking_what() },
	ready: {
		title: ({ armName }) =>
			armName === null ? m.connect_ready_title_unnamed() : m.connect_ready_title({ name: armName }),
		what: () => m.connect_ready_what()
	}
};

export const offerWords: Readonly<Record<ConnectOffer, () => string>> = {
	choose: () => m.connect_do_choose(),
	try_again: () => m.connect_do_try_again(),
	start_over: () => m.connect_do_start_over(),
	use_virtual: () => m.connect_do_use_virtual(),
	open_setup: () => m.connect_do_open_setup(),
	open_calibration: () => m.connect_do_open_calibration(),
	take_over: () => m.connect_do_take_over(),
	other_arm: () => m.connect_do_other_arm(),
	pair_by_hand: () => m.connect_do_pair_by_hand(),
	swap_arms: () => m.connect_do_swap_arms(),
	open_arms: () => m.connect_do_open_arms()
};
