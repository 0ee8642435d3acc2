// What a person can ask of the school, as calls: each is one function or one query of the database under that person's own
// token, its answer checked and put into the app's words. Knows no cookie and no page. The database decides who may; a
// refusal is a value here.
// [Note: ages, not times] The board is told in milliseconds since, by the database's clock: pupils' and teachers' clocks may
// be a day wrong.

import { z } from 'zod';
import { err, ok, type Result } from '$lib/core';
import type { BoardSeat, ClassBoard, LabEvent, SchoolProblem } from '$lib/contracts';
import type { SchoolClient } from './supabase';

type Answer<T> = Promise<Result<T, SchoolProblem>>;

/** Refusals the database's functions answer with (`{"error": …}`) or raise, by their word. */
const REFUSALS: Readonly<Record<string, SchoolProblem>> = {
	too_many_tries: 'too_many_tries',
	busy: 'too_many_tries',
	code_unknown: 'code_unknown',
	code_expired: 'code_unknown',
	class_paused: 'class_closed',
	seat_taken: 'seat_taken',
	already_seated: 'already_seated',
	no_seat: 'not_allowed',
	not_allowed: 'not_allowed',
	bad_batch: 'invalid',
	seat_limit_reached: 'seat_limit'
};

interface DatabaseError {
	readonly code?: string;
	readonly message: string;
}

/** SQLSTATEs of a person's mistake: checks, bad values, what a function raises on purpose. */
const MISTAKES = /^(22|23|P0)/;

export function problemOf({ code = '', message }: DatabaseError): SchoolProblem {
	const known = REFUSALS[message];
	if (known !== undefined) return known;
	if (code === '42501' || code === 'PGRST301' || code === 'PGRST303') return 'not_allowed';
	return MISTAKES.test(code) ? 'invalid' : 'unreachable';
}

const refusal = z.object({ error: z.string() });

async function call<T>(
	client: SchoolClient,
	name: string,
	args: Readonly<Record<string, unknown>>,
	shape: z.ZodType<T>
): Answer<T> {
	const answer = await client.rpc(name, args);
	if (answer.error !== null) return err(problemOf(answer.error));
	const data: unknown = answer.data;
	const refused = refusal.safeParse(data);
	if (refused.success) return err(REFUSALS[refused.data.error] ?? 'invalid');
	const parsed = shape.safeParse(data);
	return parsed.success ? ok(parsed.data) : err('unreachable');
}

const uuid = z.uuid();
const nothing = z.unknown().transform(() => null);

export interface ClassroomRow {
	readonly id: string;
	readonly school_id: string;
	readonly name: string;
	readonly state: 'open' | 'paused' | 'archived';
	readonly admit: 'auto' | 'ask';
}
const classroomRow = z.object({
	id: uuid,
	school_id: uuid,
	name: z.string(),
	state: z.enum(['open', 'paused', 'archived']),
	admit: z.enum(['auto', 'ask'])
});

export interface JoinCode {
	readonly code: string;
	readonly expiresAt: string;
}
const codeRow = z.object({ code: z.string(), expires_at: z.string() });

/** The schools this teacher belongs to. */
export async function mySchools(client: SchoolClient): Answer<{ id: string; name: string }[]> {
	const { data, error } = await client.from('schools').select('id,name').order('created_at').limit(50);
	if (error !== null) return err(problemOf(error));
	return ok(z.array(z.object({ id: uuid, name: z.string() })).parse(data));
}

export async function myClassrooms(client: SchoolClient): Answer<ClassroomRow[]> {
	const { data, error } = await client
		.from('classrooms')
		.select('id,school_id,name,state,admit')
		.neq('state', 'archived')
		.order('created_at', { ascending: false })
		.limit(200);
	if (error !== null) return err(problemOf(error));
	return ok(z.array(classroomRow).parse(data));
}

export async function classroom(client: SchoolClient, classroomId: string): Answer<ClassroomRow> {
	const { data, error } = await client
		.from('classrooms')
		.select('id,school_id,name,state,admit')
		.eq('id', classroomId)
		.maybeSingle();
	if (error !== null) return err(problemOf(error));
	return data === null ? err('not_allowed') : ok(classroomRow.parse(data));
}

/** The code that opens the class now; null: none, or all have run out. */
export async function currentCode(client: SchoolClient, classroomId: string): Answer<JoinCode | null> {
	const { data, error } = await client
		.from('join_codes')
		.select('code,expires_at')
		.eq('classroom_id', classroomId)
		.is('revoked_at', null)
		.gt('expires_at', new Date().toISOString())
		.order('created_at', { ascending: false })
		.limit(1);
	if (error !== null) return err(problemOf(error));
	const row = z.array(codeRow).parse(data)[0];
	return ok(row === undefined ? null : { code: row.code, expiresAt: row.expires_at });
}

export const createSchool = (client: SchoolClient, name: string): Answer<string> =>
	call(client, 'create_school', { p_name: name }, uuid);

export const createClassroom = (
	client: SchoolClient,
	schoolId: string,
	name: string,
	seats: number
): Answer<string> =>
	call(client, 'create_classroom', { p_school_id: schoolId, p_name: name, p_seats: seats }, uuid);

export const setClassroomState = (client: SchoolClient, id: string, state: 'open' | 'paused'): Answer<null> =>
	call(client, 'set_classroom_state', { p_classroom_id: id, p_state: state }, nothing);

export async function issueJoinCode(client: SchoolClient, id: string, minutes: number): Answer<JoinCode> {
	const shape = z.union([codeRow, z.array(codeRow).length(1)]);
	const answer = await call(client, 'issue_join_code', { p_classroom_id: id, p_minutes: minutes }, shape);
	if (!answer.ok) return answer;
	const row = Array.isArray(answer.value) ? answer.value[0] : answer.value;
	return row === undefined ? err('unreachable') : ok({ code: row.code, expiresAt: row.expires_at });
}

export async function setAdmit(client: SchoolClient, id: string, admit: 'auto' | 'ask'): Answer<null> {
	const { data, error } = await client.from('classrooms').update({ admit }).eq('id', id).select('id');
	if (error !== null) return err(problemOf(error));
	return data.length === 1 ? ok(null) : err('not_allowed');
}

export const admitSeat = (client: SchoolClient, seatId: string, yes: boolean): Answer<null> =>
	call(client, 'admit_seat', { p_seat_id: seatId, p_yes: yes }, nothing);

export const resetSeat = (client: SchoolClient, seatId: string): Answer<null> =>
	call(client, 'reset_seat', { p_seat_id: seatId }, nothing);

/** @param seconds 0 lets go at once */
export const holdClass = (client: SchoolClient, id: string, seconds: number): Answer<null> =>
	call(client, 'hold_class', { p_classroom_id: id, p_seconds: seconds }, nothing);

const lookedUp = z.object({
	classroom_id: uuid,
	name: z.string(),
	state: z.enum(['open', 'paused', 'archived']),
	admit: z.enum(['auto', 'ask']),
	seats: z.array(
		z.object({
			id: uuid,
			animal: z.string(),
			color: z.string(),
			state: z.enum(['free', 'waiting', 'claimed', 'removed'])
		})
	)
});
export type LookedUpClass = z.infer<typeof lookedUp>;

export const lookUpClass = (client: SchoolClient, code: string): Answer<LookedUpClass> =>
	call(client, 'look_up_class', { p_code: code }, lookedUp);

const claimed = z.object({
	seat_id: uuid,
	classroom_id: uuid,
	school_id: uuid,
	state: z.enum(['waiting', 'claimed'])
});

export const claimSeat = (
	client: SchoolClient,
	code: string,
	seatId: string
): Answer<z.infer<typeof claimed>> =>
	call(client, 'claim_seat', { p_code: code, p_seat_id: seatId, p_nickname: null }, claimed);

export const leaveSeat = (client: SchoolClient, seatId: string): Answer<null> =>
	call(client, 'leave_seat', { p_seat_id: seatId }, nothing);

const mySeatRow = z.object({
	id: uuid,
	classroom_id: uuid,
	animal: z.string(),
	color: z.string(),
	state: z.enum(['free', 'waiting', 'claimed', 'removed']),
	classrooms: z.object({ name: z.string(), hold_until: z.string().nullable() }).nullable()
});
export type MySeat = z.infer<typeof mySeatRow>;

/** A seat of the pupil who asks; row level security shows no other. null: it is not (or no longer) theirs. */
export async function mySeat(client: SchoolClient, userId: string, seatId: string): Answer<MySeat | null> {
	const { data, error } = await client
		.from('seats')
		.select('id,classroom_id,animal,color,state,classrooms(name,hold_until)')
		.eq('id', seatId)
		.eq('user_id', userId)
		.maybeSingle();
	if (error !== null) return err(problemOf(error));
	return ok(data === null ? null : mySeatRow.parse(data));
}

export interface KnownSeat {
	readonly id: string;
	readonly classroomId: string;
	readonly className: string;
	readonly animal: string;
	readonly color: string;
	readonly state: MySeat['state'];
}

/** All seats of this browser's pupil, in whatever class. The class is named once the seat is theirs. */
export async function mySeats(client: SchoolClient, userId: string): Answer<KnownSeat[]> {
	const { data, error } = await client
		.from('seats')
		.select('id,classroom_id,animal,color,state,classrooms(name,hold_until)')
		.eq('user_id', userId)
		.order('claimed_at', { ascending: false })
		.limit(20);
	if (error !== null) return err(problemOf(error));
	return ok(
		z
			.array(mySeatRow)
			.parse(data)
			.map(({ id, classroom_id: classroomId, animal, color, state, classrooms }) => ({
				id,
				classroomId,
				className: classrooms?.name ?? '',
				animal,
				color,
				state
			}))
	);
}

export const recordLabEvents = (
	client: SchoolClient,
	seatId: string,
	events: readonly LabEvent[]
): Answer<{ accepted: number; last_seq: number }> =>
	call(
		client,
		'record_lab_events',
		{
			p_seat_id: seatId,
			p_events: events.map(({ id, deviceId, seq, kind, happenedAt, payload }) => ({
				id,
				device_id: deviceId,
				seq,
				kind,
				happened_at: happenedAt,
				payload
			}))
		},
		z.object({ accepted: z.number(), last_seq: z.number() })
	);

const count = z
	.number()
	.nullable()
	.transform((value) => value ?? 0);
const boardShape = z.object({
	classroom: z.object({
		id: uuid,
		name: z.string(),
		state: z.enum(['open', 'paused', 'archived']),
		hold_until: z.string().nullish(),
		now: z.string().optional()
	}),
	seats: z.array(
		z.object({
			id: uuid,
			animal: z.string(),
			color: z.string(),
			nickname: z.string().nullish(),
			state: z.enum(['free', 'waiting', 'claimed', 'removed']),
			episodes: count,
			successes: count,
			runs: count,
			faults: count,
			hand_raised_at: z.string().nullish(),
			last_event_at: z.string().nullish()
		})
	)
});

const agoMs = (at: string | null | undefined, nowMs: number): number | null =>
	at === null || at === undefined ? null : Math.max(0, nowMs - Date.parse(at));

/** The class as the database knows it; who is there now is added by the caller. */
export async function classBoard(client: SchoolClient, classroomId: string): Answer<ClassBoard> {
	const answer = await call(client, 'class_board', { p_classroom_id: classroomId }, boardShape);
	if (!answer.ok) return answer;
	const { classroom: room, seats } = answer.value;
	const nowMs = room.now === undefined ? Date.now() : Date.parse(room.now);
	return ok({
		classroom: {
			id: room.id,
			name: room.name,
			state: room.state,
			holdForMs: holdForMs(room.hold_until, nowMs)
		},
		seats: seats.map((seat): BoardSeat => ({
			id: seat.id,
			animal: seat.animal,
			color: seat.color,
			nickname: seat.nickname ?? null,
			state: seat.state,
			episodes: seat.episodes,
			successes: seat.successes,
			runs: seat.runs,
			faults: seat.faults,
			handRaisedForMs: agoMs(seat.hand_raised_at, nowMs),
			lastEventAgoMs: agoMs(seat.last_event_at, nowMs),
			presence: null
		}))
	});
}

export function holdForMs(holdUntil: string | null | undefined, nowMs = Date.now()): number {
	return holdUntil === null || holdUntil === undefined ? 0 : Math.max(0, Date.parse(holdUntil) - nowMs);
}
