// Which seat this browser sits on, for pages that must know it without a server: ids and the look of the seat, no secret.
// Checked by hand, because the lab reads it before anything else is there.

import type { SeatTicket } from '$lib/contracts';

const KEY = 'edubotics-seat';
const FIELDS = ['seatId', 'classroomId', 'className', 'animal', 'color'] as const;
/** Ids become names of databases. */
const ID = /^[0-9a-f-]{36}$/i;

/** What of `localStorage` this needs. */
type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** null: nobody joined a class here, or what is kept makes no sense. */
export function seatTicket(store: Store): SeatTicket | null {
	try {
		const kept = JSON.parse(store.getItem(KEY) ?? 'null') as Partial<Record<string, unknown>> | null;
		if (kept === null || !FIELDS.every((field) => typeof kept[field] === 'string')) return null;
		const ticket = kept as unknown as SeatTicket;
		return ID.test(ticket.seatId) && ID.test(ticket.classroomId) ? ticket : null;
	} catch {
		return null; // refused by the browser, or not JSON
	}
}

/** Of this browser; null also where pages may keep nothing at all. */
export function ticketHere(): SeatTicket | null {
	try {
		return seatTicket(globalThis.localStorage);
	} catch {
		return null; // asking for the storage is refused already
	}
}

export function keepTicket(store: Store, ticket: SeatTicket): void {
	store.setItem(KEY, JSON.stringify(ticket));
}

export function forgetTicket(store: Store): void {
	store.removeItem(KEY);
}
