// Two schools and a crowd that does not belong to one of them: random requests, random ids of both, real PostgREST. No answer
// may carry anything of the school that is being watched, and not one of its rows may be different afterwards.
// `npm run soak:tenants -- --n 1000000 --seed 7` runs the long form; the same seed asks the same things in the same order.
import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshStack, type FreshStack } from '../fresh-stack.mjs';
import { argsOf, readCatalogue, type Catalogue } from './cells.js';
import { TARGETS, belongs } from './rules.js';
import { allowRollback, askerFor, type Asker } from './rest-driver.js';
import { seeded } from './seeded.js';
import { PEOPLE, ROWS, SCHOOL, contentsOf, fill, idOf } from './world.js';

const calls = Number(process.env['SOAK_TENANT_CALLS'] ?? '3000');
const seed = Number(process.env['SOAK_SEED'] ?? '1');
/** At a time. */
const LANES = 4;

let stack: FreshStack;
let sql: Sql;
let catalogue: Catalogue;
let links: { child: string; parent: string; name: string }[];

beforeAll(async () => {
	stack = await freshStack();
	sql = stack.database.sql();
	await allowRollback(stack.database.name, (text) => sql.unsafe(text));
	await fill(sql);
	await sql`select pg_notify('pgrst', 'reload config')`;
	catalogue = await readCatalogue(sql);
	links = await sql<{ child: string; parent: string; name: string }[]>`
		select c.conrelid::regclass::text as child, c.confrelid::regclass::text as parent, c.conname::text as name
		from pg_constraint c join pg_class r on r.oid = c.confrelid
		where c.contype = 'f' and c.connamespace = 'public'::regnamespace and r.relnamespace = 'public'::regnamespace`;
});
afterAll(() => stack.stop());

/** Everything that belongs to that school, as one fingerprint for each table, those of the inner schema included. */
async function fingerprints(school: 'a' | 'b'): Promise<Record<string, string>> {
	const all: Record<string, string> = {};
	const tables = [
		...[...catalogue.tables.keys()].map((name) => `public.${name}`),
		'private.device_heads',
		'private.person_keys',
		'private.audit_heads'
	];
	for (const table of tables) {
		const [row] = await sql.unsafe<{ hash: string }[]>(
			`select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as hash
			from ${table} t where t::text like '%' || $1 || '%'`,
			[SCHOOL[school]]
		);
		all[table] = row?.hash ?? '';
	}
	return all;
}

type Request = {
	readonly method: string;
	readonly path: string;
	readonly body?: unknown;
	readonly prefer: string;
};

/** One request nobody would think of; every id of the world may turn up anywhere. */
function dream(pick: () => number, watched: 'a' | 'b'): Request {
	const one = <T>(list: readonly T[]): T => list[Math.floor(pick() * list.length)] as T;
	const ids = ROWS.flatMap(({ key, values }) => [...Object.values(key), values['user_id']]).filter(
		(id): id is string => typeof id === 'string' && id.length === 36
	);
	const id = () => (pick() < 0.1 ? idOf('none', '60', Math.floor(pick() * 1000)) : one(ids));
	const tables = [...catalogue.tables.entries()];
	const [table, { columns }] = one(tables);
	const idColumns = columns.filter((column) => column === 'id' || column.endsWith('_id'));
	const filter = (): string => {
		const column = one(idColumns);
		return one([
			`${column}=eq.${id()}`,
			`${column}=in.(${id()},${id()},${id()})`,
			`${column}=neq.${id()}`,
			`${column}=not.eq.${id()}`,
			`or=(${column}.eq.${id()},${column}.not.is.null)`,
			`not.and=(${column}.eq.${id()},${column}.is.null)`,
			`order=${column}.desc`,
			`limit=${Math.ceil(pick() * 50)}`
		]);
	};
	const kind = pick();
	// What takes rows away is undone, or the world would be empty after a while.
	const commit = 'return=representation, count=exact';
	const undo = `tx=rollback, ${commit}`;
	if (kind < 0.3) {
		const { child, parent, name } = one(links);
		const [from, to] = pick() < 0.5 ? [child, parent] : [parent, child];
		const inner = pick() < 0.3 ? '!inner' : '';
		return { method: 'GET', path: `${from}?select=*,inside:${to}!${name}${inner}(*)`, prefer: commit };
	}
	if (kind < 0.5)
		return {
			method: 'GET',
			path: `${table}?select=*&${filter()}${pick() < 0.3 ? `&${filter()}` : ''}`,
			prefer: commit
		};
	if (kind < 0.75) {
		const name = one(catalogue.functions);
		// Its codes are the watched school's secret: whoever has one may look.
		const target = one(
			TARGETS.filter(({ school }) => school !== watched || !['look_up_class', 'claim_seat'].includes(name))
		);
		const args = Object.fromEntries(
			Object.entries(argsOf(name, target)).map(([key, value]) => [
				key,
				key.endsWith('_id') && pick() < 0.5 ? id() : value
			])
		);
		const isTaking = ['erase_seat', 'leave_seat', 'reset_seat', 'create_school', 'create_classroom'].includes(
			name
		);
		return { method: 'POST', path: `rpc/${name}`, body: args, prefer: isTaking ? undo : commit };
	}
	const some: Record<string, unknown> = { ...contentsOf(table, 'dreamt') };
	for (const column of idColumns) if (pick() < 0.6) some[column] = id();
	if (kind < 0.87) return { method: 'POST', path: table, body: some, prefer: pick() < 0.5 ? undo : commit };
	if (kind < 0.95) {
		const column = one(columns);
		const value = column.endsWith('_id') ? id() : (some[column] ?? one(['x', 1, true, null]));
		return { method: 'PATCH', path: `${table}?${filter()}`, body: { [column]: value }, prefer: undo };
	}
	return { method: 'DELETE', path: `${table}?${filter()}`, prefer: undo };
}

type Seen = { ok: number; refused: number; rows: number };

/** @returns what of the watched school came out */
async function crowdAsks(
	watched: 'a' | 'b',
	count: number,
	pick: () => number,
	seen: Seen
): Promise<string[]> {
	const leaks: string[] = [];
	const where = { school: watched, class: null, seat: null, user: null, isShared: false };
	const outsiders = PEOPLE.filter((person) => !belongs(person, where));
	// Those who can do something elsewhere have more ways to go wrong: they ask three times as often.
	const busy = outsiders.filter((person) =>
		(['a', 'b'] as const).some((school) => belongs(person, { ...where, school }))
	);
	const crowd = [...outsiders, ...busy, ...busy];
	const askers = new Map<string, Asker>(outsiders.map((person) => [person.name, askerFor(stack, person)]));
	const mark = new RegExp(`${watched.repeat(8)}-[0-9a-f-]{27}`, 'g');
	let left = count;
	await Promise.all(
		Array.from({ length: LANES }, async () => {
			while (left > 0) {
				left -= 1;
				const person = crowd[Math.floor(pick() * crowd.length)];
				const ask = askers.get(person?.name ?? '');
				if (person === undefined || ask === undefined) throw new Error('nobody to ask');
				const request = dream(pick, watched);
				const { status, body } = await ask(request.method, request.path, request.body, request.prefer);
				if (status < 300) seen.ok += 1;
				else seen.refused += 1;
				if (Array.isArray(body)) seen.rows += body.length;
				// What was sent may be said back; who asks may read the own account.
				const sent = `${request.path} ${JSON.stringify(request.body)} ${person.userId ?? ''}`;
				const foreign = (JSON.stringify(body).match(mark) ?? []).filter((id) => !sent.includes(id));
				const said = `${person.name}: ${request.method} ${request.path}`;
				if (foreign.length > 0) leaks.push(`${said}: ${foreign[0] ?? ''}`);
				if (status >= 500) leaks.push(`${said}: ${status} ${JSON.stringify(body)}`);
			}
		})
	);
	return leaks;
}

it(`no row crosses between two schools in ${calls} requests`, { timeout: 0 }, async () => {
	const leaks: string[] = [];
	const seen: Seen = { ok: 0, refused: 0, rows: 0 };
	for (const watched of ['a', 'b'] as const) {
		const before = await fingerprints(watched);
		const pick = seeded(seed * 2 + (watched === 'a' ? 0 : 1));
		leaks.push(...(await crowdAsks(watched, Math.ceil(calls / 2), pick, seen)));
		expect(await fingerprints(watched)).toEqual(before);
	}
	console.log(`soak:tenants ${JSON.stringify({ calls, seed, ...seen, leaks: leaks.length })}`);
	expect(leaks).toEqual([]);
	// A crowd that only ever hears no would see nothing cross either.
	expect(seen.ok).toBeGreaterThan(calls / 4);
	expect(seen.rows).toBeGreaterThan(calls / 4);
});

it('the crowd would notice one table that reads too much', { timeout: 0 }, async () => {
	await sql.unsafe(
		'alter policy reads on public.seats using (true); alter policy school_wall on public.seats using (true)'
	);
	const leaks = await crowdAsks('b', 400, seeded(seed), { ok: 0, refused: 0, rows: 0 });
	expect(leaks.length).toBeGreaterThan(0);
});

it('the fingerprints would notice one changed row', async () => {
	const before = await fingerprints('b');
	await sql`update public.datasets set frames = frames + 1 where id = ${idOf('b', '10', 11)}`;
	const after = await fingerprints('b');
	expect(after['public.datasets']).not.toBe(before['public.datasets']);
});
