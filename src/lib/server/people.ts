// Who is asking: the verified person behind a request. The signature of the token is checked against the project's keys;
// a cookie alone proves nothing.

import type { SchoolClient } from './supabase';

export interface Person {
	readonly id: string;
	readonly email: string | null;
	/** A pupil on a seat: no name, no address, no password. */
	readonly isAnonymous: boolean;
}

/** null: nobody, or a token that is forged, expired beyond renewal, or of another project. */
export async function verifiedPerson(client: SchoolClient): Promise<Person | null> {
	const { data, error } = await client.auth.getClaims();
	if (error !== null || data === null) return null;
	const { sub, email, is_anonymous: isAnonymous } = data.claims;
	return {
		id: sub,
		email: typeof email === 'string' && email !== '' ? email : null,
		isAnonymous: isAnonymous === true
	};
}
