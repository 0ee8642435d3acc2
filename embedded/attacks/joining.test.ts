// A whole class comes in at once, two reach for the same seat, a browser sends twice, somebody guesses codes. Real PostgREST,
// real concurrency; outcomes are counted, nothing is timed.
import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshStack, type FreshStack } from '../fresh-stack.mjs';
import { askerFor, type Asker } from './rest-driver.js';
import { idOf, type Person } from './world.js';

let stack: FreshStack;
let sql: Sql;
let people = 0;

beforeAll(async () => {
	stack = await freshStack();
	sql = stack.database.sql();
});
afterAll(() => stack.stop());

async function someone(isAnonymous: boolean): Promise<{ ask: Asker; id: string }> {
	people += 1;
	const id = idOf('none', '50', people);
	await sql`insert into auth.users ${sql({ id, is_anonymous: isAnonymous })}`;
	const person: Person = { name: id, userId: id, isAnonymous, members: [], teaches: [], sits: [] };
	const ask = askerFor(stack, person);
	return { id, ask: (method, path, body) => ask(method, path, body, '') };
}

type Seat = { id: string; state: string };
type Look = { error?: string; classroom_id: string; mine: string | null; seats: Seat[] };
type Claim = { error?: string; seat_id?: string; state?: string };

async function call<T>(ask: Asker, name: string, args: unknown): Promise<T> {
	const answer = await ask('POST', `rpc/${name}`, args);
	expect([name, answer.status, answer.code]).toEqual([name, answer.status, undefined]);
	return answer.body as T;
}

async function aClass(
	seats: number
): Promise<{ teacher: Asker; classroom: string; code: string; free: Seat[] }> {
	const { ask: teacher } = await someone(false);
	const school = await call<string>(teacher, 'create_school', { p_name: 'A school' });
	const classroom = await call<string>(teacher, 'create_classroom', {
		p_school_id: school,
		p_name: '7b',
		p_seats: seats
	});
	const [issued] = await call<{ code: string }[]>(teacher, 'issue_join_code', {
		p_classroom_id: classroom,
		p_minutes: 30
	});
	const code = issued?.code ?? '';
	const look = await call<Look>((await someone(true)).ask, 'look_up_class', { p_code: code });
	return { teacher, classroom, code, free: look.seats };
}

describe('sitting down', () => {
	it('35 at once, each with a seat of their own', async () => {
		const { code, free } = await aClass(35);
		expect(free).toHaveLength(35);
		const pupils = await Promise.all(free.map(() => someone(true)));
		const claims = await Promise.all(
			pupils.map(({ ask }, at) => call<Claim>(ask, 'claim_seat', { p_code: code, p_seat_id: free[at]?.id }))
		);
		expect(claims.map(({ state }) => state)).toEqual(free.map(() => 'claimed'));
	});

	it('35 at once who all see the same first free seat and take the next when it is gone', async () => {
		const { code, classroom } = await aClass(35);
		const pupils = await Promise.all(Array.from({ length: 35 }, () => someone(true)));
		const seats = await Promise.all(
			pupils.map(async ({ ask }) => {
				for (let tries = 0; tries < 40; tries += 1) {
					const { seats } = await call<Look>(ask, 'look_up_class', { p_code: code });
					const seat = seats.find(({ state }) => state === 'free');
					const claim = await call<Claim>(ask, 'claim_seat', { p_code: code, p_seat_id: seat?.id });
					if (claim.error === undefined) return claim.seat_id;
					expect(claim.error).toBe('seat_taken');
				}
				return undefined;
			})
		);
		expect(new Set(seats).size).toBe(35);
		const taken =
			await sql`select count(*)::int as n from public.seats where classroom_id = ${classroom} and state = 'claimed'`;
		expect(taken[0]?.['n']).toBe(35);
	});

	it('one seat, twenty hands: exactly one gets it', async () => {
		const { code, free } = await aClass(2);
		const pupils = await Promise.all(Array.from({ length: 20 }, () => someone(true)));
		const claims = await Promise.all(
			pupils.map(({ ask }) => call<Claim>(ask, 'claim_seat', { p_code: code, p_seat_id: free[0]?.id }))
		);
		expect(claims.filter(({ error }) => error === undefined)).toHaveLength(1);
		expect(claims.filter(({ error }) => error === 'seat_taken')).toHaveLength(19);
	});

	it('the same browser, sent ten times: one seat, the same answer each time', async () => {
		const { code, free } = await aClass(3);
		const { ask } = await someone(true);
		const claims = await Promise.all(
			Array.from({ length: 10 }, () =>
				call<Claim>(ask, 'claim_seat', { p_code: code, p_seat_id: free[1]?.id })
			)
		);
		expect(new Set(claims.map((claim) => JSON.stringify(claim))).size).toBe(1);
		expect(claims[0]).toMatchObject({ seat_id: free[1]?.id, state: 'claimed' });
	});

	it('two tabs, two seats: one of them, and the other is told which', async () => {
		const { code, free } = await aClass(3);
		const { ask, id } = await someone(true);
		const claims = await Promise.all(
			free.map(({ id: seat }) => call<Claim>(ask, 'claim_seat', { p_code: code, p_seat_id: seat }))
		);
		const got = claims.filter(({ error }) => error === undefined);
		expect(got).toHaveLength(1);
		const told = claims.filter(({ error }) => error === 'already_seated').map(({ seat_id }) => seat_id);
		expect(told).toEqual([got[0]?.seat_id, got[0]?.seat_id]);
		expect(await sql`select from public.seats where user_id = ${id}`).toHaveLength(1);
	});

	it('where the teacher is asked, nobody sits before the yes, and a no frees the seat', async () => {
		const { code, free, teacher, classroom } = await aClass(2);
		await teacher('PATCH', `classrooms?id=eq.${classroom}`, { admit: 'ask' });
		const [one, two] = await Promise.all([someone(true), someone(true)]);
		for (const [at, { ask }] of [one, two].entries())
			expect(await call<Claim>(ask, 'claim_seat', { p_code: code, p_seat_id: free[at]?.id })).toMatchObject({
				state: 'waiting'
			});
		const event = { id: idOf('none', '51', 1), device_id: idOf('none', '52', 1), seq: 1, kind: 'connected' };
		const send = { p_seat_id: free[0]?.id, p_events: [{ ...event, happened_at: '2026-11-01T10:00:00Z' }] };
		expect(await call(one.ask, 'record_lab_events', send)).toEqual({ error: 'no_seat' });
		await call(teacher, 'admit_seat', { p_seat_id: free[0]?.id, p_yes: true });
		await call(teacher, 'admit_seat', { p_seat_id: free[1]?.id, p_yes: false });
		expect(await call(one.ask, 'record_lab_events', send)).toMatchObject({ accepted: 1, last_seq: 1 });
		const { seats, mine } = await call<Look>(two.ask, 'look_up_class', { p_code: code });
		expect([mine, seats.map(({ state }) => state)]).toEqual([null, ['claimed', 'free']]);
	});

	it('a paused class takes nobody, but who sits already is let through', async () => {
		const { code, free, teacher, classroom } = await aClass(2);
		const [here, late] = await Promise.all([someone(true), someone(true)]);
		await call(here.ask, 'claim_seat', { p_code: code, p_seat_id: free[0]?.id });
		await call(teacher, 'set_classroom_state', { p_classroom_id: classroom, p_state: 'paused' });
		expect(await call<Claim>(late.ask, 'claim_seat', { p_code: code, p_seat_id: free[1]?.id })).toEqual({
			error: 'class_paused'
		});
		expect(await call<Claim>(here.ask, 'claim_seat', { p_code: code, p_seat_id: free[0]?.id })).toMatchObject(
			{ state: 'claimed' }
		);
	});

	it('who leaves leaves an empty seat behind: the next one gets the animal and none of the work', async () => {
		const { code, free } = await aClass(1);
		const [first, next] = await Promise.all([someone(true), someone(true)]);
		await call(first.ask, 'claim_seat', { p_code: code, p_seat_id: free[0]?.id });
		const event = {
			id: idOf('none', '51', 2),
			device_id: idOf('none', '52', 2),
			seq: 1,
			kind: 'episode_sealed'
		};
		await call(first.ask, 'record_lab_events', {
			p_seat_id: free[0]?.id,
			p_events: [{ ...event, happened_at: '2026-11-01T10:00:00Z' }]
		});
		await call(first.ask, 'leave_seat', { p_seat_id: free[0]?.id });
		const { seats } = await call<Look>(next.ask, 'look_up_class', { p_code: code });
		expect(seats).toHaveLength(1);
		expect(seats[0]?.id).not.toBe(free[0]?.id);
		await call(next.ask, 'claim_seat', { p_code: code, p_seat_id: seats[0]?.id });
		for (const table of ['lab_events', 'seat_progress']) {
			const { body } = await next.ask('GET', table);
			expect(body).toEqual([]);
		}
	});
});

describe('codes', () => {
	it('are typed as people type them', async () => {
		const { code, classroom } = await aClass(1);
		const { ask } = await someone(true);
		const typed = ` ${code.slice(0, 4).toLowerCase()} - ${code.slice(4).toLowerCase()} `;
		expect(await call<Look>(ask, 'look_up_class', { p_code: typed })).toMatchObject({
			classroom_id: classroom
		});
	});

	it('older ones are worth nothing once there is a new one, whoever presses twice', async () => {
		const { code, teacher, classroom } = await aClass(1);
		await Promise.all(
			Array.from({ length: 6 }, () =>
				call(teacher, 'issue_join_code', { p_classroom_id: classroom, p_minutes: 5 })
			)
		);
		expect(
			await sql`select from public.join_codes where classroom_id = ${classroom} and revoked_at is null`
		).toHaveLength(1);
		expect(await call((await someone(true)).ask, 'look_up_class', { p_code: code })).toEqual({
			error: 'code_expired'
		});
	});

	it('ten wrong ones in a row and that account has to wait, with the right one too; nobody else has', async () => {
		const { code } = await aClass(1);
		const { ask } = await someone(true);
		const answers = await Promise.all(
			Array.from({ length: 30 }, (_, at) =>
				call<Look>(ask, 'look_up_class', { p_code: `ZZZZZZ${(at % 8) + 2}2` })
			)
		);
		const counted = (word: string) => answers.filter(({ error }) => error === word).length;
		expect([counted('code_unknown'), counted('too_many_tries')]).toEqual([10, 20]);
		expect(await call<Look>(ask, 'look_up_class', { p_code: code })).toMatchObject({
			error: 'too_many_tries'
		});
		expect(
			(await call<Look>((await someone(true)).ask, 'look_up_class', { p_code: code })).seats
		).toHaveLength(1);
	});

	it('a swarm of guessers closes codes nobody uses, tells right from wrong to nobody, and locks no class out', async () => {
		const asleep = await aClass(1);
		const awake = await aClass(2);
		// Yesterday's code; and one as old whose class is just sitting down.
		await sql`update public.join_codes set created_at = now() - interval '1 day'
			where code in (${asleep.code}, ${awake.code})`;
		await call((await someone(true)).ask, 'claim_seat', { p_code: awake.code, p_seat_id: awake.free[0]?.id });

		const guessers = await Promise.all(Array.from({ length: 32 }, () => someone(true)));
		const guesses = await Promise.all(
			guessers.flatMap(({ ask }) =>
				Array.from({ length: 10 }, (_, at) =>
					call<Look>(ask, 'look_up_class', { p_code: `YYYYYY3${(at % 8) + 2}` })
				)
			)
		);
		expect(guesses.every(({ error }) => error === 'code_unknown' || error === 'busy')).toBe(true);

		const pupil = (await someone(true)).ask;
		const right = await call<Look>(pupil, 'look_up_class', { p_code: asleep.code });
		const wrong = await call<Look>(pupil, 'look_up_class', { p_code: 'XXXXXX22' });
		expect(right).toEqual({ error: 'busy', retry_after_seconds: 60 });
		expect(wrong).toEqual(right);
		expect((await call<Look>(pupil, 'look_up_class', { p_code: awake.code })).seats).toHaveLength(2);
		// The teacher of the sleeping class makes a new code, and it opens at once.
		const [fresh] = await call<{ code: string }[]>(asleep.teacher, 'issue_join_code', {
			p_classroom_id: asleep.classroom,
			p_minutes: 30
		});
		expect((await call<Look>(pupil, 'look_up_class', { p_code: fresh?.code })).seats).toHaveLength(1);
	});

	it('use all thirty letters, evenly', async () => {
		const rows = await sql<{ letter: string; n: number }[]>`
			select letter, count(*)::int as n 
			from (select private.new_code() as code from generate_series(1, 1500)) c,
				lateral unnest(string_to_array(code, null)) as letter group by letter`;
		expect(rows).toHaveLength(30);
		// 12,000 letters, 400 of each expected; six standard deviations.
		for (const { n } of rows) expect(Math.abs(n - 400)).toBeLessThan(118);
	});
});
