// How a real arm is connected, as a table: what a person or the arm does in which step, where that leads and what has to
// be done for it. Pure; connect-control.ts carries out the effects. What is not in the table does not happen.
//
// [Note: silence] An arm that was lost comes back by itself: as long as nothing has come of it, the page goes on saying
// what is the matter (unplugged, no power), because that is what is true.

import type { ArmFingerprint, ConnectCause, ConnectProblem, FoundArm, PortIdentity } from '$lib/contracts';
import { problem as problemOf } from '../hosts/connect-problems';
import { sameBoard } from '../hosts/serial-ports';

export type ConnectStepName =
	/** Nobody is connecting a real arm. */
	| 'off'
	| 'start'
	| 'before_chooser'
	| 'choosing'
	| 'opening'
	| 'looking'
	| 'problem'
	/** The arm answered as it should; its first reading has not come yet. */
	| 'ready'
	| 'connected'
	/** A procedure has the open port. */
	| 'setting_up'
	| 'calibrating';

export interface ConnectState {
	readonly step: ConnectStepName;
	/** Set in 'problem', and while a lost arm is looked for in silence. */
	readonly problem: ConnectProblem | null;
	/** Failures in a row since the last success or start over. */
	readonly failures: number;
	/** Ports this page may use without asking. */
	readonly ports: readonly PortIdentity[];
	/** The port that is opened or in use; null before one was chosen. */
	readonly port: PortIdentity | null;
	/** The arm that was lost: only this one comes back by itself. */
	readonly fingerprint: ArmFingerprint | null;
	/** Nobody asked: a lost arm is coming back. */
	readonly silent: boolean;
}

export type ConnectEvent =
	/** A person wants a real arm. `obstacle`: why this page cannot have one at all. */
	| {
			readonly type: 'begin';
			readonly obstacle: ConnectProblem | null;
			readonly ports: readonly PortIdentity[];
	  }
	/** The set of usable ports changed. */
	| { readonly type: 'ports'; readonly ports: readonly PortIdentity[] }
	| { readonly type: 'chosen'; readonly port: PortIdentity; readonly ports: readonly PortIdentity[] }
	| { readonly type: 'opened' }
	| { readonly type: 'found'; readonly arm: FoundArm }
	/** The first state was read. */
	| { readonly type: 'reading' }
	/** What was tried did not work. */
	| { readonly type: 'failed'; readonly problem: ConnectProblem }
	/** The connected arm is gone. */
	| { readonly type: 'lost'; readonly problem: ConnectProblem }
	/** Another tab has this one's seat, and with it the arm. */
	| { readonly type: 'seat_lost' }
	/** ROBOT died and is there again. */
	| { readonly type: 'reopen' }
	/** The arm at this port is wanted instead of the one that is there. */
	| { readonly type: 'other_arm'; readonly port: PortIdentity }
	/** A port that may be the lost arm's is there. */
	| { readonly type: 'seen'; readonly port: PortIdentity }
	| { readonly type: PersonEvent };

/** What a person asks for, and the end of a procedure. */
export type PersonEvent =
	| 'choose'
	| 'try_again'
	| 'start_over'
	| 'use_virtual'
	| 'open_setup'
	| 'open_calibration'
	| 'procedure_closed'
	| 'take_over'
	/** This very arm, in spite of what is remembered: a hand shows what it is. */
	| 'pair_by_hand'
	/** This arm and the other one change places. */
	| 'swap_arms'
	/** The screen is closed; the person goes to another kind of arm. */
	| 'close'
	| 'leave';

export type ConnectEffect =
	/** Find out what stands in the way and which ports are known; answered by `begin`. */
	| { readonly do: 'probe' }
	/** The browser's list; answered by `chosen` or `failed`. `anyBoard`: also devices we do not know. */
	| { readonly do: 'ask'; readonly anyBoard: boolean }
	/** `patient`: another tab is letting go of it. */
	| { readonly do: 'open'; readonly port: PortIdentity; readonly patient: boolean }
	| { readonly do: 'look' }
	| { readonly do: 'shut' }
	/** Look out for the lost arm's port, or no longer. */
	| { readonly do: 'watch' | 'unwatch' }
	/** A procedure takes the port; answered by `procedure_closed`. */
	| { readonly do: 'setting_up' | 'calibrating'; readonly port: PortIdentity }
	| { readonly do: 'end_procedure' }
	| { readonly do: 'take_seat' | 'go_virtual' }
	/** The arm that is opened next is not refused for what is remembered of it. */
	| { readonly do: 'insist' }
	/** Both arms are let go of and opened in each other's place. */
	| { readonly do: 'swap'; readonly port: PortIdentity };

export interface ConnectMove {
	readonly state: ConnectState;
	readonly effects: readonly ConnectEffect[];
}

export const CONNECT_OFF: ConnectState = {
	step: 'off',
	problem: null,
	failures: 0,
	ports: [],
	port: null,
	fingerprint: null,
	silent: false
};

/** After these the arm's port is looked out for, when an arm was there before. */
const COMES_BACK: readonly ConnectCause[] = ['unplugged', 'no_power'];
/** Nothing of this page can be tried before the world around it has changed. */
const OBSTACLES: readonly ConnectCause[] = ['no_serial_api', 'insecure_context', 'blocked_by_policy'];
/** Two arms that are not the pair they should be. */
const PAIR: readonly ConnectCause[] = ['swapped', 'foreign_arm'];
/** The second time the list stays empty the board may be one we do not know. */
const ANY_BOARD_AFTER = 2;

type Of<T extends ConnectEvent['type']> = Extract<ConnectEvent, { readonly type: T }>;
type Rule<T extends ConnectEvent['type']> = (state: ConnectState, event: Of<T>) => ConnectMove;
/** Whatever the event says. */
type Always = (state: ConnectState) => ConnectMove;
type Row = { readonly [T in ConnectEvent['type']]?: Rule<T> };

const move = (state: ConnectState, ...effects: readonly ConnectEffect[]): ConnectMove => ({ state, effects });

const stepTo = (
	state: ConnectState,
	step: ConnectStepName,
	...effects: readonly ConnectEffect[]
): ConnectMove => move({ ...state, step, problem: null }, ...effects);

const open = (state: ConnectState, port: PortIdentity, patient = false): ConnectMove =>
	stepTo({ ...state, port, silent: false }, 'opening', { do: 'unwatch' }, { do: 'open', port, patient });

const ask = (state: ConnectState): ConnectMove =>
	stepTo(
		{ ...state, silent: false },
		'choosing',
		{ do: 'unwatch' },
		{ do: 'ask', anyBoard: state.failures >= ANY_BOARD_AFTER }
	);

/** A port that did not lead to an arm is left to others. */
const fail = (
	state: ConnectState,
	problem: ConnectProblem,
	...effects: readonly ConnectEffect[]
): ConnectMove =>
	move({ ...state, step: 'problem', problem, failures: state.failures + 1, silent: false }, ...effects);

const begin: Rule<'begin'> = (state, { obstacle, ports }) => {
	const fresh = { ...CONNECT_OFF, ports, failures: state.failures };
	if (obstacle !== null) return fail(fresh, obstacle);
	// Who has just asked for a real arm has it before them; after a failure it starts with the cables.
	return stepTo(fresh, ports.length === 0 && state.step === 'off' ? 'before_chooser' : 'start');
};

const ports: Rule<'ports'> = (state, event) => move({ ...state, ports: event.ports });

const startOver: Always = ({ ports: known }) =>
	stepTo({ ...CONNECT_OFF, ports: known }, 'start', { do: 'unwatch' }, { do: 'shut' }, { do: 'probe' });
const useVirtual: Always = () => move(CONNECT_OFF, { do: 'unwatch' }, { do: 'shut' }, { do: 'go_virtual' });
const leave: Always = () => move(CONNECT_OFF, { do: 'unwatch' }, { do: 'shut' });

/** A lost arm: said at once, and looked out for. */
const lost: Rule<'lost'> = (state, { problem }) =>
	move({ ...state, step: 'problem', problem, silent: false }, { do: 'shut' }, { do: 'watch' });

/** Let go of at once, and not looked out for: the other tab's arm is not fetched back. */
const seatLost: Always = (state) =>
	move(
		{ ...state, step: 'problem', problem: problemOf('other_tab'), silent: false },
		{ do: 'unwatch' },
		{ do: 'shut' }
	);

/** ROBOT took every port with it. A lost arm goes on coming back in silence. */
const reopen: Always = (state) => {
	const { port } = state;
	if (port === null) return move(state);
	if (!state.silent) return open(state, port, true);
	return move({ ...state, step: 'opening' }, { do: 'unwatch' }, { do: 'open', port, patient: true });
};

/** In silence nothing is counted and nothing new is said: it is tried again when the port is seen again. */
const failed: Rule<'failed'> = (state, { problem }) => {
	if (!state.silent) return fail(state, problem, { do: 'shut' });
	return move({ ...state, step: 'problem' }, { do: 'shut' }, { do: 'watch' });
};

const found: Rule<'found'> = (state, { arm }) => {
	const other = state.silent && state.fingerprint !== null && arm.fingerprint !== state.fingerprint;
	if (other) return move({ ...state, step: 'problem' }, { do: 'shut' }, { do: 'watch' });
	const known = { ...state, fingerprint: arm.fingerprint, failures: 0, problem: null };
	return move({ ...known, step: 'ready' });
};

const tryAgain: Always = (state) => {
	const cause = state.problem?.cause;
	if (cause !== undefined && OBSTACLES.includes(cause)) return move(state, { do: 'probe' });
	// The other arm's port may be the right one.
	const at = state.ports.findIndex((port) => samePort(port, state.port));
	const next = state.ports[(at + 1) % state.ports.length];
	if (cause === 'swapped' && next !== undefined) return open(state, next);
	const listed = state.ports.find((port) => samePort(port, state.port));
	return listed === undefined ? ask(state) : open(state, listed);
};

const AWAY: Row = { start_over: startOver, use_virtual: useVirtual, close: leave, leave, ports };

export const CONNECT_TABLE: Readonly<Record<ConnectStepName, Row>> = {
	off: { begin, other_arm: otherArm },
	start: {
		...AWAY,
		begin,
		choose: (state) => {
			const [first] = state.ports;
			return first === undefined ? stepTo(state, 'before_chooser') : open(state, first);
		}
	},
	before_chooser: { ...AWAY, choose: ask },
	choosing: {
		...AWAY,
		chosen: (state, event) => open({ ...state, ports: event.ports }, event.port),
		failed
	},
	opening: {
		...AWAY,
		// The problem of a lost arm stays in view until it is back.
		opened: (state) => move({ ...state, step: 'looking' }, { do: 'look' }),
		failed,
		seat_lost: seatLost,
		reopen
	},
	looking: {
		...AWAY,
		found,
		failed,
		lost: (state, { problem }) => failed(state, { type: 'failed', problem }),
		seat_lost: seatLost,
		reopen
	},
	problem: {
		...AWAY,
		begin,
		choose: ask,
		try_again: tryAgain,
		pair_by_hand: (state) => {
			if (state.port === null || state.problem === null || !PAIR.includes(state.problem.cause))
				return move(state);
			const opening = open(state, state.port);
			return { ...opening, effects: [{ do: 'insist' }, ...opening.effects] };
		},
		swap_arms: (state) => {
			if (state.port === null || state.problem?.cause !== 'swapped') return move(state);
			return move(CONNECT_OFF, { do: 'unwatch' }, { do: 'swap', port: state.port });
		},
		take_over: (state) => {
			if (state.port === null || state.problem?.cause !== 'other_tab') return move(state);
			const opening = open(state, state.port, true);
			return { ...opening, effects: [{ do: 'take_seat' }, ...opening.effects] };
		},
		seat_lost: (state) => (comesBack(state) ? seatLost(state) : move(state)),
		seen: (state, { port }) => {
			if (!comesBack(state)) return move(state);
			const effects = [{ do: 'unwatch' }, { do: 'open', port, patient: false }] as const;
			return move({ ...state, step: 'opening', port, silent: true }, ...effects);
		},
		open_setup: (state) => procedure(state, 'setting_up'),
		open_calibration: (state) => procedure(state, 'calibrating')
	},
	ready: {
		...AWAY,
		close: (state) => stepTo({ ...state, silent: false }, 'connected'),
		reading: (state) => stepTo({ ...state, silent: false }, 'connected'),
		failed: refused,
		lost,
		seat_lost: seatLost,
		reopen,
		open_calibration: (state) => procedure(state, 'calibrating')
	},
	connected: {
		...AWAY,
		other_arm: otherArm,
		lost,
		failed: refused,
		seat_lost: seatLost,
		reopen,
		open_setup: (state) => procedure(state, 'setting_up'),
		open_calibration: (state) => procedure(state, 'calibrating')
	},
	setting_up: { ports, leave: abandon, seat_lost: seatLostMidway, procedure_closed: backFromProcedure },
	calibrating: { ports, leave: abandon, seat_lost: seatLostMidway, procedure_closed: backFromProcedure }
};

/** Whoever has that port now is letting go of it. */
function otherArm(state: ConnectState, { port }: Of<'other_arm'>): ConnectMove {
	return open({ ...state, fingerprint: null }, port, true);
}

/** It answers, and is not the arm that is wanted here; said before it gets torque. */
function refused(state: ConnectState, { problem }: Of<'failed'>): ConnectMove {
	return fail({ ...state, fingerprint: null }, problem, { do: 'shut' });
}

/** The arm is let go of: a procedure has its own way of asking it. */
function procedure(state: ConnectState, step: 'setting_up' | 'calibrating'): ConnectMove {
	const { port } = state;
	if (port === null) return move(state);
	return stepTo(state, step, { do: 'unwatch' }, { do: 'shut' }, { do: step, port });
}

function abandon(): ConnectMove {
	return move(CONNECT_OFF, { do: 'end_procedure' });
}

/** The other tab gets the port when what is being written is whole. */
function seatLostMidway(state: ConnectState): ConnectMove {
	return move(seatLost(state).state, { do: 'end_procedure' });
}

/** It was there, and it is looked out for. */
function comesBack({ problem, fingerprint }: ConnectState): boolean {
	return problem !== null && COMES_BACK.includes(problem.cause) && fingerprint !== null;
}

/** What the servos hold has changed: the arm is looked at anew, whoever it was before. */
function backFromProcedure(state: ConnectState): ConnectMove {
	const anew = { ...state, fingerprint: null };
	return state.port === null ? move(CONNECT_OFF, { do: 'probe' }) : open(anew, state.port);
}

function samePort(a: PortIdentity | null, b: PortIdentity | null): boolean {
	if (a === null || b === null) return false;
	return a.index === b.index && sameBoard(a, b);
}

export function connectTransition(state: ConnectState, event: ConnectEvent): ConnectMove {
	const rule = CONNECT_TABLE[state.step][event.type] as
		((state: ConnectState, event: ConnectEvent) => ConnectMove) | undefined;
	return rule === undefined ? move(state) : rule(state, event);
}
