// Where a person stands on the way through the bench, as a pure transition table. Steps may be taken in any order; those
// that need an arm wait for `connect`; what was skipped stays written down as skipped.

import { assertNever } from '$lib/core';
import {
	ARM_STEPS,
	BENCH_STEPS,
	type ArmKind,
	type BenchPrompt,
	type BenchStepId,
	type StepOutcome
} from './bench-types';

export type StepState =
	| { readonly kind: 'waiting' }
	| { readonly kind: 'running'; readonly prompt: BenchPrompt }
	| { readonly kind: 'skipped' }
	| StepOutcome;

export interface BenchState {
	/** The arm that is connected now; null before `connect` and after it went and stayed away. */
	readonly arm: ArmKind | null;
	/** The step that is open on the page. */
	readonly current: BenchStepId;
	readonly steps: Readonly<Record<BenchStepId, StepState>>;
}

export type BenchEvent =
	/** `arm`: which one is connected to; for `connect` only. */
	| { readonly kind: 'run'; readonly step: BenchStepId }
	| { readonly kind: 'prompt'; readonly step: BenchStepId; readonly prompt: BenchPrompt }
	| { readonly kind: 'done'; readonly step: BenchStepId; readonly outcome: StepOutcome }
	| { readonly kind: 'skip'; readonly step: BenchStepId }
	| { readonly kind: 'open'; readonly step: BenchStepId };

const WAITING: StepState = { kind: 'waiting' };

export const INITIAL_BENCH: BenchState = {
	arm: null,
	current: 'connect',
	steps: Object.fromEntries(BENCH_STEPS.map((step) => [step, WAITING])) as Record<BenchStepId, StepState>
};

/** Why a step cannot be run now; null when it can. */
export function blockedBy(state: BenchState, step: BenchStepId): 'busy' | 'no_arm' | null {
	if (runningStep(state) !== null) return 'busy';
	return ARM_STEPS.includes(step) && state.arm === null ? 'no_arm' : null;
}

export function runningStep(state: BenchState): BenchStepId | null {
	return BENCH_STEPS.find((step) => state.steps[step].kind === 'running') ?? null;
}

/** The next state, or null when the event has no place here. */
export function benchStep(state: BenchState, event: BenchEvent): BenchState | null {
	const { step } = event;
	const now = state.steps[step];
	switch (event.kind) {
		case 'open':
			return runningStep(state) === null ? { ...state, current: step } : null;
		case 'run': {
			if (blockedBy(state, step) !== null) return null;
			const running: StepState = { kind: 'running', prompt: 'none' };
			return step === 'connect'
				? withoutArm(state, running)
				: put({ ...state, current: step }, step, running);
		}
		case 'prompt':
			return now.kind === 'running' ? put(state, step, { kind: 'running', prompt: event.prompt }) : null;
		case 'skip':
			return now.kind === 'waiting' && runningStep(state) === null
				? onwards(put(state, step, { kind: 'skipped' }), step)
				: null;
		case 'done':
			return now.kind === 'running' ? finish(state, step, event.outcome) : null;
		default:
			return assertNever(event);
	}
}

function finish(state: BenchState, step: BenchStepId, outcome: StepOutcome): BenchState {
	const next = put(state, step, outcome);
	if (outcome.kind === 'failed') {
		// A cable that was not put back leaves nothing to measure.
		const gone = step === 'connect' || outcome.failure === 'not_back' || outcome.failure === 'port_lost';
		return gone && (step === 'connect' || ARM_STEPS.includes(step)) ? { ...next, arm: null } : next;
	}
	return step === 'connect' ? { ...next, arm: outcome.arm } : next;
}

/** Another arm may come: what was measured on the one before would be written down under the wrong name. */
function withoutArm(state: BenchState, connecting: StepState): BenchState {
	const cleared = Object.fromEntries(ARM_STEPS.map((step) => [step, WAITING]));
	return { arm: null, current: 'connect', steps: { ...state.steps, ...cleared, connect: connecting } };
}

function put(state: BenchState, step: BenchStepId, value: StepState): BenchState {
	return { ...state, steps: { ...state.steps, [step]: value } };
}

/** On to the next one that waits, if there is one behind. */
function onwards(state: BenchState, step: BenchStepId): BenchState {
	return { ...state, current: nextWaiting(state, step) ?? step };
}

export function nextWaiting(state: BenchState, step: BenchStepId): BenchStepId | null {
	const behind = BENCH_STEPS.slice(BENCH_STEPS.indexOf(step) + 1);
	return behind.find((other) => state.steps[other].kind === 'waiting') ?? null;
}
