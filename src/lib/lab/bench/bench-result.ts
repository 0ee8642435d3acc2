// The result file of the bench: what was measured, what failed, what was skipped, on which kind of computer. It holds no
// names, no serial numbers, no time of day, and says of every figure whether a virtual arm stood at the far end.

import type { BenchState, StepState } from './bench-table';
import { BENCH_STEPS, FIGURE_UNITS, type ArmKind, type BenchStepId } from './bench-types';

export const RESULT_FORMAT = 'edubotics-bench';
/** Raised when a field changes its meaning or goes; new fields alone do not raise it. */
export const RESULT_VERSION = 1;

/** Facts of the computer, none of the person. */
export interface DeviceFacts {
	/** Name and major version, e.g. `Chromium 156`. */
	readonly browser: string;
	readonly system: string;
	readonly cores: number | null;
	/** As browsers tell it, rounded. */
	readonly memoryGb: number | null;
	readonly isolated: boolean;
	readonly serial: boolean;
}

interface ResultFigure {
	readonly name: string;
	readonly value: number | null;
	readonly unit: string;
}

interface ResultStep {
	readonly step: BenchStepId;
	/** `not_done`: nobody came to it. */
	readonly outcome: 'measured' | 'failed' | 'skipped' | 'not_done';
	/** What was at the far end; null for steps without an arm. */
	readonly arm: ArmKind | null;
	readonly failure: string | null;
	readonly figures: readonly ResultFigure[];
	readonly facts: Readonly<Record<string, string>>;
}

export interface BenchResult {
	readonly format: typeof RESULT_FORMAT;
	readonly version: number;
	readonly build: string;
	/** Day, `2026-11-22`. */
	readonly day: string;
	readonly device: DeviceFacts;
	/** CRC-32 of the byte trace that belongs to it, 8 hex digits; null without one. */
	readonly trace: string | null;
	readonly steps: readonly ResultStep[];
}

export function benchResult(
	state: BenchState,
	about: Pick<BenchResult, 'build' | 'day' | 'device' | 'trace'>
): BenchResult {
	const { build, day, device, trace } = about;
	const steps = BENCH_STEPS.map((step) => resultOf(step, state.steps[step]));
	return { format: RESULT_FORMAT, version: RESULT_VERSION, build, day, device, trace, steps };
}

function resultOf(step: BenchStepId, state: StepState): ResultStep {
	const nothing = { step, arm: null, failure: null, figures: [], facts: {} };
	switch (state.kind) {
		case 'waiting':
		case 'running':
			return { ...nothing, outcome: 'not_done' };
		case 'skipped':
			return { ...nothing, outcome: 'skipped' };
		case 'failed':
			return { ...nothing, outcome: 'failed', arm: state.arm, failure: state.failure };
		case 'measured': {
			const { arm, facts } = state;
			const figures = state.figures.map(({ name, value }) => ({ name, value, unit: FIGURE_UNITS[name] }));
			return { ...nothing, outcome: 'measured', arm, facts, figures };
		}
	}
}

/** True when anything in it was measured on the virtual arm. */
export function isPartlyVirtual(state: BenchState): boolean {
	return BENCH_STEPS.some((step) => {
		const entry = state.steps[step];
		return entry.kind === 'measured' && entry.arm === 'virtual';
	});
}
