/**
 * Whether the arm may move, as a table: from disarmed over armed, holding and stopped back to disarmed, and the one
 * deliberate way to let it go limp (freeze, rest, limp). Pure: a transition returns the next state and names the effects
 * that someone else carries out. Knows no bytes, clocks and screens; docs/hardware.md prints the outcomes.
 *
 * "Disarmed" means that no goal is written. Servos that were on stay on and keep their last goal: torque ends only by
 * `release` (after the arm has come to rest) or by `letGo` (a person says that a hand holds the arm).
 */
import { assertNever } from '$lib/core';

export type ArmingPhase =
	'disarmed' | 'arming' | 'armed' | 'holding' | 'parking' | 'freezing' | 'resting' | 'stopped';

/** Why the arm holds or parks; the key of the words that the learner reads. */
export type HoldReason =
	'page_silent' | 'reads_failing' | 'voltage' | 'tab_hidden' | 'battery_low' | 'overheat' | 'parked';

/** Reasons that end by themselves; all others need a person who says "go on". */
export const SELF_CLEARING: ReadonlySet<HoldReason> = new Set(['page_silent', 'reads_failing', 'voltage']);

export interface ArmingState {
	readonly phase: ArmingPhase;
	/** Set while holding or parking; empty otherwise. No reason twice. */
	readonly reasons: readonly HoldReason[];
	/**
	 * What the servos do without us; `unknown` after a lost connection and before the first contact. `on`: one joint or more
	 * holds itself.
	 */
	readonly torque: 'off' | 'on' | 'unknown';
	/** The servos follow our goals: from armed on, through a stop, until disarmed. Else a stop writes none either. */
	readonly driven: boolean;
}

export type ArmingEvent =
	/** A person: make it move; let it go (comes to rest first); go on; a hand holds it, off at once. */
	| { readonly kind: 'arm' | 'release' | 'resume' | 'letGo' }
	/** Anybody: stop. A person: open the latch again. */
	| { readonly kind: 'stop' | 'clearStop' }
	/** The servos confirmed torque and limits; they did not. */
	| { readonly kind: 'armed' | 'armFailed' }
	/** The arm stands still; it is in its rest pose. */
	| { readonly kind: 'frozen' | 'atRest' }
	/** A cause to hold came, went, or calls for parking. */
	| { readonly kind: 'hold' | 'clear' | 'park'; readonly reason: HoldReason }
	/** The clock jumped (sleep, closed lid); the port is gone. */
	| { readonly kind: 'wake' | 'lost' }
	/**
	 * The servos were asked whether they hold themselves; `limp`: of an arm that should, one joint or more does not, or has
	 * forgotten the limits it was armed with.
	 */
	| { readonly kind: 'found' | 'limp'; readonly torque: ArmingState['torque'] };

export type ArmingEventKind = ArmingEvent['kind'];

export type ArmingEffect =
	/** Write speed and acceleration limits, goal = present, then torque on. */
	| 'energise'
	/** After a failed or broken-off arming of an arm that is known to have been limp before: torque off again. */
	| 'undoTorque'
	| 'torqueOff'
	/** Arbiter: latch and raise the epoch; open the latch; forget all wishes; let the park source drive; nobody. */
	| 'latchStop'
	| 'openLatch'
	| 'dropSetpoints'
	| 'selectPark'
	| 'selectNone'
	/** The next goal starts from the state that is read next. */
	| 'resetGate'
	/** Screen wake lock. */
	| 'keepAwake'
	| 'maySleep';

export interface ArmingStep {
	readonly state: ArmingState;
	readonly effects: readonly ArmingEffect[];
}

interface Row {
	readonly to: ArmingPhase;
	readonly torque?: ArmingState['torque'];
	readonly effects?: readonly ArmingEffect[];
}

const STOP: Row = { to: 'stopped', effects: ['latchStop', 'selectNone', 'maySleep'] };
const LOST: Row = {
	to: 'disarmed',
	torque: 'unknown',
	effects: ['dropSetpoints', 'selectNone', 'resetGate', 'maySleep']
};
const WAKE: Row = { to: 'disarmed', effects: ['dropSetpoints', 'selectNone', 'resetGate', 'maySleep'] };
/** Servos that lost their power have forgotten limits and goals as well: only arming brings them back. */
const LIMP: Row = WAKE;
const PARK: Row = { to: 'parking', effects: ['dropSetpoints', 'selectPark'] };
const FREEZE: Row = { to: 'freezing', effects: ['dropSetpoints', 'selectNone'] };
const TAKE_OVER: Row = { to: 'armed', effects: ['dropSetpoints', 'selectNone'] };
const LET_GO: Row = {
	to: 'disarmed',
	torque: 'off',
	effects: ['dropSetpoints', 'selectNone', 'torqueOff', 'resetGate', 'maySleep']
};

/** What is not in the table does not happen: the event is ignored in that phase. */
export const ARMING_TABLE: Readonly<Record<ArmingPhase, Readonly<Partial<Record<ArmingEventKind, Row>>>>> = {
	disarmed: {
		arm: { to: 'arming', effects: ['dropSetpoints', 'resetGate', 'energise'] },
		letGo: LET_GO,
		stop: STOP,
		wake: WAKE,
		lost: LOST,
		found: { to: 'disarmed' },
		limp: { to: 'disarmed' }
	},
	arming: {
		armed: { to: 'armed', torque: 'on', effects: ['keepAwake'] },
		armFailed: { to: 'disarmed', effects: ['undoTorque', 'resetGate'] },
		release: { to: 'disarmed', effects: ['undoTorque', 'resetGate'] },
		wake: { to: 'disarmed', effects: ['undoTorque', ...(WAKE.effects ?? [])] },
		stop: { ...STOP, torque: 'unknown' },
		lost: LOST
	},
	armed: {
		hold: { to: 'holding' },
		park: PARK,
		release: FREEZE,
		stop: STOP,
		wake: WAKE,
		lost: LOST,
		limp: LIMP
	},
	holding: {
		hold: { to: 'holding' },
		clear: { to: 'holding' },
		resume: { to: 'holding' },
		park: PARK,
		release: FREEZE,
		letGo: LET_GO,
		stop: STOP,
		wake: WAKE,
		lost: LOST,
		limp: LIMP
	},
	parking: {
		atRest: { to: 'holding', effects: ['selectNone'] },
		resume: TAKE_OVER,
		release: FREEZE,
		letGo: LET_GO,
		stop: STOP,
		wake: WAKE,
		lost: LOST,
		limp: LIMP
	},
	freezing: {
		frozen: { to: 'resting', effects: ['selectPark'] },
		resume: TAKE_OVER,
		letGo: LET_GO,
		stop: STOP,
		wake: WAKE,
		lost: LOST,
		limp: LIMP
	},
	resting: {
		atRest: LET_GO,
		resume: TAKE_OVER,
		letGo: LET_GO,
		stop: STOP,
		wake: WAKE,
		lost: LOST,
		limp: LIMP
	},
	stopped: {
		stop: STOP,
		clearStop: { to: 'disarmed', effects: ['openLatch', 'resetGate'] },
		letGo: { ...LET_GO, effects: [...(LET_GO.effects ?? []), 'openLatch'] },
		lost: { to: 'stopped', torque: 'unknown' },
		found: { to: 'stopped' },
		limp: { to: 'stopped' }
	}
};

export const INITIAL_ARMING: ArmingState = {
	phase: 'disarmed',
	reasons: [],
	torque: 'unknown',
	driven: false
};

function without(
	reasons: readonly HoldReason[],
	gone: (reason: HoldReason) => boolean
): readonly HoldReason[] {
	return reasons.filter((reason) => !gone(reason));
}

/** Reasons after the event, for the two phases that have any. */
function nextReasons(state: ArmingState, event: ArmingEvent): readonly HoldReason[] {
	switch (event.kind) {
		case 'hold':
		case 'park':
			return [...without(state.reasons, (reason) => reason === event.reason), event.reason];
		case 'clear':
			return without(state.reasons, (reason) => reason === event.reason && SELF_CLEARING.has(reason));
		case 'resume':
			return without(state.reasons, (reason) => !SELF_CLEARING.has(reason));
		case 'atRest':
			// Why it parked is history; from here a person goes on. What still lasts is told again (arm-watch).
			return ['parked'];
		case 'arm':
		case 'release':
		case 'letGo':
		case 'stop':
		case 'clearStop':
		case 'armed':
		case 'armFailed':
		case 'frozen':
		case 'wake':
		case 'lost':
		case 'found':
		case 'limp':
			return state.reasons;
		default:
			return assertNever(event);
	}
}

/** Next state and effects; null when the event means nothing in this phase. */
export function arm(state: ArmingState, event: ArmingEvent): ArmingStep | null {
	const row = ARMING_TABLE[state.phase][event.kind];
	if (!row) return null;
	const torque = 'torque' in event ? event.torque : (row.torque ?? state.torque);
	// An arm that was stiff before a failed arming, or may have been, stays so: it would fall.
	const effects = (row.effects ?? []).filter((effect) => effect !== 'undoTorque' || state.torque === 'off');
	if (row.to !== 'holding' && row.to !== 'parking')
		return {
			state: { phase: row.to, reasons: [], torque, driven: drivenAfter(state, event, row.to) },
			effects
		};
	const reasons = nextReasons(state, event);
	// The last reason is gone: on it goes, by the slow way of the gate's handover.
	const phase = reasons.length === 0 ? 'armed' : row.to;
	return { state: { phase, reasons, torque, driven: true }, effects };
}

function drivenAfter(state: ArmingState, { kind }: ArmingEvent, to: ArmingPhase): boolean {
	// Who was driven is held by goals until the stop is opened; servos that were left alone stay alone.
	if (to === 'stopped') return state.driven && kind !== 'lost' && kind !== 'limp';
	return to !== 'disarmed' && to !== 'arming';
}

/** True while the gate may send goals. */
export function mayMove(state: ArmingState): boolean {
	return state.driven;
}
