// What the app asks of Supabase's auth server, asked through the real client. The same tests pass against a hosted project
// (target.ts): that is what keeps the embedded gateway honest.
import { createServerClient } from '@supabase/ssr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noSocket, openTarget, type Client, type Target } from './target';

const PASSWORD = 'a long enough password';

describe('auth', () => {
	let target: Target;
	const made: string[] = [];
	let count = 0;
	const run = Math.random().toString(36).slice(2, 8);

	beforeAll(async () => {
		target = await openTarget();
	});
	afterAll(async () => {
		if (target.isHosted) for (const id of made) await target.admin().auth.admin.deleteUser(id);
		await target.stop();
	});

	const address = (): string => `teacher-${run}-${String((count += 1))}@example.com`;

	async function newPerson(): Promise<{ id: string; email: string }> {
		const email = address();
		const answer = await target
			.admin()
			.auth.admin.createUser({ email, password: PASSWORD, email_confirm: true });
		expect(answer.error).toBeNull();
		const id = answer.data.user?.id ?? '';
		made.push(id);
		return { id, email };
	}

	async function signedIn(email: string, password = PASSWORD): Promise<Client> {
		const client = target.client();
		const { error } = await client.auth.signInWithPassword({ email, password });
		expect(error).toBeNull();
		return client;
	}

	async function guest(): Promise<Client> {
		const client = target.client();
		const { data, error } = await client.auth.signInAnonymously();
		expect(error).toBeNull();
		made.push(data.user?.id ?? '');
		return client;
	}

	it('signs somebody in without a name, as an anonymous person of the role authenticated', async () => {
		const client = await guest();
		const { data } = await client.auth.getUser();
		expect(data.user).toMatchObject({ is_anonymous: true, role: 'authenticated', aud: 'authenticated' });
		expect(data.user?.email ?? '').toBe('');
		const claims = await client.auth.getClaims();
		expect(claims.error).toBeNull();
		expect(claims.data?.header.alg).toBe('ES256');
		expect(claims.data?.claims).toMatchObject({
			sub: data.user?.id,
			is_anonymous: true,
			aal: 'aal1',
			role: 'authenticated'
		});
	});

	it('signs up with address and password, once', async () => {
		const email = address();
		const first = await target
			.client()
			.auth.signUp({ email: email.toUpperCase(), password: PASSWORD, options: { data: { name: 'Ada' } } });
		expect(first.error).toBeNull();
		made.push(first.data.user?.id ?? '');
		expect(first.data.user).toMatchObject({ email, user_metadata: { name: 'Ada' } });
		const second = await target.client().auth.signUp({ email, password: PASSWORD });
		// With confirmation by mail a taken address is not told apart; without, it is refused.
		if (second.error === null) expect(second.data.session).toBeNull();
		else expect(second.error).toMatchObject({ code: 'user_already_exists', status: 422 });
	});

	it.each([
		['a short password', { password: 'short' }, { code: 'weak_password', status: 422 }],
		['no address', { email: 'not an address' }, { code: 'validation_failed', status: 400 }],
		[
			'a password longer than its hash reads',
			{ password: 'x'.repeat(73) },
			{ code: 'validation_failed', status: 400 }
		]
	])('refuses a sign-up with %s', async (_, wrong, expected) => {
		const { error } = await target.client().auth.signUp({ email: address(), password: PASSWORD, ...wrong });
		expect(error).toMatchObject(expected);
	});

	it('tells a wrong password and an unknown address alike', async () => {
		const { email } = await newPerson();
		const wrong = await target.client().auth.signInWithPassword({ email, password: `${PASSWORD}!` });
		const unknown = await target.client().auth.signInWithPassword({ email: address(), password: PASSWORD });
		expect(wrong.error).toMatchObject({ code: 'invalid_credentials', status: 400 });
		const told = ({ error }: typeof wrong) => [error?.name, error?.code, error?.status, error?.message];
		expect(told(unknown)).toEqual(told(wrong));
	});

	it('changes what a person says of itself, never its role', async () => {
		const { email } = await newPerson();
		const client = await signedIn(email);
		const changed = await client.auth.updateUser({ data: { language: 'de', role: 'service_role' } });
		expect(changed.error).toBeNull();
		await client.auth.refreshSession();
		const { data } = await client.auth.getClaims();
		expect(data?.claims).toMatchObject({ role: 'authenticated', user_metadata: { language: 'de' } });
		expect(data?.claims.app_metadata).toMatchObject({ provider: 'email' });
	});

	it('changes a password, and a session elsewhere ends', async () => {
		const { email } = await newPerson();
		const here = await signedIn(email);
		const elsewhere = await signedIn(email);
		expect((await here.auth.updateUser({ password: PASSWORD })).error).toMatchObject({
			code: 'same_password',
			status: 422
		});
		expect((await here.auth.updateUser({ password: 'another password' })).error).toBeNull();
		expect((await elsewhere.auth.getUser()).error?.name).toBe('AuthSessionMissingError');
		expect((await here.auth.getUser()).error).toBeNull();
		expect((await target.client().auth.signInWithPassword({ email, password: PASSWORD })).error?.code).toBe(
			'invalid_credentials'
		);
		await signedIn(email, 'another password');
	});

	it('logs out here only, or everywhere', async () => {
		const { email } = await newPerson();
		const [one, two, three] = [await signedIn(email), await signedIn(email), await signedIn(email)];
		expect((await one.auth.signOut({ scope: 'local' })).error).toBeNull();
		expect((await two.auth.getUser()).error).toBeNull();
		const token = (await three.auth.getSession()).data.session?.refresh_token ?? '';
		expect((await two.auth.signOut({ scope: 'global' })).error).toBeNull();
		const late = await target.client().auth.refreshSession({ refresh_token: token });
		expect(late.error?.code).toMatch(/refresh_token_not_found|session_not_found/);
	});

	it('lets somebody back in by a link, once', async () => {
		const { email } = await newPerson();
		expect((await target.client().auth.resetPasswordForEmail(email)).error).toBeNull();
		expect(
			(await target.client().auth.resetPasswordForEmail(address())).error,
			'nobody, answered alike'
		).toBeNull();
		const link = await target.admin().auth.admin.generateLink({ type: 'recovery', email });
		const token_hash = link.data.properties?.hashed_token ?? '';
		const client = target.client();
		expect((await client.auth.verifyOtp({ token_hash, type: 'recovery' })).error).toBeNull();
		expect((await client.auth.updateUser({ password: 'the next password' })).error).toBeNull();
		const again = await target.client().auth.verifyOtp({ token_hash, type: 'recovery' });
		expect(again.error).toMatchObject({ code: 'otp_expired', status: 403 });
		await signedIn(email, 'the next password');
	});

	it('lets the server make, find, ban and remove people, and nobody else', async () => {
		const { id, email } = await newPerson();
		const admin = target.admin().auth.admin;
		expect((await admin.getUserById(id)).data.user?.email).toBe(email);
		expect((await admin.createUser({ email, password: PASSWORD })).error).toMatchObject({
			code: 'email_exists',
			status: 422
		});
		expect((await admin.updateUserById(id, { ban_duration: '1h' })).error).toBeNull();
		expect((await target.client().auth.signInWithPassword({ email, password: PASSWORD })).error?.code).toBe(
			'user_banned'
		);
		expect((await admin.updateUserById(id, { ban_duration: 'none' })).error).toBeNull();
		const person = await signedIn(email);
		for (const client of [person, target.client(), await guest()])
			expect((await client.auth.admin.listUsers()).error?.status).toBeGreaterThanOrEqual(401);
		expect((await admin.deleteUser(id)).error).toBeNull();
		expect((await admin.getUserById(id)).error).toMatchObject({ code: 'user_not_found', status: 404 });
		expect((await person.auth.getUser()).error?.status).toBe(403);
	});

	it('has no session for who was never here', async () => {
		expect((await target.client().auth.getUser()).error?.name).toBe('AuthSessionMissingError');
		const forged = await target.client().auth.getUser('eyJhbGciOiJub25lIn0.e30.');
		expect(forged.error).toMatchObject({ code: 'bad_jwt', status: 403 });
		const refreshed = await target.client().auth.refreshSession({ refresh_token: 'never was one' });
		expect(refreshed.error).toMatchObject({ code: 'refresh_token_not_found', status: 400 });
	});

	it('gives a second tab with the same refresh token a session too', async () => {
		const client = await guest();
		const token = (await client.auth.getSession()).data.session?.refresh_token ?? '';
		const tabs = await Promise.all(
			[1, 2, 3].map(() => target.client().auth.refreshSession({ refresh_token: token }))
		);
		for (const { data, error } of tabs) {
			expect(error).toBeNull();
			expect((await target.client().auth.getUser(data.session?.access_token)).error).toBeNull();
		}
	});

	it('carries a session in cookies through server requests', async () => {
		const jar = new Map<string, string>();
		const browser = () =>
			createServerClient(target.url, target.publishableKey, {
				cookies: {
					getAll: () => [...jar].map(([name, value]) => ({ name, value })),
					setAll: (all) => {
						for (const { name, value } of all)
							if (value === '') jar.delete(name);
							else jar.set(name, value);
					}
				},
				realtime: { transport: noSocket }
			});
		const first = browser();
		const { data } = await first.auth.signInAnonymously();
		made.push(data.user?.id ?? '');
		const second = browser();
		expect((await second.auth.getClaims()).data?.claims.sub).toBe(data.user?.id);
		expect((await second.auth.getUser()).data.user?.id).toBe(data.user?.id);
		await second.auth.signOut();
		expect(jar.size).toBe(0);
		expect((await browser().auth.getUser()).error?.name).toBe('AuthSessionMissingError');
	});
});
