import { AuthApiError, AuthRetryableFetchError } from '@supabase/supabase-js';
import { expect, it } from 'vitest';
import { verifiedPerson } from './people';
import type { SchoolClient } from './supabase';

const client = (answer: unknown): SchoolClient =>
	({ auth: { getClaims: () => Promise.resolve(answer) } }) as unknown as SchoolClient;

it('says who it is, and whether they are a pupil', async () => {
	const teacher = { sub: 't', email: 'a@b.example', is_anonymous: false };
	expect(await verifiedPerson(client({ data: { claims: teacher }, error: null }))).toEqual({
		id: 't',
		email: 'a@b.example',
		isAnonymous: false
	});
	const pupil = { sub: 'p', email: '', is_anonymous: true };
	expect(await verifiedPerson(client({ data: { claims: pupil }, error: null }))).toEqual({
		id: 'p',
		email: null,
		isAnonymous: true
	});
});

it.each([
	['no session', { data: null, error: null }],
	['a forged token', { data: null, error: new AuthApiError('invalid JWT', 400, 'bad_jwt') }],
	[
		'a session that was ended',
		{ data: null, error: new AuthApiError('not found', 400, 'refresh_token_not_found') }
	]
])('is nobody: %s', async (_what, answer) => expect(await verifiedPerson(client(answer))).toBeNull());

it.each([
	new AuthRetryableFetchError('fetch failed', 0),
	new AuthRetryableFetchError('bad gateway', 502),
	new AuthApiError('starting', 503, undefined)
])('does not take a service that is away for a stranger: %s', async (error) => {
	await expect(verifiedPerson(client({ data: null, error }))).rejects.toMatchObject({ status: 503 });
});
