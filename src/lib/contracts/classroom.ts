// What a seat tells its class, and what a class looks like to its teacher: shared by the lab, the server and the pages.
// Names of rows and functions behind it stand in supabase/migrations; here they are in the words of TypeScript. A seat is a
// pupil without a name: an animal and a colour.

/** Everything the lab tells the class. Counts are made of these, never told. */
export const LAB_EVENT_KINDS = [
	/** A lab with an arm is there. */
	'connected',
	'disconnected',
	/** An episode is whole and on this computer's disk. */
	'episode_sealed',
	'episode_deleted',
	'exercise_succeeded',
	/** A model stopped driving. */
	'run_ended',
	'servo_fault',
	'hand_raised',
	'hand_lowered'
] as const;
export type LabEventKind = (typeof LAB_EVENT_KINDS)[number];

/** Named facts of an event: counts, durations (unit in the name), codes. Never words a pupil typed, never pictures. */
export type LabEventFacts = Readonly<Record<string, string | number | boolean>>;

/** One row of the outbox. (deviceId, seq) names it for ever: sent twice it counts once. */
export interface LabEvent {
	readonly id: string;
	readonly deviceId: string;
	/** From 1, without gaps, per device. */
	readonly seq: number;
	readonly kind: LabEventKind;
	/** By the device's own clock, which may be wrong. */
	readonly happenedAt: string;
	readonly payload: LabEventFacts;
}

/** What this browser knows of the seat it sits on. No token: the cookie has that, and scripts cannot read it. */
export interface SeatTicket {
	readonly seatId: string;
	readonly classroomId: string;
	readonly className: string;
	readonly animal: string;
	readonly color: string;
}

/** What a lab says of itself while it is open; lives in the server's memory for half a minute. */
export const PRESENCE_STATES = [
	'looking',
	'connected',
	'driving',
	'recording',
	'model_drives',
	'stopped'
] as const;
export type PresenceState = (typeof PRESENCE_STATES)[number];

export interface SeatPresence {
	readonly state: PresenceState;
	/** How long the lab has been open without a break, in milliseconds. */
	readonly openForMs: number;
}

export type ClassroomState = 'open' | 'paused' | 'archived';
export type SeatState = 'free' | 'waiting' | 'claimed' | 'removed';

export interface BoardSeat {
	readonly id: string;
	readonly animal: string;
	readonly color: string;
	readonly nickname: string | null;
	readonly state: SeatState;
	readonly episodes: number;
	readonly successes: number;
	readonly runs: number;
	readonly faults: number;
	/** Milliseconds since; null: not raised. */
	readonly handRaisedForMs: number | null;
	/** Milliseconds since the last event; null: none yet. */
	readonly lastEventAgoMs: number | null;
	/** null: no lab of this seat is open. */
	readonly presence: SeatPresence | null;
}

export interface ClassBoard {
	readonly classroom: {
		readonly id: string;
		readonly name: string;
		readonly state: ClassroomState;
		/** Milliseconds until the arms are free again; 0: nothing is held. */
		readonly holdForMs: number;
	};
	readonly seats: readonly BoardSeat[];
}

/** A lab is open this long and nothing came of it: somebody should look. */
export const STUCK_AFTER_MS = 5 * 60_000;

/**
 * The one rule of who is stuck: the lab has been open for five minutes, and in the last five minutes nothing was reached
 * (no arm connected, no episode, no success, no model run). A raised hand is not part of it: that is shown by itself.
 */
export function isStuck({ state, presence, lastEventAgoMs }: BoardSeat): boolean {
	if (state !== 'claimed' || presence === null || presence.openForMs < STUCK_AFTER_MS) return false;
	return lastEventAgoMs === null || lastEventAgoMs >= STUCK_AFTER_MS;
}

/** The longest a teacher's hold lasts without being asked for again; a lab ends it by itself then. */
export const LONGEST_HOLD_MS = 10 * 60_000;

/** Why the school said no; each has words of its own (ui/classroom/school-words.ts). */
export const SCHOOL_PROBLEMS = [
	/** This server has no school part, or its database does not answer. The lab works on. */
	'unreachable',
	/** Not signed in, or not allowed here: another school's, another class's, no longer a member. */
	'not_allowed',
	/** What was typed does not fit. */
	'invalid',
	'wrong_login',
	'email_taken',
	'weak_password',
	'confirm_email',
	/** Mistyped, run out, or replaced by a newer one: the database does not say which, so that guessing tells nothing. */
	'code_unknown',
	'seat_taken',
	/** This browser sits on another seat of the class already. */
	'already_seated',
	'class_closed',
	/** The school's plan has no more seats. */
	'seat_limit',
	'too_many_tries'
] as const;
export type SchoolProblem = (typeof SCHOOL_PROBLEMS)[number];
