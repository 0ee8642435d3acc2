// A teacher's way in and out, and a pupil's quiet one: calls of the auth service with its answers in the app's words.

import { err, ok, type Result } from '$lib/core';
import type { SchoolProblem } from '$lib/contracts';
import { verifiedPerson, type Person } from './people';
import type { SchoolClient } from './supabase';

type Answer<T> = Promise<Result<T, SchoolProblem>>;

interface AuthFailure {
	readonly status?: number | undefined;
	readonly code?: string | undefined;
	readonly message: string;
}

function authProblem({ status, code = '', message }: AuthFailure): SchoolProblem {
	if (code === 'user_already_exists' || code === 'email_exists') return 'email_taken';
	if (code === 'weak_password') return 'weak_password';
	if (code === 'email_not_confirmed') return 'confirm_email';
	if (code === 'invalid_credentials') return 'wrong_login';
	if (status === 429 || code.startsWith('over_')) return 'too_many_tries';
	if (status === undefined || status === 0 || status >= 500) return 'unreachable';
	return /invalid login/i.test(message) ? 'wrong_login' : 'invalid';
}

export async function signUp(client: SchoolClient, email: string, password: string): Answer<null> {
	const { data, error } = await client.auth.signUp({ email, password });
	if (error !== null) return err(authProblem(error));
	// A hosted project may want the address confirmed first.
	return data.session === null ? err('confirm_email') : ok(null);
}

export async function signIn(client: SchoolClient, email: string, password: string): Answer<null> {
	const { error } = await client.auth.signInWithPassword({ email, password });
	return error === null ? ok(null) : err(authProblem(error));
}

/**
 * Ends this browser's session; elsewhere the teacher stays signed in. `forget` drops the role's cookies: where the auth
 * service is away its client would keep them, and the next person at this computer would go on as the one before.
 */
export async function signOut(client: SchoolClient, forget: () => void): Promise<void> {
	await client.auth.signOut({ scope: 'local' }).catch(() => undefined);
	forget();
}

/** The answer is the same whether there is such a teacher or not. */
export async function askForNewPassword(client: SchoolClient, email: string, returnTo: string): Answer<null> {
	const { error } = await client.auth.resetPasswordForEmail(email, { redirectTo: returnTo });
	if (error === null || error.status === 400 || error.status === 422) return ok(null);
	return err(authProblem(error));
}

/** The link of the mail, with its one-time token: signs in, so that a new password can be set. */
export async function useMailedToken(client: SchoolClient, tokenHash: string): Answer<null> {
	const { error } = await client.auth.verifyOtp({ token_hash: tokenHash, type: 'recovery' });
	return error === null ? ok(null) : err(authProblem(error));
}

export async function setPassword(client: SchoolClient, password: string): Answer<null> {
	const { error } = await client.auth.updateUser({ password });
	return error === null ? ok(null) : err(authProblem(error));
}

/** The pupil of this browser; a new one without a name where there is none yet. */
export async function pupilOf(client: SchoolClient): Answer<Person> {
	const known = await verifiedPerson(client);
	if (known !== null) return ok(known);
	const { data, error } = await client.auth.signInAnonymously();
	if (error !== null) return err(authProblem(error));
	if (data.user === null) return err('unreachable');
	return ok({ id: data.user.id, email: null, isAnonymous: true });
}
