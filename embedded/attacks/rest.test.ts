// The same matrix over HTTP: real PostgREST, real tokens, row by row and all rows at once; and what only HTTP can try:
// reaching through a visible row into another table, tokens nobody signed, roles claimed in a token's free text.
import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshStack, type FreshStack } from '../fresh-stack.mjs';
import { callCells, readCatalogue, rowCells, tableCells, type Catalogue, type Cell } from './cells.js';
import { belongs } from './rules.js';
import { allowRollback, askerFor, attackByRest, judgeRest } from './rest-driver.js';
import { seeded } from './seeded.js';
import { PEOPLE, SCHOOL, claimsOf, fill, personNamed, type Person } from './world.js';

let stack: FreshStack;
let sql: Sql;
let catalogue: Catalogue;
let attacks = 0;
const isWhole = process.env['SOAK_ATTACKS'] !== undefined;
const pick = seeded(Number(process.env['SOAK_SEED'] ?? '1'));

beforeAll(async () => {
	stack = await freshStack();
	sql = stack.database.sql();
	await allowRollback(stack.database.name, (text) => sql.unsafe(text));
	await fill(sql);
	await sql`select pg_notify('pgrst', 'reload config')`;
	catalogue = await readCatalogue(sql);
});
afterAll(() => stack.stop());

/** A few at a time: enough to keep PostgREST busy. */
async function each<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
	const left = items.values();
	await Promise.all(
		Array.from({ length: 4 }, async () => {
			for (const item of left) await act(item);
		})
	);
}

async function wrongOf(person: Person, cells: readonly Cell[]): Promise<string[]> {
	const ask = askerFor(stack, person);
	const wrong: string[] = [];
	await each(cells, async ({ attack, expected }) => {
		attacks += 1;
		const fault = judgeRest(await attackByRest(ask, attack), attack, expected);
		if (fault !== undefined) wrong.push(`${JSON.stringify(attack)}: ${fault}`);
	});
	return wrong;
}

describe('the matrix over HTTP', () => {
	it('a rolled back write leaves nothing, or the rest of this file means nothing', async () => {
		const ask = askerFor(stack, personNamed('teacher_a1'));
		const made = await ask('PATCH', `classrooms?id=eq.aaaaaaaa-0002-4000-8000-000000000001`, {
			name: 'Other'
		});
		expect(made.status).toBe(204);
		const rows = await sql`select from public.classrooms where name = 'Other'`;
		expect(rows).toHaveLength(0);
	});

	it.each(PEOPLE.map((person) => [person.name, person] as const))('%s', async (_, person) => {
		const tables = [...catalogue.tables.keys()];
		const cells = [
			...tables.flatMap((table) => [...rowCells(catalogue, table, person)]),
			...callCells(catalogue, person)
		];
		// matrix.test.ts asks all of these in SQL; here a seeded part of them, or all in the long form.
		for (const table of tables)
			for (const cell of tableCells(catalogue, table, person)) if (isWhole || pick() < 0.2) cells.push(cell);
		expect(await wrongOf(person, cells)).toEqual([]);
	});

	it('was no small number of attacks', () => {
		console.log(`attacks over HTTP: ${attacks}`);
		expect(attacks).toBeGreaterThan(5000);
	});
});

/** Ids of the world in an answer, by the school they show in their first digits. */
const schoolsIn = (text: string): Set<string> =>
	new Set([...text.matchAll(/\b(a{8}|b{8}|c{8})-[0-9a-f]{4}-4/g)].map(([, digits]) => digits?.[0] ?? ''));

describe('reaching through what is visible', () => {
	it('never shows a row that cannot be read directly', async () => {
		const links = await sql<{ child: string; parent: string; name: string }[]>`
			select c.conrelid::regclass::text as child, c.confrelid::regclass::text as parent, c.conname::text as name
			from pg_constraint c join pg_class r on r.oid = c.confrelid
			where c.contype = 'f' and c.connamespace = 'public'::regnamespace and r.relnamespace = 'public'::regnamespace`;
		expect(links.length).toBeGreaterThan(20);
		const wrong: string[] = [];
		let shown = 0;
		for (const person of PEOPLE) {
			const ask = askerFor(stack, person);
			const seen = new Map<string, Set<string>>();
			for (const [table, { key }] of catalogue.tables) {
				const answer = await ask('GET', `${table}?select=${key.join(',')}`);
				const rows = Array.isArray(answer.body) ? (answer.body as Record<string, unknown>[]) : [];
				seen.set(table, new Set(rows.map((row) => JSON.stringify(key.map((column) => row[column])))));
			}
			const ways = links.flatMap(({ child, parent, name }) => [
				{ from: child, to: parent, name },
				{ from: parent, to: child, name }
			]);
			await each(ways, async ({ from, to, name }) => {
				const key = catalogue.tables.get(to)?.key ?? [];
				const answer = await ask('GET', `${from}?select=inside:${to}!${name}(${key.join(',')})`);
				if (person.userId === null) {
					if (answer.code !== '42501') wrong.push(`anon ${from} > ${to}: ${answer.status}`);
					return;
				}
				if (!Array.isArray(answer.body)) {
					wrong.push(`${person.name} ${from} > ${to}: ${JSON.stringify(answer.body)}`);
					return;
				}
				for (const { inside } of answer.body as { inside: unknown }[])
					for (const row of Array.isArray(inside) ? inside : [inside]) {
						if (row === null) continue;
						shown += 1;
						const id = JSON.stringify(key.map((column) => (row as Record<string, unknown>)[column]));
						if (!seen.get(to)?.has(id)) wrong.push(`${person.name} ${from} > ${to}: ${id}`);
					}
			});
		}
		expect(wrong).toEqual([]);
		expect(shown).toBeGreaterThan(500);
	});

	it.each([
		'classroom_teachers?select=*,classrooms(*,seats(*),join_codes(*))',
		'classrooms?select=*,schools(*)',
		'seats?select=*,lab_events(*)&lab_events.seq=gt.0',
		'school_members?select=*,schools!inner(*)'
	])('%s stays within the schools one belongs to', async (path) => {
		for (const person of PEOPLE) {
			const { body } = await askerFor(stack, person)('GET', path);
			const foreign = [...schoolsIn(JSON.stringify(body))].filter(
				(letter) =>
					!belongs(person, {
						school: letter as keyof typeof SCHOOL,
						class: null,
						seat: null,
						user: null,
						isShared: false
					})
			);
			expect([person.name, foreign]).toEqual([person.name, []]);
		}
	});
});

describe('tokens', () => {
	const owner = personNamed('owner_b');
	const ask = (token: string) =>
		fetch(`${stack.url}/rest/v1/schools?select=id`, {
			headers: { apikey: stack.publishableKey, authorization: `Bearer ${token}` }
		});
	const seen = async (claims: Record<string, unknown>) => {
		const response = await ask(stack.mintToken(claims));
		return { status: response.status, text: await response.text() };
	};

	it('a good one sees its school', async () => {
		expect((await seen(claimsOf(owner))).text).toContain(SCHOOL.b);
	});

	it.each([
		[
			'a role in user_metadata',
			{ user_metadata: { role: 'service_role', is_anonymous: false, school_id: SCHOOL.a } }
		],
		[
			'a role in app_metadata',
			{ app_metadata: { role: 'service_role', roles: ['owner'], schools: [SCHOOL.a] } }
		],
		[
			'staff in user_metadata of an anonymous account',
			{ user_metadata: { is_anonymous: false }, is_anonymous: true }
		]
	])('%s opens nothing', async (_, extra) => {
		const person = personNamed('is_anonymous' in extra ? 'anonymous_owner_a' : 'nobody');
		const { status, text } = await seen({ ...claimsOf(person), ...extra });
		expect([status, text]).toEqual([200, '[]']);
	});

	it.each([
		['another key', (token: string) => `${token.slice(0, -8)}AAAAAAAA`],
		['no signature', (token: string) => `${token.split('.').slice(0, 2).join('.')}.`],
		[
			'alg none',
			(token: string) =>
				`${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${token.split('.')[1] ?? ''}.`
		]
	])('%s is refused', async (_, spoil) => {
		const response = await ask(spoil(stack.mintToken(claimsOf(owner))));
		expect(response.status).toBe(401);
	});

	it('one that has run out is refused', async () => {
		expect((await seen({ ...claimsOf(owner), exp: Math.floor(Date.now() / 1000) - 120 })).status).toBe(401);
	});

	it('one for somebody else is refused', async () => {
		expect((await seen({ ...claimsOf(owner), aud: 'another-service' })).status).toBe(401);
	});

	it.each(['postgres', 'supabase_admin', 'authenticator', 'supabase_auth_admin'])(
		'the role %s cannot be taken',
		async (role) => {
			const { status, text } = await seen({ ...claimsOf(owner), role });
			expect(status).toBeGreaterThanOrEqual(400);
			expect(text).not.toContain(SCHOOL.b);
		}
	);
});
