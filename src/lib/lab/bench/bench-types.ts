// What the real-device bench measures and how a measurement ends, as data. Said by the BENCH worker and the page's own
// measurements, shown by the page, written into the result file. No words, no ports.

/** In the order a person is walked through them. */
export const BENCH_STEPS = [
	/** Which servos answer, what they are, how fast. */
	'connect',
	/** 1,000 turns of the control loop at 200 Hz, reading everything, writing nothing. */
	'loop',
	/** The USB cable is pulled and put back. */
	'unplug',
	/** The arm's supply is switched off and on while the cable stays in. */
	'power',
	/** The gripper closes on something soft. The only step in which the arm moves. */
	'stall',
	/** The computer sleeps and wakes. */
	'sleep',
	/** A second arm beside the first, both read at once. */
	'two_arms',
	'cameras',
	'webgpu',
	'encoder',
	'storage'
] as const;
export type BenchStepId = (typeof BENCH_STEPS)[number];

/** These stand on the arm that `connect` found. */
export const ARM_STEPS: readonly BenchStepId[] = ['loop', 'unplug', 'power', 'stall', 'sleep', 'two_arms'];

export type ArmKind = 'real' | 'virtual';

/** Every figure there is, with its unit; `count` is a number of things. */
export const FIGURE_UNITS = {
	open_ms: 'ms',
	servos: 'count',
	volts: 'V',
	ping_p50_ms: 'ms',
	ping_p99_ms: 'ms',
	period_p50_ms: 'ms',
	period_p99_ms: 'ms',
	period_p999_ms: 'ms',
	period_max_ms: 'ms',
	cycles: 'count',
	missed: 'count',
	failed: 'count',
	retries: 'count',
	bad_packets: 'count',
	noticed_ms: 'ms',
	away_ms: 'ms',
	back_ms: 'ms',
	silent_servos: 'count',
	energised_after: 'count',
	peak_load_percent: '%',
	peak_current_ma: 'mA',
	relieved_ms: 'ms',
	slept_ms: 'ms',
	awake_read_ms: 'ms',
	second_period_p99_ms: 'ms',
	second_missed: 'count',
	second_failed: 'count',
	cameras: 'count',
	camera_width: 'px',
	camera_height: 'px',
	camera_start_ms: 'ms',
	camera_fps: 'fps',
	camera_gap_p99_ms: 'ms',
	second_camera_fps: 'fps',
	second_camera_gap_p99_ms: 'ms',
	gpu_start_ms: 'ms',
	gpu_gflops: 'GFLOPS',
	encoder_fps: 'fps',
	encoder_p99_ms: 'ms',
	encoder_kbit_s: 'kbit/s',
	write_mb_s: 'MB/s',
	commit_p50_ms: 'ms',
	commit_p99_ms: 'ms',
	quota_gb: 'GB'
} as const;
export type FigureName = keyof typeof FIGURE_UNITS;

export interface BenchFigure {
	readonly name: FigureName;
	/** Null: it could not be measured here. */
	readonly value: number | null;
}

/** Why a step has no figures. */
export const BENCH_FAILURES = [
	/** Nothing answered, or not all of it. */
	'no_answer',
	'port_lost',
	'port_busy',
	/** The browser's list was closed without a choice. */
	'nothing_chosen',
	/** The person did not do what was asked, or it was not noticed, in time. */
	'not_seen',
	/** It went and did not come back. */
	'not_back',
	/** The servos would not be unlocked. */
	'not_armed',
	/** A person gave up on the step. */
	'stopped',
	/** The same while the arm was unlocked, or it would not come to rest: it still holds itself up. */
	'stopped_stiff',
	'no_calibration',
	/** This computer or browser has none. */
	'not_there',
	'refused',
	'broken'
] as const;
export type BenchFailure = (typeof BENCH_FAILURES)[number];

export type StepOutcome =
	| {
			readonly kind: 'measured';
			readonly figures: readonly BenchFigure[];
			/** What the far end was; null where there is none to be virtual. */
			readonly arm: ArmKind | null;
			/** Facts that are words, e.g. the codec or the graphics card's maker. */
			readonly facts: Readonly<Record<string, string>>;
	  }
	| { readonly kind: 'failed'; readonly failure: BenchFailure; readonly arm: ArmKind | null };

/** What a person has to do while a step runs. */
export const BENCH_PROMPTS = [
	'none',
	'pull_cable',
	'put_cable_back',
	'switch_off',
	'switch_on',
	'hold_soft_thing',
	'send_to_sleep'
] as const;
export type BenchPrompt = (typeof BENCH_PROMPTS)[number];

export function figure(name: FigureName, value: number | null): BenchFigure {
	return { name, value: value === null || !Number.isFinite(value) ? null : round(value) };
}

/** Three digits behind the point are more than any of these is worth. */
function round(value: number): number {
	return Math.round(value * 1000) / 1000;
}

/** Nearest rank; null without values. */
export function quantile(values: readonly number[], q: number): number | null {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
}
