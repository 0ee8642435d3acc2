// What this process knows of classes while it runs: who is there, who watches, which seat a pupil sits on. One of each per
// process.

import { ok, type Result } from '$lib/core';
import type { ClassBoard, SchoolProblem } from '$lib/contracts';
import { ClassNews } from './class-news';
import { PresenceBook } from './presence';
import { classBoard, mySeat, type MySeat } from './school';
import type { SchoolClient } from './supabase';

export const presence = new PresenceBook();
export const news = new ClassNews();

/** A seat that was taken away works for as long as this at most. */
const SEAT_KNOWN_MS = 15_000;
const MOST_KNOWN = 5000;
const knownSeats = new Map<string, { readonly seat: MySeat; readonly untilMs: number }>();

/** The seat of a pupil, asked of the database at most every quarter minute; presence comes far more often. */
export async function seatOf(
	client: SchoolClient,
	userId: string,
	seatId: string
): Promise<Result<MySeat | null, SchoolProblem>> {
	const key = `${userId} ${seatId}`;
	const known = knownSeats.get(key);
	if (known !== undefined && known.untilMs > performance.now()) return ok(known.seat);
	knownSeats.delete(key);
	const answer = await mySeat(client, userId, seatId);
	if (answer.ok && answer.value?.state === 'claimed') {
		knownSeats.set(key, { seat: answer.value, untilMs: performance.now() + SEAT_KNOWN_MS });
		const oldest = knownSeats.keys().next();
		if (knownSeats.size > MOST_KNOWN && !oldest.done) knownSeats.delete(oldest.value);
	}
	return answer;
}

/** The board with who is there now. */
export async function boardNow(
	client: SchoolClient,
	classroomId: string
): Promise<Result<ClassBoard, SchoolProblem>> {
	const answer = await classBoard(client, classroomId);
	if (!answer.ok) return answer;
	const { classroom, seats } = answer.value;
	return ok({ classroom, seats: seats.map((seat) => ({ ...seat, presence: presence.of(seat.id) })) });
}
