// Recording as a person meets it: one state, one table of what follows what. Pure; the effects are names that the owner
// carries out. An event that has no row in the table changes nothing, so a late double click is harmless.

import type { ErrorCode } from '$lib/contracts';

export type RecorderState =
	| { readonly name: 'idle' }
	/** Encoders and the store are being prepared while the person gets ready. */
	| { readonly name: 'countdown'; readonly secondsLeft: number; readonly prepared: boolean }
	| { readonly name: 'recording' }
	| { readonly name: 'sealing'; readonly interrupted: ErrorCode | null }
	/** Sealed and durable; the person decides. Doing nothing keeps it. */
	| { readonly name: 'review'; readonly episodeId: string; readonly interrupted: ErrorCode | null };

export type RecorderEvent =
	/** `countdownS` 0 records as soon as everything is prepared. */
	| { readonly type: 'start'; readonly countdownS: number }
	| { readonly type: 'prepared' }
	/** The store or the encoder said no. */
	| { readonly type: 'refused'; readonly code: ErrorCode }
	| { readonly type: 'second' }
	| { readonly type: 'stop' }
	/** Something else ended it: full disk, lost camera, lost arm. */
	| { readonly type: 'interrupt'; readonly code: ErrorCode }
	| { readonly type: 'sealed'; readonly episodeId: string }
	/** Nothing was recorded, so nothing was kept. */
	| { readonly type: 'sealedEmpty' }
	| { readonly type: 'sealFailed'; readonly code: ErrorCode }
	| { readonly type: 'keep' }
	| { readonly type: 'discard' }
	| { readonly type: 'rerecord'; readonly countdownS: number };

export type RecorderEffect =
	/** Begin the episode in the store and configure encoders; answer with `prepared` or `refused`. */
	| { readonly do: 'prepare' }
	/** Give up what was prepared; no row was taken. */
	| { readonly do: 'abandon' }
	/** Take rows from the next record tick on. */
	| { readonly do: 'record' }
	/** Flush and seal; answer with `sealed`, `sealedEmpty` or `sealFailed`. */
	| { readonly do: 'seal'; readonly interrupted: ErrorCode | null }
	| { readonly do: 'discard'; readonly episodeId: string }
	| { readonly do: 'report'; readonly code: ErrorCode };

export interface Transition {
	readonly state: RecorderState;
	readonly effects: readonly RecorderEffect[];
}

export const IDLE: RecorderState = { name: 'idle' };

type Handler<S, E> = (state: S, event: E) => Transition;
type StateOf<N> = Extract<RecorderState, { name: N }>;
type EventOf<T> = Extract<RecorderEvent, { type: T }>;
type Table = {
	[N in RecorderState['name']]: { [T in RecorderEvent['type']]?: Handler<StateOf<N>, EventOf<T>> };
};

const go = (state: RecorderState, ...effects: RecorderEffect[]): Transition => ({ state, effects });

const begin = (countdownS: number): Transition =>
	go(
		{ name: 'countdown', secondsLeft: Math.max(0, Math.ceil(countdownS)), prepared: false },
		{ do: 'prepare' }
	);

/** Recording starts when the countdown is over and everything is prepared, whichever comes last. */
const countdown = (secondsLeft: number, prepared: boolean): Transition =>
	secondsLeft <= 0 && prepared
		? go({ name: 'recording' }, { do: 'record' })
		: go({ name: 'countdown', secondsLeft, prepared });

const seal = (interrupted: ErrorCode | null): Transition =>
	go({ name: 'sealing', interrupted }, { do: 'seal', interrupted });

/** A sealing that failed leaves the blocks where they are: the start-up scan offers them for recovery. */
const TABLE: Table = {
	idle: {
		start: (_, { countdownS }) => begin(countdownS)
	},
	countdown: {
		prepared: ({ secondsLeft }) => countdown(secondsLeft, true),
		second: ({ secondsLeft, prepared }) => countdown(Math.max(0, secondsLeft - 1), prepared),
		refused: (_, { code }) => go(IDLE, { do: 'report', code }),
		stop: () => go(IDLE, { do: 'abandon' }),
		interrupt: (_, { code }) => go(IDLE, { do: 'abandon' }, { do: 'report', code })
	},
	recording: {
		stop: () => seal(null),
		interrupt: (_, { code }) => seal(code)
	},
	sealing: {
		sealed: ({ interrupted }, { episodeId }) => {
			const state: RecorderState = { name: 'review', episodeId, interrupted };
			return interrupted ? go(state, { do: 'report', code: interrupted }) : go(state);
		},
		sealedEmpty: ({ interrupted }) =>
			interrupted ? go(IDLE, { do: 'report', code: interrupted }) : go(IDLE),
		sealFailed: (_, { code }) => go(IDLE, { do: 'report', code })
	},
	review: {
		keep: () => go(IDLE),
		discard: ({ episodeId }) => go(IDLE, { do: 'discard', episodeId }),
		rerecord: ({ episodeId }, { countdownS }) => {
			const next = begin(countdownS);
			return { state: next.state, effects: [{ do: 'discard', episodeId }, ...next.effects] };
		},
		/** The next take without a word keeps this one. */
		start: (_, { countdownS }) => begin(countdownS)
	}
};

export function recorderTransition(state: RecorderState, event: RecorderEvent): Transition {
	const handlers = TABLE[state.name] as Partial<
		Record<RecorderEvent['type'], Handler<RecorderState, RecorderEvent>>
	>;
	return handlers[event.type]?.(state, event) ?? go(state);
}
