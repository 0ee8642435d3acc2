import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrainingState } from '$lib/contracts';
import { hasEnded, trainingTransition, type TrainingEvent } from './job-machine';

const STATES: readonly TrainingState[] = ['pending', 'running', 'paused', 'completed', 'failed', 'cancelled'];
const EVENTS: readonly TrainingEvent[] = ['begin', 'pause', 'resume', 'finish', 'fail', 'cancel'];

describe('states of a training', () => {
	it('are this table', () => {
		const table = STATES.map((state) => [state, EVENTS.map((event) => trainingTransition(state, event))]);
		expect(Object.fromEntries(table)).toEqual({
			pending: ['running', null, null, null, 'failed', 'cancelled'],
			running: [null, 'paused', null, 'completed', 'failed', 'cancelled'],
			paused: [null, null, 'running', 'completed', 'failed', 'cancelled'],
			completed: [null, null, null, null, null, null],
			failed: [null, null, null, null, null, null],
			cancelled: [null, null, null, null, null, null]
		});
	});

	it('end once and for ever', () => {
		fc.assert(
			fc.property(fc.array(fc.constantFrom(...EVENTS)), (events) => {
				let state: TrainingState = 'pending';
				for (const event of events) {
					const next = trainingTransition(state, event);
					if (hasEnded(state)) expect(next).toBeNull();
					state = next ?? state;
				}
			})
		);
		expect(STATES.filter(hasEnded)).toEqual(['completed', 'failed', 'cancelled']);
	});
});
