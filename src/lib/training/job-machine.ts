// What may happen to a training, as a table. See [Note: training states] in contracts/training.ts. Pure.

import type { TrainingState } from '$lib/contracts';

export type TrainingEvent = 'begin' | 'pause' | 'resume' | 'finish' | 'fail' | 'cancel';

const TABLE: Readonly<Record<TrainingState, Readonly<Partial<Record<TrainingEvent, TrainingState>>>>> = {
	pending: { begin: 'running', fail: 'failed', cancel: 'cancelled' },
	running: { pause: 'paused', finish: 'completed', fail: 'failed', cancel: 'cancelled' },
	// Stopping a paused training finishes it with what it has.
	paused: { resume: 'running', finish: 'completed', fail: 'failed', cancel: 'cancelled' },
	completed: {},
	failed: {},
	cancelled: {}
};

/** The next state; null where the event means nothing. */
export function trainingTransition(state: TrainingState, event: TrainingEvent): TrainingState | null {
	return TABLE[state][event] ?? null;
}

/** Nothing can follow. */
export const hasEnded = (state: TrainingState): boolean => Object.keys(TABLE[state]).length === 0;
