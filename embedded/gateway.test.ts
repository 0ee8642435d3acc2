// What only the embedded gateway can be asked: time moved in its database, tokens forged with and without its key, mails it kept.
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOf } from './contract/target';
import { freshStack, type FreshStack } from './fresh-stack.mjs';

const notes = {
	version: '1',
	name: 'notes',
	text: `create table public.notes (id int generated always as identity primary key, owner uuid not null default auth.uid(), word text);
		alter table public.notes enable row level security;
		revoke all on public.notes from anon;
		create policy own on public.notes to authenticated using (owner = (select auth.uid())) with check (owner = (select auth.uid()));`
};
const PASSWORD = 'a long enough password';

let stack: FreshStack;
const said: string[] = [];
beforeAll(async () => {
	stack = await freshStack({ migrations: [notes], log: (line) => said.push(line) });
});
afterAll(() => stack.stop());

const client = () => clientOf(stack.url, stack.publishableKey);

async function ask(path: string, headers: Record<string, string>, init: RequestInit = {}): Promise<Response> {
	return fetch(stack.url + path, { ...init, headers: { apikey: stack.publishableKey, ...headers } });
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function outbox(to: string): Promise<{ type: string; code: string; token_hash: string }[]> {
	const answer = await ask(`/auth/v1/admin/outbox?to=${to}`, { apikey: stack.secretKey });
	return ((await answer.json()) as { mails: { type: string; code: string; token_hash: string }[] }).mails;
}

describe('tokens at PostgREST and at the gateway', () => {
	const id = '6f0c9c5e-2b0a-4e25-9d4f-1c51f7d4c001';
	const now = Math.floor(Date.now() / 1000);
	const claims = { sub: id, aud: 'authenticated', role: 'authenticated', iat: now, exp: now + 600 };
	const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
	const kid = () => stack.secrets.signingKey.kid;

	function signedBy(key: 'nobody' | 'another' | 'the published key as a secret', header: object): string {
		const body = `${encode(header)}.${encode(claims)}`;
		if (key === 'nobody') return `${body}.`;
		if (key === 'another') {
			const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
			return `${body}.${sign('sha256', Buffer.from(body), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
		}
		const published = JSON.stringify(stack.secrets.signingKey.x);
		return `${body}.${createHmac('sha256', published).update(body).digest('base64url')}`;
	}

	it('lets in a good one, and only to its own rows', async () => {
		const mine = stack.mintToken({ sub: id });
		const made = await ask(
			'/rest/v1/notes',
			{ ...bearer(mine), 'content-type': 'application/json' },
			{ method: 'POST', body: '{"word":"mine"}' }
		);
		expect(made.status).toBe(201);
		expect(await (await ask('/rest/v1/notes?select=word', bearer(mine))).json()).toEqual([{ word: 'mine' }]);
		const other = stack.mintToken({ sub: '6f0c9c5e-2b0a-4e25-9d4f-1c51f7d4c002' });
		expect(await (await ask('/rest/v1/notes?select=word', bearer(other))).json()).toEqual([]);
	});

	it.each([
		['unsigned', () => signedBy('nobody', { alg: 'none', typ: 'JWT' })],
		['unsigned, naming the key', () => signedBy('nobody', { alg: 'ES256', kid: kid(), typ: 'JWT' })],
		['signed with another key', () => signedBy('another', { alg: 'ES256', kid: kid(), typ: 'JWT' })],
		[
			'signed with what is published, as if it were a secret',
			() => signedBy('the published key as a secret', { alg: 'HS256', kid: kid(), typ: 'JWT' })
		],
		['expired', () => stack.mintToken({ sub: id, exp: now - 60 })],
		['for another audience', () => stack.mintToken({ sub: id, aud: 'elsewhere' })],
		['cut short', () => stack.mintToken({ sub: id }).slice(0, -2)],
		[
			'with its claims changed',
			() => {
				const [head, , signature] = stack.mintToken({ sub: id }).split('.');
				return `${String(head)}.${encode({ ...claims, role: 'service_role' })}.${String(signature)}`;
			}
		]
	])('refuses one that is %s', async (_, make) => {
		const token = make();
		expect((await ask('/rest/v1/notes', bearer(token))).status).toBe(401);
		const user = await ask('/auth/v1/user', bearer(token));
		expect(user.status).toBe(403);
		expect(await user.json()).toMatchObject({ error_code: 'bad_jwt' });
	});

	it.each(['postgres', 'supabase_admin', 'supabase_auth_admin', 'authenticator'])(
		'refuses to act as %s, even for a token of ours',
		async (role) => {
			const answer = await ask('/rest/v1/notes', bearer(stack.mintToken({ sub: id, role })));
			expect([401, 403]).toContain(answer.status);
		}
	);

	it('answers nobody without the key of the project, and the key alone is anon', async () => {
		for (const path of ['/rest/v1/notes', '/auth/v1/user', '/auth/v1/settings', '/auth/v1/admin/users'])
			expect((await fetch(stack.url + path)).status).toBe(401);
		expect((await ask('/rest/v1/notes', {})).status, 'anon has no right here').toBe(401);
		expect((await ask('/rest/v1/notes', { apikey: `${stack.publishableKey}x` })).status).toBe(401);
		const all = await ask('/rest/v1/notes?select=word', { apikey: stack.secretKey });
		expect(await all.json()).toEqual([{ word: 'mine' }]);
	});

	it('acts as the person where a person signs and the secret key is shown as well', async () => {
		const other = stack.mintToken({ sub: '6f0c9c5e-2b0a-4e25-9d4f-1c51f7d4c003' });
		const answer = await ask('/rest/v1/notes', { apikey: stack.secretKey, ...bearer(other) });
		expect(await answer.json()).toEqual([]);
	});

	it('shows neither the tables of auth nor what else the database holds', async () => {
		const headers = { 'accept-profile': 'auth', ...bearer(stack.mintToken({ sub: id })) };
		expect((await ask('/rest/v1/users', headers)).status).toBe(406);
		const admin = stack.mintToken({ role: 'service_role' });
		expect((await ask('/rest/v1/users', { 'accept-profile': 'auth', ...bearer(admin) })).status).toBe(406);
	});

	it('does not take a token of a service for a person, nor for the secret key', async () => {
		expect((await ask('/auth/v1/admin/users', bearer(stack.mintToken({ sub: id })))).status).toBe(403);
		expect((await ask('/auth/v1/admin/users', {})).status).toBe(401);
		expect((await ask('/auth/v1/admin/outbox', bearer(stack.publishableKey))).status).toBe(403);
	});
});

describe('what the gateway does not know', () => {
	it.each(['/auth/v1/sso', '/auth/v1/otp', '/storage/v1/object/x', '/realtime/v1', '/'])(
		'%s is refused loudly',
		async (path) => {
			said.length = 0;
			expect((await ask(path, {})).status).toBe(404);
			expect(said.join()).toContain('not part of the embedded backend');
		}
	);

	it.each([
		['not JSON', '<html>', 400],
		['a list', '[]', 400],
		['too much', `{"email":"${'x'.repeat(70_000)}"}`, 413],
		['a number for a word', '{"email":5}', 400],
		['a list for an object', '{"data":[]}', 400]
	])('a body that is %s', async (_, body, status) => {
		expect((await ask('/auth/v1/signup', {}, { method: 'POST', body })).status).toBe(status);
	});
});

describe('refresh tokens', () => {
	async function guest() {
		const { data } = await client().auth.signInAnonymously();
		return {
			token: data.session?.refresh_token ?? '',
			access: data.session?.access_token ?? '',
			id: data.user?.id ?? ''
		};
	}
	const refresh = (token: string) => client().auth.refreshSession({ refresh_token: token });
	const later = (seconds: number) =>
		stack.database.sql()`update auth.refresh_tokens set revoked_at = revoked_at - make_interval(secs => ${seconds})`;

	it('keeps no token anybody could use', async () => {
		const { token } = await guest();
		const rows = await stack.database.sql()`select t::text as all from auth.refresh_tokens t`;
		expect(JSON.stringify(rows)).not.toContain(token);
		expect(JSON.stringify(rows)).not.toContain(Buffer.from(token).toString('hex'));
	});

	it('gives two tabs at once the same successor', async () => {
		const { token } = await guest();
		const answers = await Promise.all([refresh(token), refresh(token), refresh(token), refresh(token)]);
		const successors = new Set(answers.map(({ data }) => data.session?.refresh_token));
		expect(successors.size).toBe(1);
		expect(successors.has(undefined)).toBe(false);
	});

	it('gives who never got the answer the same successor, weeks later too', async () => {
		const { token } = await guest();
		const lost = await refresh(token);
		await later(14 * 86_400);
		const again = await refresh(token);
		expect(again.error).toBeNull();
		expect(again.data.session?.refresh_token).toBe(lost.data.session?.refresh_token);
	});

	it('takes an old one within a minute of its use, even when its successor has moved on', async () => {
		const { token } = await guest();
		const second = (await refresh(token)).data.session?.refresh_token ?? '';
		await refresh(second);
		await later(59);
		expect((await refresh(token)).error).toBeNull();
	});

	it('ends the session when an old one comes back after that: it was copied', async () => {
		const { token, access } = await guest();
		const second = (await refresh(token)).data.session?.refresh_token ?? '';
		const third = (await refresh(second)).data.session?.refresh_token ?? '';
		await later(61);
		expect((await refresh(token)).error).toMatchObject({ code: 'refresh_token_already_used', status: 400 });
		expect((await refresh(third)).error).toMatchObject({ code: 'refresh_token_not_found' });
		expect((await ask('/auth/v1/user', bearer(access))).status).toBe(403);
	});

	it('refuses one of a person who is banned or gone', async () => {
		const { token, id } = await guest();
		await stack.database.sql()`update auth.users set banned_until = now() + interval '1 hour' where id = ${id}`;
		expect((await refresh(token)).error).toMatchObject({ code: 'user_banned' });
		await stack.database.sql()`delete from auth.users where id = ${id}`;
		expect((await refresh(token)).error).toMatchObject({ code: 'refresh_token_not_found' });
	});
});

describe('from anonymous to permanent', () => {
	it('keeps the person, its rows and its number', async () => {
		const guest = client();
		const { data } = await guest.auth.signInAnonymously();
		await guest.from('notes').insert({ word: 'kept' });
		expect((await guest.auth.updateUser({ password: PASSWORD })).error).toMatchObject({
			code: 'validation_failed',
			status: 422
		});
		const changed = await guest.auth.updateUser({ email: 'ada@example.com', password: PASSWORD });
		expect(changed.data.user).toMatchObject({
			id: data.user?.id,
			is_anonymous: false,
			email: 'ada@example.com'
		});
		const back = client();
		expect(
			(await back.auth.signInWithPassword({ email: 'ada@example.com', password: PASSWORD })).error
		).toBeNull();
		expect((await back.auth.getClaims()).data?.claims.is_anonymous).toBe(false);
		expect((await back.from('notes').select('word')).data).toEqual([{ word: 'kept' }]);
		const second = client();
		await second.auth.signInAnonymously();
		expect((await second.auth.updateUser({ email: 'ADA@example.com' })).error).toMatchObject({
			code: 'email_exists',
			status: 422
		});
	});
});

describe('mails', () => {
	async function newPerson(email: string) {
		const answer = await clientOf(stack.url, stack.secretKey).auth.admin.createUser({
			email,
			password: PASSWORD,
			email_confirm: true
		});
		return answer.data.user?.id ?? '';
	}

	it('of a reset work by link and by typed code, for an hour, and the last one only', async () => {
		const email = 'reset@example.com';
		await newPerson(email);
		await client().auth.resetPasswordForEmail(email);
		await client().auth.resetPasswordForEmail(email);
		const [first, second] = await outbox(email);
		expect(
			(await client().auth.verifyOtp({ token_hash: first?.token_hash ?? '', type: 'recovery' })).error?.code
		).toBe('otp_expired');
		const typed = await client().auth.verifyOtp({ email, token: second?.code ?? '', type: 'recovery' });
		expect(typed.data.user?.email).toBe(email);
		await client().auth.resetPasswordForEmail(email);
		await stack.database.sql()`update auth.one_time_tokens set created_at = created_at - interval '61 minutes'`;
		const late = (await outbox(email)).at(-1)?.token_hash ?? '';
		expect((await client().auth.verifyOtp({ token_hash: late, type: 'recovery' })).error?.code).toBe(
			'otp_expired'
		);
	});

	it('cannot be guessed: ten wrong codes void the right one', async () => {
		const email = 'guessed@example.com';
		await newPerson(email);
		await client().auth.resetPasswordForEmail(email);
		const right = (await outbox(email))[0]?.code ?? '';
		const wrong = right === '000000' ? '000001' : '000000';
		for (let tries = 0; tries < 10; tries++)
			expect((await client().auth.verifyOtp({ email, token: wrong, type: 'recovery' })).error?.code).toBe(
				'otp_expired'
			);
		expect((await client().auth.verifyOtp({ email, token: right, type: 'recovery' })).error?.code).toBe(
			'otp_expired'
		);
	});

	it('stop after twenty to one address', async () => {
		const email = 'flooded@example.com';
		await newPerson(email);
		for (let sent = 0; sent < 20; sent++)
			expect((await client().auth.resetPasswordForEmail(email)).error).toBeNull();
		expect((await client().auth.resetPasswordForEmail(email)).error).toMatchObject({ status: 429 });
		const nobody = 'nobody@example.com';
		for (let sent = 0; sent < 20; sent++)
			expect((await client().auth.resetPasswordForEmail(nobody)).error).toBeNull();
		const told = await client().auth.resetPasswordForEmail(nobody);
		expect(told.error, 'an address nobody has is answered alike').toMatchObject({ status: 429 });
	});

	it('stand before the first sign-in where addresses are to be proven', async () => {
		const strict = await freshStack({ migrations: [], isAutoconfirmed: false });
		const open = () => clientOf(strict.url, strict.publishableKey);
		const email = 'new@example.com';
		const first = await open().auth.signUp({ email, password: PASSWORD });
		expect(first.data.session).toBeNull();
		expect((await open().auth.signInWithPassword({ email, password: PASSWORD })).error?.code).toBe(
			'email_not_confirmed'
		);
		await open().auth.resend({ type: 'signup', email });
		const answer = await fetch(`${strict.url}/auth/v1/admin/outbox?to=${email}`, {
			headers: { apikey: strict.secretKey }
		});
		const { mails } = (await answer.json()) as { mails: { token_hash: string }[] };
		expect(
			(await open().auth.verifyOtp({ token_hash: mails[1]?.token_hash ?? '', type: 'email' })).error
		).toBeNull();
		expect((await open().auth.signInWithPassword({ email, password: PASSWORD })).error).toBeNull();
		const taken = await open().auth.signUp({ email, password: PASSWORD });
		expect(taken.error, 'a taken address is not told').toBeNull();
		expect(Object.keys(taken.data.user ?? {}).sort()).toEqual(Object.keys(first.data.user ?? {}).sort());
		await strict.stop();
	});
});

describe('guessing passwords', () => {
	it('is stopped per address, and others are not kept out', async () => {
		const guess = (email: string) => client().auth.signInWithPassword({ email, password: 'wrong' });
		for (let tries = 0; tries < 20; tries++)
			expect((await guess('target@example.com')).error?.code).toBe('invalid_credentials');
		expect((await guess('target@example.com')).error).toMatchObject({
			code: 'over_request_rate_limit',
			status: 429
		});
		expect((await guess('neighbour@example.com')).error?.code).toBe('invalid_credentials');
	});
});
