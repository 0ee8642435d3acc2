// Carries attacks out as the world would: over HTTP against the real PostgREST, with signed tokens. Writes ask PostgREST to
// roll its transaction back, which only this test database allows.
import type { FreshStack } from '../fresh-stack.mjs';
import { keyText, type Attack, type Expected } from './cells.js';
import { claimsOf, type Person } from './world.js';

/** To be run before PostgREST starts on that database. @param database its name @param run as superuser */
export async function allowRollback(
	database: string,
	run: (text: string) => Promise<unknown>
): Promise<void> {
	await run(`alter role authenticator in database ${database} set pgrst.db_tx_end = 'commit-allow-override'`);
}

export type Answer = {
	readonly status: number;
	readonly code: string | undefined;
	readonly body: unknown;
	readonly count: number;
};

export type Asker = (method: string, path: string, body?: unknown, prefer?: string) => Promise<Answer>;

/** @returns something that asks as that person, over the gateway a browser's server would use */
export function askerFor({ url, publishableKey, mintToken }: FreshStack, person: Person): Asker {
	const token = person.userId === null ? undefined : mintToken(claimsOf(person));
	return async (method, path, body, prefer = 'tx=rollback') => {
		const response = await fetch(`${url}/rest/v1/${path}`, {
			method,
			headers: {
				apikey: publishableKey,
				prefer,
				...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
				...(body === undefined ? {} : { 'content-type': 'application/json' })
			},
			...(body === undefined ? {} : { body: JSON.stringify(body) })
		});
		const text = await response.text();
		const parsed: unknown = text === '' ? null : JSON.parse(text);
		const code =
			typeof parsed === 'object' && parsed !== null && 'code' in parsed && response.status >= 400
				? String(parsed.code)
				: undefined;
		return {
			status: response.status,
			code,
			body: parsed,
			count: Number(response.headers.get('content-range')?.split('/')[1])
		};
	};
}

const filter = (where: Readonly<Record<string, string>>): string =>
	Object.entries(where)
		.map(([column, value]) => `&${column}=eq.${encodeURIComponent(value)}`)
		.join('');

export async function attackByRest(ask: Asker, attack: Attack): Promise<Answer> {
	const counted = 'tx=rollback, return=minimal, count=exact';
	switch (attack.verb) {
		case 'see':
			return ask('GET', `${attack.table}?select=${attack.key.join(',')}${filter(attack.where)}`);
		case 'add':
			return ask('POST', attack.table, attack.values, counted);
		case 'change':
			return ask('PATCH', `${attack.table}?${filter(attack.where).slice(1)}`, attack.set, counted);
		case 'remove':
			return ask('DELETE', `${attack.table}?${filter(attack.where).slice(1)}`, undefined, counted);
		case 'call':
			return ask('POST', `rpc/${attack.name}`, attack.args);
	}
}

/** @returns what is wrong with the answer, or undefined */
export function judgeRest(answer: Answer, attack: Attack, expected: Expected): string | undefined {
	const { status, code, body, count } = answer;
	const isOk = status < 300;
	const got = `${status} ${JSON.stringify(body).slice(0, 160)}`;
	if ('keys' in expected) {
		if (!isOk || !Array.isArray(body) || attack.verb !== 'see') return `expected rows, got ${got}`;
		const keys = body.map((row: Record<string, unknown>) => keyText(attack.key, row)).sort();
		const isSame = keys.length === expected.keys.length && keys.every((key, at) => key === expected.keys[at]);
		return isSame ? undefined : `expected ${expected.keys.length} rows, got ${got}`;
	}
	if ('rows' in expected) {
		// PostgREST counts what it inserted as 1 of an unknown number.
		const rows = attack.verb === 'add' && isOk ? 1 : count;
		return isOk && rows === expected.rows ? undefined : `expected ${expected.rows} rows, got ${count} ${got}`;
	}
	const { says } = expected;
	if (says === 'refused') return code === '42501' ? undefined : `expected a refusal, got ${got}`;
	if (says === 'blocked')
		return code === '42501' || code === '23503' ? undefined : `expected it blocked, got ${got}`;
	const error = typeof body === 'object' && body !== null && 'error' in body ? String(body.error) : undefined;
	if (says === 'ok') return isOk && error === undefined ? undefined : `expected ok, got ${got}`;
	return error === says ? undefined : `expected ${says}, got ${got}`;
}
