// The one thing to do next, from what is known. Pure; the order of the rules is the order of importance.

import type { ArmStatus, NextStep, RecordingState } from '$lib/ui/lab';

export interface NextStepInput {
	readonly ready: boolean;
	readonly otherTab: boolean;
	readonly arm: ArmStatus;
	/** It holds for a reason that ends only when a person says so. */
	readonly holdsForPerson: boolean;
	/** A sheet for the arm is open (connecting, setting up, calibrating, which arm leads): it says what to do. */
	readonly guided: boolean;
	/** The teacher holds all arms of the class. */
	readonly held: boolean;
	/** A model drives, or would if it were not paused. */
	readonly modelDrives: boolean;
	readonly recording: RecordingState['state'];
	readonly task: string;
	/** The person has moved the arm since arming. */
	readonly moved: boolean;
	readonly storageFull: boolean;
	readonly keptEpisodes: number;
	/** How many episodes make a download worth proposing. */
	readonly enoughEpisodes: number;
}

export function nextStep(input: NextStepInput): NextStep {
	if (input.otherTab) return 'take_over_tab';
	const isGone = input.arm === 'lost' || input.arm === 'disconnected';
	// Two things to do next would be one too many, and unlocking an arm that a hand is to move the wrong one.
	if (input.ready && input.guided && input.arm !== 'stopped' && (isGone || input.recording === 'idle'))
		return 'follow_sheet';
	if (!input.ready || input.arm === 'connecting' || input.arm === 'arming' || input.arm === 'resting')
		return 'wait';
	if (isGone) return 'reconnect';
	if (input.arm === 'stopped') return input.held ? 'held_by_class' : 'clear_stop';
	if (input.recording === 'review') return 'review';
	if (input.recording === 'recording' || input.recording === 'countdown') return 'stop_recording';
	if (input.recording === 'sealing') return 'wait';
	if (input.storageFull) return 'free_space';
	if (input.arm === 'disarmed' || input.holdsForPerson) return input.held ? 'held_by_class' : 'arm';
	if (input.modelDrives) return 'watch_model';
	if (!input.moved) return 'drive';
	if (input.task.trim() === '') return 'name_task';
	if (input.keptEpisodes >= input.enoughEpisodes) return 'download';
	return input.keptEpisodes > 0 ? 'record_more' : 'record';
}
