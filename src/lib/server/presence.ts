// Who is there now: what each open lab said of itself in the last half minute. In this process's memory and nowhere else; a
// restart forgets it and the labs say it again. Knows seats by id, no person.

import type { PresenceState, SeatPresence } from '$lib/contracts';

/** A lab that was not heard for this long is closed. Labs speak on every change and every 10 s. */
const SILENT_MS = 30_000;
/** More seats than any class board asks for; beyond it the longest silent ones go. */
const MOST_SEATS = 20_000;

interface Seen {
	readonly classroomId: string;
	readonly state: PresenceState;
	readonly sinceMs: number;
	readonly heardMs: number;
}

export class PresenceBook {
	readonly #seats = new Map<string, Seen>();
	readonly #nowMs: () => number;

	constructor(nowMs: () => number = () => performance.now()) {
		this.#nowMs = nowMs;
	}

	/** True when the class sees something new by it. */
	heard(classroomId: string, seatId: string, state: PresenceState): boolean {
		const nowMs = this.#nowMs();
		const before = this.#live(seatId, nowMs);
		this.#seats.delete(seatId); // newest last
		this.#seats.set(seatId, { classroomId, state, sinceMs: before?.sinceMs ?? nowMs, heardMs: nowMs });
		const oldest = this.#seats.keys().next();
		if (this.#seats.size > MOST_SEATS && !oldest.done) this.#seats.delete(oldest.value);
		return before?.state !== state;
	}

	/** The lab was closed, or the seat is not theirs any more. */
	gone(seatId: string): void {
		this.#seats.delete(seatId);
	}

	of(seatId: string): SeatPresence | null {
		const nowMs = this.#nowMs();
		const seen = this.#live(seatId, nowMs);
		return seen === null ? null : { state: seen.state, openForMs: Math.round(nowMs - seen.sinceMs) };
	}

	#live(seatId: string, nowMs: number): Seen | null {
		const seen = this.#seats.get(seatId);
		if (seen === undefined) return null;
		if (nowMs - seen.heardMs < SILENT_MS) return seen;
		this.#seats.delete(seatId);
		return null;
	}
}
