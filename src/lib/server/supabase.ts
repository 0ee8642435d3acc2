// The one factory of database clients: each request gets its own, with that person's token out of an httpOnly cookie, so
// that row level security decides what is seen. Knows cookies; knows no table.
// [Note: two cookies] A teacher who tries the class as a pupil in the same browser is two people: a session per role.
// [Note: no socket] supabase-js refuses to start on a Node without WebSocket. Nothing here listens through it, so it gets a
// transport that cannot connect.

import { createServerClient } from '@supabase/ssr';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { SchoolSettings } from './settings';

export type Role = 'teacher' | 'pupil';
export type SchoolClient = SupabaseClient;

/** What a request offers of its cookies. */
export interface CookieJar {
	getAll(): { name: string; value: string }[];
	set(name: string, value: string, options: CookieFlags): void;
}
export interface CookieFlags {
	readonly path: '/';
	readonly httpOnly: true;
	readonly sameSite: 'lax';
	readonly secure: boolean;
	readonly maxAge: number;
}

const COOKIE_NAMES: Readonly<Record<Role, string>> = {
	teacher: 'edubotics-teacher',
	pupil: 'edubotics-seat'
};
/** Drops every cookie of a role, also those that the client would keep. */
export function forgetRole(role: Role, jar: CookieJar, secure: boolean): void {
	for (const { name } of jar.getAll())
		if (name.startsWith(COOKIE_NAMES[role]))
			jar.set(name, '', { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: 0 });
}
/** A seat is found again after the longest holidays. */
const COOKIE_SECONDS = 180 * 24 * 3600;

function NoSocket(): never {
	throw new TypeError('this server listens to the database directly, never through a socket');
}

/** @param secure whether the browser came over https */
export function createSchoolClient(
	{ url, publishableKey }: SchoolSettings,
	role: Role,
	jar: CookieJar,
	secure: boolean
): SchoolClient {
	return createServerClient(url, publishableKey, {
		cookieOptions: { name: COOKIE_NAMES[role] },
		cookies: {
			getAll: () => jar.getAll(),
			setAll: (cookies) => {
				for (const { name, value, options } of cookies)
					jar.set(name, value, {
						path: '/',
						httpOnly: true,
						sameSite: 'lax',
						secure,
						maxAge: value === '' ? 0 : (options.maxAge ?? COOKIE_SECONDS)
					});
			}
		},
		realtime: { transport: NoSocket as unknown as typeof WebSocket }
	}) as SchoolClient;
}

/**
 * The same person with the token they have now, and never another: for streams, which outlive the answer that could carry a
 * new cookie. A session renewed there would be lost, and its old token would count as stolen. null: no session.
 */
export async function withTokenOfNow(
	{ url, publishableKey }: SchoolSettings,
	client: SchoolClient
): Promise<SchoolClient | null> {
	const { data } = await client.auth.getSession();
	const token = data.session?.access_token;
	if (token === undefined) return null;
	return createClient(url, publishableKey, {
		accessToken: () => Promise.resolve(token),
		realtime: { transport: NoSocket as unknown as typeof WebSocket }
	});
}
