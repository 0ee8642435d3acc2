// From the lab's codes to the learner's words. A new code without words does not compile.
import { m } from '$lib/i18n';
import type { ArmStatus, HoldReason, JogKey, NextStep, RecordBlock, StartStep } from './lab-view-model';

type Words<Key extends string> = Readonly<Record<Key, () => string>>;
type Tone = 'idle' | 'ok' | 'busy' | 'warn' | 'danger';

export const armStatusWords: Readonly<Record<ArmStatus, { label: () => string; tone: Tone }>> = {
	disconnected: { label: () => m.arm_status_disconnected(), tone: 'idle' },
	connecting: { label: () => m.arm_status_connecting(), tone: 'busy' },
	disarmed: { label: () => m.arm_status_disarmed(), tone: 'idle' },
	arming: { label: () => m.arm_status_arming(), tone: 'busy' },
	armed: { label: () => m.arm_status_armed(), tone: 'ok' },
	holding: { label: () => m.arm_status_holding(), tone: 'warn' },
	stopped: { label: () => m.arm_status_stopped(), tone: 'danger' },
	resting: { label: () => m.arm_status_resting(), tone: 'busy' },
	lost: { label: () => m.arm_status_lost(), tone: 'danger' }
};

export const holdWords: Words<HoldReason> = {
	page_silent: () => m.hold_page_silent(),
	tab_hidden: () => m.hold_tab_hidden(),
	source_silent: () => m.hold_source_silent(),
	bad_setpoint: () => m.hold_bad_setpoint(),
	reads_failing: () => m.hold_reads_failing(),
	overload: () => m.hold_overload(),
	overheat: () => m.hold_overheat(),
	voltage: () => m.hold_voltage(),
	handover: () => m.hold_handover(),
	battery_low: () => m.hold_battery_low(),
	woke: () => m.hold_woke(),
	went_to_rest: () => m.hold_went_to_rest(),
	went_limp: () => m.hold_went_limp()
};

export const recordBlockWords: Words<RecordBlock> = {
	not_armed: () => m.record_blocked_not_armed(),
	no_camera: () => m.record_blocked_no_camera(),
	no_task: () => m.record_blocked_no_task(),
	storage_full: () => m.record_blocked_storage_full(),
	no_store: () => m.record_blocked_no_store(),
	no_encoder: () => m.record_blocked_no_encoder(),
	other_tab: () => m.record_blocked_other_tab(),
	busy: () => m.record_blocked_busy()
};

export const startStepWords: Words<StartStep> = {
	browser: () => m.start_browser(),
	store: () => m.start_store(),
	workers: () => m.start_workers(),
	arm: () => m.start_arm(),
	cameras: () => m.start_cameras()
};

export const startSteps: readonly StartStep[] = ['browser', 'store', 'workers', 'arm', 'cameras'];

export const nextStepWords: Readonly<Record<NextStep, { title: () => string; hint: () => string }>> = {
	wait: { title: () => m.step_wait_title(), hint: () => m.step_wait_hint() },
	follow_sheet: { title: () => m.step_follow_sheet_title(), hint: () => m.step_follow_sheet_hint() },
	arm: { title: () => m.step_arm_title(), hint: () => m.step_arm_hint() },
	drive: { title: () => m.step_drive_title(), hint: () => m.step_drive_hint() },
	watch_model: { title: () => m.step_watch_model_title(), hint: () => m.step_watch_model_hint() },
	name_task: { title: () => m.step_name_task_title(), hint: () => m.step_name_task_hint() },
	record: { title: () => m.step_record_title(), hint: () => m.step_record_hint() },
	stop_recording: { title: () => m.step_stop_recording_title(), hint: () => m.step_stop_recording_hint() },
	review: { title: () => m.step_review_title(), hint: () => m.step_review_hint() },
	record_more: { title: () => m.step_record_more_title(), hint: () => m.step_record_more_hint() },
	download: { title: () => m.step_download_title(), hint: () => m.step_download_hint() },
	held_by_class: { title: () => m.step_held_by_class_title(), hint: () => m.step_held_by_class_hint() },
	clear_stop: { title: () => m.step_clear_stop_title(), hint: () => m.step_clear_stop_hint() },
	reconnect: { title: () => m.step_reconnect_title(), hint: () => m.step_reconnect_hint() },
	free_space: { title: () => m.step_free_space_title(), hint: () => m.step_free_space_hint() },
	take_over_tab: { title: () => m.step_take_over_tab_title(), hint: () => m.step_take_over_tab_hint() }
};

type HandKey = Exclude<JogKey, `joint_${string}`>;

export const handKeyWords: Words<HandKey> = {
	forward: () => m.jog_forward(),
	back: () => m.jog_back(),
	up: () => m.jog_up(),
	down: () => m.jog_down(),
	turn_left: () => m.jog_turn_left(),
	turn_right: () => m.jog_turn_right(),
	tilt_up: () => m.jog_tilt_up(),
	tilt_down: () => m.jog_tilt_down(),
	roll_left: () => m.jog_roll_left(),
	roll_right: () => m.jog_roll_right(),
	gripper_open: () => m.jog_gripper_open(),
	gripper_close: () => m.jog_gripper_close()
};
