// From the bench's steps, figures and failures to words and pictures. A new one without words does not compile.

import Cable from '@lucide/svelte/icons/cable';
import Camera from '@lucide/svelte/icons/camera';
import Copy from '@lucide/svelte/icons/copy';
import Cpu from '@lucide/svelte/icons/cpu';
import Film from '@lucide/svelte/icons/film';
import HandGrab from '@lucide/svelte/icons/hand-grab';
import HardDrive from '@lucide/svelte/icons/hard-drive';
import Moon from '@lucide/svelte/icons/moon';
import PowerOff from '@lucide/svelte/icons/power-off';
import Timer from '@lucide/svelte/icons/timer';
import Unplug from '@lucide/svelte/icons/unplug';
import { m } from '$lib/i18n';
import {
	FIGURE_UNITS,
	type BenchFailure,
	type BenchFigure,
	type BenchPrompt,
	type BenchStepId,
	type FigureName
} from '$lib/lab/bench';
import { formatMeasured } from '$lib/ui';

export const STEP_ICONS = {
	connect: Cable,
	loop: Timer,
	unplug: Unplug,
	power: PowerOff,
	stall: HandGrab,
	sleep: Moon,
	two_arms: Copy,
	cameras: Camera,
	webgpu: Cpu,
	encoder: Film,
	storage: HardDrive
} satisfies Record<BenchStepId, unknown>;

type Words<K extends string> = Readonly<Record<K, () => string>>;

export const stepTitle: Words<BenchStepId> = {
	connect: () => m.bench_step_connect(),
	loop: () => m.bench_step_loop(),
	unplug: () => m.bench_step_unplug(),
	power: () => m.bench_step_power(),
	stall: () => m.bench_step_stall(),
	sleep: () => m.bench_step_sleep(),
	two_arms: () => m.bench_step_two_arms(),
	cameras: () => m.bench_step_cameras(),
	webgpu: () => m.bench_step_webgpu(),
	encoder: () => m.bench_step_encoder(),
	storage: () => m.bench_step_storage()
};

/** What a person does for it, in one sentence. */
export const stepDo: Words<BenchStepId> = {
	connect: () => m.bench_do_connect(),
	loop: () => m.bench_do_loop(),
	unplug: () => m.bench_do_unplug(),
	power: () => m.bench_do_power(),
	stall: () => m.bench_do_stall(),
	sleep: () => m.bench_do_sleep(),
	two_arms: () => m.bench_do_two_arms(),
	cameras: () => m.bench_do_cameras(),
	webgpu: () => m.bench_do_webgpu(),
	encoder: () => m.bench_do_encoder(),
	storage: () => m.bench_do_storage()
};

export const promptWords: Words<BenchPrompt> = {
	none: () => m.bench_prompt_none(),
	pull_cable: () => m.bench_prompt_pull_cable(),
	put_cable_back: () => m.bench_prompt_put_cable_back(),
	switch_off: () => m.bench_prompt_switch_off(),
	switch_on: () => m.bench_prompt_switch_on(),
	hold_soft_thing: () => m.bench_prompt_hold_soft_thing(),
	send_to_sleep: () => m.bench_prompt_send_to_sleep()
};

export const failureWords: Words<BenchFailure> = {
	no_answer: () => m.bench_failure_no_answer(),
	port_lost: () => m.bench_failure_port_lost(),
	port_busy: () => m.bench_failure_port_busy(),
	nothing_chosen: () => m.bench_failure_nothing_chosen(),
	not_seen: () => m.bench_failure_not_seen(),
	not_back: () => m.bench_failure_not_back(),
	not_armed: () => m.bench_failure_not_armed(),
	stopped: () => m.bench_failure_stopped(),
	stopped_stiff: () => m.bench_failure_stopped_stiff(),
	no_calibration: () => m.bench_failure_no_calibration(),
	not_there: () => m.bench_failure_not_there(),
	refused: () => m.bench_failure_refused(),
	broken: () => m.bench_failure_broken()
};

export const figureWords: Words<FigureName> = {
	open_ms: () => m.bench_figure_open_ms(),
	servos: () => m.bench_figure_servos(),
	volts: () => m.bench_figure_volts(),
	ping_p50_ms: () => m.bench_figure_ping_p50_ms(),
	ping_p99_ms: () => m.bench_figure_ping_p99_ms(),
	period_p50_ms: () => m.bench_figure_period_p50_ms(),
	period_p99_ms: () => m.bench_figure_period_p99_ms(),
	period_p999_ms: () => m.bench_figure_period_p999_ms(),
	period_max_ms: () => m.bench_figure_period_max_ms(),
	cycles: () => m.bench_figure_cycles(),
	missed: () => m.bench_figure_missed(),
	failed: () => m.bench_figure_failed(),
	retries: () => m.bench_figure_retries(),
	bad_packets: () => m.bench_figure_bad_packets(),
	noticed_ms: () => m.bench_figure_noticed_ms(),
	away_ms: () => m.bench_figure_away_ms(),
	back_ms: () => m.bench_figure_back_ms(),
	silent_servos: () => m.bench_figure_silent_servos(),
	energised_after: () => m.bench_figure_energised_after(),
	peak_load_percent: () => m.bench_figure_peak_load_percent(),
	peak_current_ma: () => m.bench_figure_peak_current_ma(),
	relieved_ms: () => m.bench_figure_relieved_ms(),
	slept_ms: () => m.bench_figure_slept_ms(),
	awake_read_ms: () => m.bench_figure_awake_read_ms(),
	second_period_p99_ms: () => m.bench_figure_second_period_p99_ms(),
	second_missed: () => m.bench_figure_second_missed(),
	second_failed: () => m.bench_figure_second_failed(),
	cameras: () => m.bench_figure_cameras(),
	camera_width: () => m.bench_figure_camera_width(),
	camera_height: () => m.bench_figure_camera_height(),
	camera_start_ms: () => m.bench_figure_camera_start_ms(),
	camera_fps: () => m.bench_figure_camera_fps(),
	camera_gap_p99_ms: () => m.bench_figure_camera_gap_p99_ms(),
	second_camera_fps: () => m.bench_figure_second_camera_fps(),
	second_camera_gap_p99_ms: () => m.bench_figure_second_camera_gap_p99_ms(),
	gpu_start_ms: () => m.bench_figure_gpu_start_ms(),
	gpu_gflops: () => m.bench_figure_gpu_gflops(),
	encoder_fps: () => m.bench_figure_encoder_fps(),
	encoder_p99_ms: () => m.bench_figure_encoder_p99_ms(),
	encoder_kbit_s: () => m.bench_figure_encoder_kbit_s(),
	write_mb_s: () => m.bench_figure_write_mb_s(),
	commit_p50_ms: () => m.bench_figure_commit_p50_ms(),
	commit_p99_ms: () => m.bench_figure_commit_p99_ms(),
	quota_gb: () => m.bench_figure_quota_gb()
};

const FACTS: Words<string> = {
	firmware: () => m.bench_fact_firmware(),
	calibrated: () => m.bench_fact_calibrated(),
	usb: () => m.bench_fact_usb(),
	port_after_sleep: () => m.bench_fact_port_after_sleep(),
	vendor: () => m.bench_fact_vendor(),
	architecture: () => m.bench_fact_architecture(),
	codec: () => m.bench_fact_codec()
};

const FACT_VALUES: Words<string> = {
	yes: () => m.bench_value_yes(),
	no: () => m.bench_value_no(),
	stayed: () => m.bench_value_stayed(),
	reopened: () => m.bench_value_reopened()
};

export interface Row {
	readonly label: string;
	readonly value: string;
}

/** Facts first, figures after them, as they are read on the page. */
export function rowsOf(figures: readonly BenchFigure[], facts: Readonly<Record<string, string>>): Row[] {
	const said = Object.entries(facts).filter(([, value]) => value !== '');
	return [
		...said.map(([name, value]) => ({
			label: FACTS[name]?.() ?? name,
			value: FACT_VALUES[value]?.() ?? value
		})),
		...figures.map(({ name, value }) => ({ label: figureWords[name](), value: shown(name, value) }))
	];
}

function shown(name: FigureName, value: number | null): string {
	const unit = FIGURE_UNITS[name];
	if (unit === 'count') return formatMeasured(value, '', 0).trimEnd();
	// A size in pixels is whole; of everything else three digits tell enough.
	const digits = unit === 'px' || Math.abs(value ?? 0) >= 100 ? 0 : Math.abs(value ?? 0) >= 10 ? 1 : 2;
	return formatMeasured(value, unit, digits);
}
