// Carries attacks out inside one transaction of the superuser, as the role and with the claims PostgREST would set.
// Every attack is undone at once. Many go in one round trip, so that a mutant costs milliseconds.
import type { Sql, TransactionSql } from 'postgres';
import type { Attack, Cell, Expected } from './cells.js';
import { claimsOf, type Person } from './world.js';

/** To be run once per database, as superuser. */
export async function prepareAttacks(sql: Sql): Promise<void> {
	await sql.unsafe(`
		create schema if not exists attack;
		grant usage on schema attack to public;
		create or replace function attack.attempt(p_query text) returns text language plpgsql as $$
		declare
			v_text text;
			v_rows bigint;
		begin
			begin
				if p_query like 'select%' then execute p_query into v_text;
				else execute p_query; get diagnostics v_rows = row_count; v_text := v_rows::text;
				end if;
				raise exception using errcode = 'ZZ999', message = coalesce(v_text, '');
			exception when sqlstate 'ZZ999' then return 'ok ' || sqlerrm;
			when others then return sqlstate || ' ' || sqlerrm;
			end;
		end $$;
		grant execute on function attack.attempt(text) to public;`);
}

function literal(value: unknown): string {
	if (value === null || value === undefined) return 'null';
	if (typeof value === 'number' || typeof value === 'boolean') return String(value);
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	return `'${text.replaceAll("'", "''")}'`;
}

const whereText = (where: Readonly<Record<string, string>>): string => {
	const parts = Object.entries(where).map(([column, value]) => `${column} = ${literal(value)}`);
	return parts.length === 0 ? '' : ` where ${parts.join(' and ')}`;
};

export function sqlOf(attack: Attack): string {
	switch (attack.verb) {
		case 'see': {
			const key = attack.key.map((column) => `${column}::text`).join(" || '/' || ");
			return `select string_agg(${key}, ' ') from public.${attack.table}${whereText(attack.where)}`;
		}
		case 'add': {
			const columns = Object.keys(attack.values);
			const values = Object.values(attack.values).map(literal);
			return `insert into public.${attack.table} (${columns.join(', ')}) values (${values.join(', ')})`;
		}
		case 'change': {
			const set = Object.entries(attack.set).map(([column, value]) => `${column} = ${literal(value)}`);
			return `update public.${attack.table} set ${set.join(', ')}${whereText(attack.where)}`;
		}
		case 'remove':
			return `delete from public.${attack.table}${whereText(attack.where)}`;
		case 'call': {
			const args = Object.entries(attack.args).map(([name, value]) => `${name} => ${literal(value)}`);
			return `select to_jsonb(r)::text from public.${attack.name}(${args.join(', ')}) as r`;
		}
	}
}

/** @returns what is wrong with the answer, or undefined */
export function judgeSql(answer: string, attack: Attack, expected: Expected): string | undefined {
	const [code, ...rest] = answer.split(' ');
	const isOk = code === 'ok';
	if ('keys' in expected) {
		const keys = rest.filter((key) => key !== '').sort();
		const same = keys.length === expected.keys.length && keys.every((key, at) => key === expected.keys[at]);
		return isOk && same ? undefined : `expected ${expected.keys.length} rows, got ${answer.slice(0, 200)}`;
	}
	if ('rows' in expected)
		return isOk && Number(rest[0]) === expected.rows
			? undefined
			: `expected ${expected.rows} rows, got ${answer}`;
	const { says } = expected;
	if (says === 'refused')
		return code === '42501' ? undefined : `expected a refusal, got ${answer.slice(0, 200)}`;
	if (says === 'blocked')
		return code === '42501' || code === '23503'
			? undefined
			: `expected it blocked, got ${answer.slice(0, 200)}`;
	const error = /"error": "(\w+)"/.exec(answer)?.[1];
	if (says === 'ok')
		return isOk && error === undefined ? undefined : `expected ok, got ${answer.slice(0, 200)}`;
	return error === says ? undefined : `expected ${says}, got ${answer.slice(0, 200)}`;
}

export type Finding = { readonly person: string; readonly attack: string; readonly wrong: string };

/** @returns what did not come out as the rules say; all cells must be of one person */
export async function attackBySql(
	tx: TransactionSql,
	person: Person,
	cells: readonly Cell[]
): Promise<Finding[]> {
	const claims = person.userId === null ? '' : JSON.stringify(claimsOf(person));
	const queries = cells.map(({ attack }) => sqlOf(attack));
	const role = person.userId === null ? 'anon' : 'authenticated';
	await tx.unsafe(
		`set local role ${role}; select set_config('request.jwt.claims', ${literal(claims)}, true)`
	);
	const answers = await tx<{ answer: string }[]>`
		select attack.attempt(q.text) as answer from unnest(${queries}::text[]) with ordinality as q (text, n) order by q.n`;
	await tx.unsafe(`reset role; select set_config('request.jwt.claims', '', true)`);
	return cells.flatMap(({ attack, expected }, at) => {
		const wrong = judgeSql(answers[at]?.answer ?? '', attack, expected);
		return wrong === undefined ? [] : [{ person: person.name, attack: queries[at] ?? '', wrong }];
	});
}
