// Who is asking: the verified person behind a request. The signature of the token is checked against the project's keys;
// a cookie alone proves nothing.

import { isAuthRetryableFetchError, type AuthError } from '@supabase/supabase-js';
import { error as httpError } from '@sveltejs/kit';
import type { SchoolClient } from './supabase';

export interface Person {
	readonly id: string;
	readonly email: string | null;
	/** A pupil on a seat: no name, no address, no password. */
	readonly isAnonymous: boolean;
}

/** The service did not answer: that says nothing about who asks. */
const isAway = (error: AuthError): boolean =>
	isAuthRetryableFetchError(error) || error.status === 0 || (error.status ?? 0) >= 500;

/**
 * null: nobody, or a token that is forged, expired beyond renewal, or of another project. Ends the request with 503 while
 * the auth service is away: nobody is sent to the login because a server restarts.
 */
export async function verifiedPerson(client: SchoolClient): Promise<Person | null> {
	const { data, error } = await client.auth.getClaims();
	if (error !== null && isAway(error)) httpError(503);
	if (error !== null || data === null) return null;
	const { sub, email, is_anonymous: isAnonymous } = data.claims;
	return {
		id: sub,
		email: typeof email === 'string' && email !== '' ? email : null,
		isAnonymous: isAnonymous === true
	};
}
