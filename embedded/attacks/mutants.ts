// Breaks one policy at a time: drops it, opens it, takes one condition out of it, closes one of its branches. A change of
// the walls that no attack notices is a hole in the attacks.
import type { Sql } from 'postgres';

export type Mutant = {
	readonly name: string;
	/** The tables whose attacks must notice. */
	readonly tables: readonly string[];
	/** Run as superuser inside a transaction that is rolled back. */
	readonly sql: string;
};

type Policy = {
	table: string;
	policy: string;
	permissive: string;
	cmd: string;
	qual: string | null;
	check: string | null;
};

/** Splits `a AND b AND c` at the top level; one part where it is not such a thing. */
function split(text: string, word: 'AND' | 'OR'): string[] {
	const parts: string[] = [];
	let depth = 0;
	let from = 0;
	let isQuoted = false;
	for (let at = 0; at < text.length; at += 1) {
		const letter = text[at];
		if (letter === "'") isQuoted = !isQuoted;
		if (isQuoted) continue;
		if (letter === '(') depth += 1;
		if (letter === ')') depth -= 1;
		if (depth === 0 && text.startsWith(` ${word} `, at)) {
			parts.push(text.slice(from, at));
			from = at + word.length + 2;
		}
	}
	return [...parts, text.slice(from)];
}

/** `((x))` -> `x`, where the brackets belong together. */
function bare(text: string): string {
	const trimmed = text.trim();
	if (!trimmed.startsWith('(') || !trimmed.endsWith(')')) return trimmed;
	let depth = 0;
	for (let at = 0; at < trimmed.length; at += 1) {
		if (trimmed[at] === '(') depth += 1;
		if (trimmed[at] === ')') depth -= 1;
		if (depth === 0 && at < trimmed.length - 1) return trimmed;
	}
	return bare(trimmed.slice(1, -1));
}

/** Every way to weaken or narrow an expression by one condition: each condition true, each branch of an OR false. */
export function variants(text: string): { readonly text: string; readonly what: string }[] {
	const expression = bare(text);
	for (const word of ['OR', 'AND'] as const) {
		const parts = split(expression, word);
		if (parts.length === 1) continue;
		return parts.flatMap((part, index) => {
			const withPart = (other: string) =>
				parts.map((one, at) => (at === index ? `(${other})` : `(${one})`)).join(` ${word} `);
			const inside = variants(part).map(({ text: inner, what }) => ({ text: withPart(inner), what }));
			return word === 'OR' ? [...inside, { text: withPart('false'), what: `never ${bare(part)}` }] : inside;
		});
	}
	return [{ text: 'true', what: `always ${expression}` }];
}

/** @param sql of the superuser */
export async function policyMutants(sql: Sql): Promise<Mutant[]> {
	const policies = await sql<Policy[]>`
		select tablename::text as table, policyname::text as policy, permissive, cmd, qual, with_check as check
		from pg_policies where schemaname = 'public' order by 1, 2`;
	return policies.flatMap((policy) => mutantsOf(policy));
}

function mutantsOf({ table, policy, permissive, cmd, qual, check }: Policy): Mutant[] {
	const on = `policy ${policy} on public.${table}`;
	const made: Mutant[] = [];
	const add = (what: string, sql: string) =>
		made.push({ name: `${table}.${policy}: ${what}`, tables: [table], sql });
	const alter = (using: string | null, withCheck: string | null) =>
		`alter ${on}${using === null ? '' : ` using (${using})`}${withCheck === null ? '' : ` with check (${withCheck})`}`;

	add('dropped', `drop ${on}`);
	if (qual !== null)
		for (const { text, what } of variants(qual)) {
			// A condition that stands on both sides is taken out on both: one side alone would be caught by the other.
			const other = check === null ? null : (variants(check).find((one) => one.what === what)?.text ?? null);
			add(what, alter(text, other));
		}
	else if (check !== null)
		for (const { text, what } of variants(check)) add(`check ${what}`, alter(null, text));
	if (qual !== null && check !== null) {
		add('using anything', alter('true', null));
		add('check anything', alter(null, 'true'));
	}
	if (permissive === 'RESTRICTIVE')
		add(
			'permissive',
			`drop ${on}; create ${on} as permissive for ${cmd} to authenticated using (${qual ?? 'true'})${check === null ? '' : ` with check (${check})`}`
		);
	return made;
}

/** @param sql of the superuser. Row level security switched off, and everything given to everybody, table by table. */
export async function tableMutants(sql: Sql): Promise<Mutant[]> {
	const tables = await sql<{ name: string }[]>`
		select c.relname::text as name from pg_class c
		where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1`;
	return tables.flatMap(({ name }) => [
		{
			name: `${name}: no row security`,
			tables: [name],
			sql: `alter table public.${name} disable row level security`
		},
		{ name: `${name}: readable by anon`, tables: [name], sql: `grant select on public.${name} to anon` },
		{
			name: `${name}: all columns`,
			tables: [name],
			sql: `grant insert, update, delete on public.${name} to authenticated`
		}
	]);
}

/** Functions the policies and acts lean on, and the tables where it must show ('': in the acts). */
const HELPERS = [
	'member_school_ids',
	'owned_school_ids',
	'wall_school_ids',
	'staff_classroom_ids',
	'lead_classroom_ids',
	'own_seat_ids',
	'own_classroom_ids',
	'require_staff',
	'is_permanent'
];

/** @param sql of the superuser. Each line of a helper that begins with `and` is left out once. */
export async function helperMutants(sql: Sql, allTables: readonly string[]): Promise<Mutant[]> {
	const helpers = await sql<{ name: string; text: string }[]>`
		select p.proname::text as name, pg_get_functiondef(p.oid) as text from pg_proc p
		where p.pronamespace = 'private'::regnamespace and p.proname = any (${HELPERS}) order by 1`;
	if (helpers.length !== HELPERS.length) throw new Error('a helper is gone: HELPERS names it still');
	return helpers.flatMap(({ name, text }) => {
		const lines = text.split('\n');
		return lines.flatMap((line, at) => {
			if (!/^\s*and /.test(line)) return [];
			// The last line of a statement carries what ends it.
			const end = /[;)]+\s*$/.exec(line)?.[0] ?? '';
			const opens = (line.match(/\(/g) ?? []).length;
			const closes = (line.match(/\)/g) ?? []).length;
			const kept = closes > opens ? ')'.repeat(closes - opens) : '';
			const without = lines.with(at, kept + (end.includes(';') ? ';' : ''));
			return [{ name: `${name} without "${line.trim()}"`, tables: allTables, sql: without.join('\n') }];
		});
	});
}
