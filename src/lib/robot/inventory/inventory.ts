// The arms that were seen on this computer, as a pure reducer: what happened goes in, the next inventory comes out. Bounded
// in every direction. Knows no storage, no clock and no screen; times come with the events.

import { assertNever } from '$lib/core';
import type { ArmFingerprint, ArmRole, ConnectCause } from '$lib/contracts';
import {
	ARM_RECORD_VERSION,
	KEPT,
	cleanName,
	type ArmFault,
	type ArmRecord,
	type HealthSession
} from './arm-record';

export type Inventory = ReadonlyMap<ArmFingerprint, ArmRecord>;
export const EMPTY_INVENTORY: Inventory = new Map();

export type InventoryEvent =
	/** An arm answered; `cause` says why it could not be used, null when it could. */
	| {
			readonly kind: 'seen';
			readonly fingerprint: ArmFingerprint;
			readonly atEpochMs: number;
			readonly cause: ConnectCause | null;
			readonly joints: readonly string[];
	  }
	| { readonly kind: 'named'; readonly fingerprint: ArmFingerprint; readonly name: string }
	/** A person settled what the arm is, by moving it or by saying so; null: to be settled again, with whichever partner. */
	| { readonly kind: 'role'; readonly fingerprint: ArmFingerprint; readonly role: ArmRole | null }
	/** A person confirmed the pair; settles both roles. */
	| { readonly kind: 'paired'; readonly leader: ArmFingerprint; readonly follower: ArmFingerprint }
	| { readonly kind: 'fault'; readonly fingerprint: ArmFingerprint; readonly fault: ArmFault }
	/** A session began or went on: an entry of the same start is replaced. */
	| { readonly kind: 'session'; readonly fingerprint: ArmFingerprint; readonly session: HealthSession }
	/** The arm was calibrated again: its memory goes with it. */
	| { readonly kind: 'recalibrated'; readonly from: ArmFingerprint; readonly to: ArmFingerprint }
	| { readonly kind: 'forgotten'; readonly fingerprint: ArmFingerprint }
	/** Records from a file: joined with what is known, see `mergeRecords`. */
	| { readonly kind: 'imported'; readonly records: readonly ArmRecord[] };

/** Arms that were never calibrated have no fingerprint, and nothing is remembered of them. */
export function inventory(state: Inventory, event: InventoryEvent): Inventory {
	switch (event.kind) {
		case 'seen':
			return seen(state, event);
		case 'named':
			return change(state, event.fingerprint, (arm) => ({ ...arm, name: cleanName(event.name) }));
		case 'role':
			return role(state, event.fingerprint, event.role);
		case 'paired':
			return paired(state, event.leader, event.follower);
		case 'fault':
			return change(state, event.fingerprint, (arm) => ({
				...arm,
				faults: [...arm.faults, event.fault].slice(-KEPT.faults)
			}));
		case 'session':
			return change(state, event.fingerprint, (arm) => withSession(arm, event.session));
		case 'recalibrated':
			return recalibrated(state, event.from, event.to);
		case 'forgotten':
			return forgotten(state, event.fingerprint);
		case 'imported':
			return event.records.reduce(imported, state);
		default:
			return assertNever(event);
	}
}

function change(
	state: Inventory,
	fingerprint: ArmFingerprint,
	edit: (arm: ArmRecord) => ArmRecord
): Inventory {
	const arm = state.get(fingerprint);
	return arm === undefined ? state : new Map(state).set(fingerprint, edit(arm));
}

function seen(state: Inventory, event: Extract<InventoryEvent, { kind: 'seen' }>): Inventory {
	const { fingerprint, atEpochMs, cause, joints } = event;
	if (fingerprint === '') return state;
	const lastCheck = { atEpochMs, cause, joints };
	const known = state.get(fingerprint) ?? blank(state, fingerprint, atEpochMs);
	const faults =
		cause === null ? known.faults : [...known.faults, { atEpochMs, cause, joints }].slice(-KEPT.faults);
	// A computer whose clock was set back must not make an arm look older than it is.
	const lastSeenEpochMs = Math.max(known.lastSeenEpochMs, atEpochMs);
	return new Map(state).set(fingerprint, { ...known, lastSeenEpochMs, lastCheck, faults });
}

function blank(state: Inventory, fingerprint: ArmFingerprint, atEpochMs: number): ArmRecord {
	return {
		schemaVersion: ARM_RECORD_VERSION,
		fingerprint,
		number: freeNumber(state),
		name: '',
		role: null,
		firstSeenEpochMs: atEpochMs,
		lastSeenEpochMs: atEpochMs,
		lastCheck: null,
		faults: [],
		armedMs: 0,
		partners: [],
		sessions: []
	};
}

function freeNumber(state: Inventory): number {
	const taken = new Set([...state.values()].map((arm) => arm.number));
	let number = 1;
	while (taken.has(number)) number += 1;
	return number;
}

/** A pair whose roles are open again is no pair: it would pass for known, whichever of the two came first. */
function role(state: Inventory, fingerprint: ArmFingerprint, next: ArmRole | null): Inventory {
	const settled = change(state, fingerprint, (arm) => ({ ...arm, role: next }));
	if (next !== null || settled === state) return settled;
	return new Map(
		[...settled].map(([key, arm]): [ArmFingerprint, ArmRecord] => [
			key,
			{ ...arm, partners: key === fingerprint ? [] : arm.partners.filter((one) => one !== fingerprint) }
		])
	);
}

function paired(state: Inventory, leader: ArmFingerprint, follower: ArmFingerprint): Inventory {
	// Two arms with one fingerprint cannot be told apart: nothing about them is worth remembering.
	if (leader === follower) return state;
	const join =
		(role: ArmRole, partner: ArmFingerprint) =>
		(arm: ArmRecord): ArmRecord => ({ ...arm, role, partners: newestLast(arm.partners, partner) });
	return change(change(state, leader, join('leader', follower)), follower, join('follower', leader));
}

function newestLast(partners: readonly ArmFingerprint[], partner: ArmFingerprint): readonly ArmFingerprint[] {
	return [...partners.filter((other) => other !== partner), partner].slice(-KEPT.partners);
}

function withSession(arm: ArmRecord, session: HealthSession): ArmRecord {
	const before = arm.sessions.find((other) => other.startedAtEpochMs === session.startedAtEpochMs);
	const others = arm.sessions.filter((other) => other !== before);
	return {
		...arm,
		armedMs: arm.armedMs + Math.max(0, session.armedMs - (before?.armedMs ?? 0)),
		sessions: inOrder([...others, session])
	};
}

function inOrder(sessions: readonly HealthSession[]): readonly HealthSession[] {
	return [...sessions].sort((a, b) => a.startedAtEpochMs - b.startedAtEpochMs).slice(-KEPT.sessions);
}

function recalibrated(state: Inventory, from: ArmFingerprint, to: ArmFingerprint): Inventory {
	const arm = state.get(from);
	if (arm === undefined || to === '' || from === to) return state;
	const next = new Map<ArmFingerprint, ArmRecord>();
	for (const [fingerprint, other] of state)
		if (fingerprint !== from && fingerprint !== to)
			next.set(fingerprint, {
				...other,
				partners: other.partners.map((partner) => (partner === from ? to : partner))
			});
	const target = state.get(to);
	const moved: ArmRecord = { ...arm, fingerprint: to };
	return next.set(to, target === undefined ? moved : { ...mergeRecords(moved, target), number: arm.number });
}

function forgotten(state: Inventory, fingerprint: ArmFingerprint): Inventory {
	if (!state.has(fingerprint)) return state;
	const next = new Map<ArmFingerprint, ArmRecord>();
	for (const [key, arm] of state)
		if (key !== fingerprint)
			next.set(key, { ...arm, partners: arm.partners.filter((partner) => partner !== fingerprint) });
	return next;
}

function imported(state: Inventory, record: ArmRecord): Inventory {
	const known = state.get(record.fingerprint);
	const taken = [...state.values()].some((arm) => arm.number === record.number);
	const fresh = taken ? { ...record, number: freeNumber(state) } : record;
	return new Map(state).set(
		record.fingerprint,
		known === undefined ? fresh : { ...mergeRecords(known, record), number: known.number }
	);
}

/**
 * Two memories of the same arm as one. The one that saw it last has the say on role, check and partners, a name beats none,
 * faults and sessions are joined, armed time is the larger one. Merging twice, or the other way round, gives the same.
 */
export function mergeRecords(a: ArmRecord, b: ArmRecord): ArmRecord {
	const [older, newer] = later(a, b) ? [b, a] : [a, b];
	return {
		...newer,
		number: Math.min(a.number, b.number),
		name: newer.name === '' ? older.name : newer.name,
		role: newer.role ?? older.role,
		firstSeenEpochMs: Math.min(a.firstSeenEpochMs, b.firstSeenEpochMs),
		lastCheck: newer.lastCheck ?? older.lastCheck,
		armedMs: Math.max(a.armedMs, b.armedMs),
		partners: newer.partners.reduce(newestLast, older.partners),
		faults: joinFaults(older.faults, newer.faults),
		sessions: joinSessions(older.sessions, newer.sessions)
	};
}

/** A strict order of records, so that merging does not depend on which comes first. */
function later(a: ArmRecord, b: ArmRecord): boolean {
	if (a.lastSeenEpochMs !== b.lastSeenEpochMs) return a.lastSeenEpochMs > b.lastSeenEpochMs;
	return JSON.stringify(a) > JSON.stringify(b);
}

function joinFaults(a: readonly ArmFault[], b: readonly ArmFault[]): readonly ArmFault[] {
	const keyed = new Map([...a, ...b].map((fault) => [`${fault.atEpochMs} ${JSON.stringify(fault)}`, fault]));
	return [...keyed.values()]
		.sort((x, y) => x.atEpochMs - y.atEpochMs || (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1))
		.slice(-KEPT.faults);
}

/** Of two entries of one session the longer one is the later one. */
function joinSessions(a: readonly HealthSession[], b: readonly HealthSession[]): readonly HealthSession[] {
	const byStart = new Map<number, HealthSession>();
	for (const session of [...a, ...b]) {
		const other = byStart.get(session.startedAtEpochMs);
		if (other === undefined || longer(session, other)) byStart.set(session.startedAtEpochMs, session);
	}
	return inOrder([...byStart.values()]);
}

function longer(a: HealthSession, b: HealthSession): boolean {
	return a.contactMs === b.contactMs ? JSON.stringify(a) > JSON.stringify(b) : a.contactMs > b.contactMs;
}
