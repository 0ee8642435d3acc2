// A job as its back-end's side fills it: status by the table of states, listeners, one answer. Shared by all back-ends; knows
// none of them.

import type {
	TrainingFailure,
	TrainingJob,
	TrainingProgress,
	TrainingRequest,
	TrainingResult,
	TrainingStatus
} from '$lib/contracts';
import { err, ok, type Result } from '$lib/core';
import { hasEnded, trainingTransition, type TrainingEvent } from './job-machine';

export const NO_PROGRESS: TrainingProgress = {
	phase: 'preparing',
	done: 0,
	total: 0,
	episodes: 0,
	frames: 0,
	loss: null,
	examplesPerSecond: null,
	seconds: 0,
	secondsLeft: null,
	curve: [],
	bestStep: null,
	kept: true
};

/** What a person's wish does where the training runs. */
export interface JobControls {
	pause(): void;
	resume(): void;
	stop(): void;
	cancel(): void;
}

export interface WatchedJob {
	readonly job: TrainingJob;
	/** Work has begun. */
	begin(): void;
	/** Late words after the end are not heard. */
	progress(progress: TrainingProgress): void;
	/** The last word: a result, a failure, or null for a training of which nothing is kept. */
	end(answer: Result<TrainingResult | null, TrainingFailure>): void;
}

export function createWatchedJob(request: TrainingRequest, controls: JobControls): WatchedJob {
	let status: TrainingStatus = { state: 'pending', progress: NO_PROGRESS, failure: null };
	const listeners = new Set<(status: TrainingStatus) => void>();
	let settle: (answer: Result<TrainingResult | null, TrainingFailure>) => void = () => undefined;
	const answered = new Promise<Result<TrainingResult | null, TrainingFailure>>((resolve) => {
		settle = resolve;
	});

	const show = (change: Partial<TrainingStatus>): void => {
		status = { ...status, ...change };
		for (const listener of listeners) listener(status);
	};
	/** True when the event meant something. */
	const move = (event: TrainingEvent, change: Partial<TrainingStatus> = {}): boolean => {
		const state = trainingTransition(status.state, event);
		if (state !== null) show({ ...change, state });
		return state !== null;
	};
	const end = (answer: Result<TrainingResult | null, TrainingFailure>): void => {
		const event = !answer.ok ? 'fail' : answer.value === null ? 'cancel' : 'finish';
		// A training that was over before it said that it had begun.
		if (event === 'finish') move('begin');
		if (move(event, answer.ok ? {} : { failure: answer.error })) settle(answer);
	};

	return {
		begin: () => void move('begin'),
		progress(progress) {
			if (!hasEnded(status.state)) show({ progress });
		},
		end,
		job: {
			request,
			get status() {
				return status;
			},
			onStatus(listener) {
				listeners.add(listener);
				return () => listeners.delete(listener);
			},
			pause() {
				if (move('pause')) controls.pause();
			},
			resume() {
				if (move('resume')) controls.resume();
			},
			stop() {
				if (!hasEnded(status.state)) controls.stop();
			},
			cancel() {
				if (hasEnded(status.state)) return;
				controls.cancel();
				end(ok(null));
			},
			result: () => answered
		}
	};
}

/** For a back-end that cannot even begin. */
export function failedJob(request: TrainingRequest, failure: TrainingFailure): TrainingJob {
	const nothing = (): void => undefined;
	const watched = createWatchedJob(request, {
		pause: nothing,
		resume: nothing,
		stop: nothing,
		cancel: nothing
	});
	watched.end(err(failure));
	return watched.job;
}
