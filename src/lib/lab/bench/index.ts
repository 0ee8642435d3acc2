// The real-device bench for its page: a side door of the lab room, because the bench needs none of the lab.

export { Bench } from './bench.svelte';
export { blockedBy, nextWaiting, runningStep, type StepState } from './bench-table';
export {
	ARM_STEPS,
	BENCH_STEPS,
	FIGURE_UNITS,
	type BenchFailure,
	type BenchFigure,
	type BenchPrompt,
	type BenchStepId,
	type FigureName
} from './bench-types';
