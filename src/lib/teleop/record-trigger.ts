/**
 * Start, stop, keep, discard from whatever the hands are at: key, button on the screen, gamepad, squeeze of the leader.
 * Knows what a trigger means in each phase of recording; the recorder's own table decides whether it may happen.
 */
import { GAMEPAD_BUTTONS } from './gamepad';

export type RecordTrigger =
	/** The one big trigger: starts, stops, keeps. */
	| 'go'
	/** Throws the last take away. */
	| 'discard'
	/** Throws it away and starts the next one. */
	| 'rerecord';

export type RecordPhase = 'idle' | 'countdown' | 'recording' | 'sealing' | 'review';
export type RecordCommand = 'start' | 'stop' | 'keep' | 'discard' | 'rerecord';

/** By place on the keyboard, see jog-keys. */
export const RECORD_KEYS: Readonly<Record<string, RecordTrigger>> = {
	Enter: 'go',
	NumpadEnter: 'go',
	Backspace: 'discard',
	Delete: 'discard',
	KeyN: 'rerecord'
};

const MEANING: Readonly<Record<RecordPhase, Readonly<Partial<Record<RecordTrigger, RecordCommand>>>>> = {
	idle: { go: 'start' },
	countdown: { go: 'stop', discard: 'stop' },
	recording: { go: 'stop' },
	sealing: {},
	review: { go: 'keep', discard: 'discard', rerecord: 'rerecord' }
};

/** What the trigger asks for in this phase; null = nothing. */
export function commandFor(trigger: RecordTrigger, phase: RecordPhase): RecordCommand | null {
	return MEANING[phase][trigger] ?? null;
}

/** Two triggers closer together than this are one: a bouncing switch must not start and stop. */
const BOUNCE_MS = 300;

export interface RecordTriggers {
	/** A trigger at a time (any steady clock, ms) -> the command to give, or null. */
	pull(trigger: RecordTrigger, atMs: number, phase: RecordPhase): RecordCommand | null;
	/** Buttons of a standard gamepad; tells a trigger when one goes down: start = go, select = discard. */
	gamepad(buttons: readonly number[]): RecordTrigger | null;
}

export function createRecordTriggers(): RecordTriggers {
	let lastMs = Number.NEGATIVE_INFINITY;
	/** Down when we first look: not pressed now, so it does not count. */
	let goDown = true;
	let discardDown = true;

	return {
		pull(trigger, atMs, phase) {
			if (atMs - lastMs < BOUNCE_MS) return null;
			const command = commandFor(trigger, phase);
			if (command !== null) lastMs = atMs;
			return command;
		},
		gamepad(buttons) {
			const go = (buttons[GAMEPAD_BUTTONS.start] ?? 0) > 0.5;
			const discard = (buttons[GAMEPAD_BUTTONS.select] ?? 0) > 0.5;
			const trigger = go && !goDown ? 'go' : discard && !discardDown ? 'discard' : null;
			goDown = go;
			discardDown = discard;
			return trigger;
		}
	};
}
