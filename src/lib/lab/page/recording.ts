// Recording as the page drives it: carries out the effects of recorder-machine's table. RECORDER prepares and seals, ROBOT
// lets record ticks flow. Time is a Scheduler so that the countdown can be tested without waiting.

import { isErrorCode, type EpisodeMeta, type ErrorCode } from '$lib/contracts';
import type { Scheduler, Timer } from '$lib/core';
import {
	IDLE,
	recorderTransition,
	type RecorderEffect,
	type RecorderEvent,
	type RecorderState
} from '$lib/recorder';
import type { EpisodeCounts, RecordingState } from '$lib/ui/lab';
import type { ArmAnswer, RecordingCounts, StartRecording } from '../hosts/api';

export const COUNTDOWN_S = 3;

export interface RecordingPorts {
	/** What the next episode is; asked when it is prepared. */
	describe(): StartRecording;
	prepare(what: StartRecording): Promise<ArmAnswer>;
	/** Record ticks on or off in ROBOT. */
	flow(active: boolean): Promise<void>;
	counts(): Promise<RecordingCounts | null>;
	/** Seals; null when not one row was recorded. */
	seal(interrupted: boolean): Promise<EpisodeMeta | null>;
	discard(episodeId: string): Promise<void>;
}

export interface RecordingOptions {
	readonly ports: RecordingPorts;
	readonly scheduler: Scheduler;
	readonly onChange: () => void;
	readonly onProblem: (code: ErrorCode, details: Record<string, string | number>) => void;
	/** An episode was sealed, kept or discarded: the lists are stale. */
	readonly onStored: () => void;
}

export interface RecordingControl {
	readonly view: RecordingState;
	readonly state: RecorderState;
	send(event: RecorderEvent): void;
	/** RECORDER is gone: nothing to seal, what it had is offered for recovery. */
	lost(): void;
	/** Asks for the running counts. */
	refresh(): Promise<void>;
}

export function countsOf(meta: EpisodeMeta): EpisodeCounts {
	return {
		frames: meta.frameCount,
		seconds: meta.frameCount / meta.fps,
		achievedFps: Number.isFinite(meta.achievedFps) ? meta.achievedFps : null,
		targetFps: meta.fps,
		failedTicks: meta.failedTicks,
		cameras: meta.cameras.map((camera) => ({ name: camera.info.name, ...camera.counters }))
	};
}

function emptyCounts(what: StartRecording): EpisodeCounts {
	const cameras = what.cameras.map(({ name }) => ({ name, dup: 0, skip: 0, encoderDrop: 0 }));
	return { frames: 0, seconds: 0, achievedFps: null, targetFps: what.fps, failedTicks: 0, cameras };
}

function codeOf(error: unknown): ErrorCode {
	const code = (error as { code?: unknown } | null)?.code;
	return typeof code === 'string' && isErrorCode(code) ? code : 'recorder_worker_died';
}

class Recording implements RecordingControl {
	readonly #options: RecordingOptions;
	#state: RecorderState = IDLE;
	#timer: Timer | null = null;
	#counts: EpisodeCounts | null = null;

	constructor(options: RecordingOptions) {
		this.#options = options;
	}

	get state(): RecorderState {
		return this.#state;
	}

	get view(): RecordingState {
		const state = this.#state;
		switch (state.name) {
			case 'idle':
				return { state: 'idle' };
			case 'countdown':
				return { state: 'countdown', secondsLeft: state.secondsLeft };
			case 'recording':
				return this.#counts === null ? { state: 'sealing' } : { state: 'recording', counts: this.#counts };
			case 'sealing':
				return { state: 'sealing' };
			case 'review':
				return this.#counts === null
					? { state: 'sealing' }
					: { state: 'review', counts: this.#counts, interrupted: state.interrupted };
		}
	}

	send(event: RecorderEvent): void {
		const before = this.#state;
		const { state, effects } = recorderTransition(before, event);
		this.#state = state;
		if (state.name !== 'countdown') this.#timer?.cancel();
		else if (before.name !== 'countdown') this.#tickSeconds();
		for (const effect of effects) this.#run(effect);
		if (before.name === 'review' && state.name !== 'review') this.#options.onStored();
		this.#options.onChange();
	}

	lost(): void {
		this.#timer?.cancel();
		this.#state = IDLE;
		this.#counts = null;
		this.#options.onChange();
	}

	async refresh(): Promise<void> {
		if (this.#state.name !== 'recording') return;
		const counts = await this.#options.ports.counts().catch(() => null);
		const shown = this.#counts;
		if (counts === null || shown === null || (this.#state as RecorderState).name !== 'recording') return;
		const { frames, achievedFps, failedTicks, cameras } = counts;
		this.#counts = { ...shown, frames, seconds: frames / shown.targetFps, achievedFps, failedTicks, cameras };
		this.#options.onChange();
	}

	#tickSeconds(): void {
		const { scheduler } = this.#options;
		this.#timer?.cancel();
		this.#timer = scheduler.at(scheduler.now() + 1000, () => {
			this.send({ type: 'second' });
			if (this.#state.name === 'countdown') this.#tickSeconds();
		});
	}

	#run(effect: RecorderEffect): void {
		const { ports, onProblem, onStored } = this.#options;
		switch (effect.do) {
			case 'prepare':
				void this.#prepare();
				break;
			case 'abandon':
				void ports.seal(false).catch(() => undefined); // nothing flowed: RECORDER drops an episode without rows
				break;
			case 'record':
				void ports.flow(true).catch(() => this.send({ type: 'interrupt', code: 'robot_worker_died' }));
				break;
			case 'seal':
				void this.#seal(effect.interrupted !== null);
				break;
			case 'discard':
				void ports.discard(effect.episodeId).finally(onStored);
				break;
			case 'report':
				onProblem(effect.code, {});
				break;
		}
	}

	async #prepare(): Promise<void> {
		const { ports, onProblem } = this.#options;
		const what = ports.describe();
		this.#counts = emptyCounts(what);
		try {
			const answer = await ports.prepare(what);
			if (answer.ok) this.send({ type: 'prepared' });
			else {
				const code = isErrorCode(answer.code) ? answer.code : 'recorder_worker_died';
				this.send({ type: 'refused', code });
				onProblem(code, answer.details);
			}
		} catch (error) {
			this.send({ type: 'refused', code: codeOf(error) });
		}
	}

	async #seal(interrupted: boolean): Promise<void> {
		const { ports, onStored } = this.#options;
		await ports.flow(false).catch(() => undefined); // a dead ROBOT must not keep the episode open
		try {
			const meta = await ports.seal(interrupted);
			if (meta !== null) this.#counts = countsOf(meta);
			this.send(meta === null ? { type: 'sealedEmpty' } : { type: 'sealed', episodeId: meta.id });
		} catch (error) {
			this.send({ type: 'sealFailed', code: codeOf(error) });
		}
		onStored();
	}
}

export function createRecordingControl(options: RecordingOptions): RecordingControl {
	return new Recording(options);
}
