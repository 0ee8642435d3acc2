// Who is asking: the key of the project and the token of a person. Shared by all routes of the auth gateway.
import { createHash, timingSafeEqual } from 'node:crypto';
import { verifyToken } from '../keys.mjs';
import { AuthError, readJson } from './http.mjs';
import { findById } from './users.mjs';

/**
 * @typedef {{
 *   sql: import('../sql.mjs').Sql,
 *   secrets: import('../keys.mjs').Secrets,
 *   issuer: () => string,
 *   outbox: ReturnType<typeof import('./mail.mjs').createOutbox>,
 *   attempts: ReturnType<typeof createAttempts>,
 *   isAutoconfirmed: boolean
 * }} Auth what a gateway is made of; `isAutoconfirmed`: a new address counts without a mail
 * @typedef {{
 *   auth: Auth, path: string[], query: URLSearchParams,
 *   body: () => Promise<Record<string, unknown>>,
 *   person: () => Promise<{ user: import('./users.mjs').UserRow, sessionId: string, aal: string }>,
 *   mustBeService: () => void
 * }} Context `path` are the parts a route left open
 * @typedef {(context: Context) => Promise<{ status?: number, body?: unknown }>} Route
 */

const WORDS_KEPT = 100_000;

/** @param {string} a @param {string} b */
const same = (a, b) => timingSafeEqual(digest(a), digest(b));
/** Of one length whatever was sent. @param {string} text */
const digest = (text) => createHash('sha256').update(text).digest();

/** What key a request shows. @param {import('node:http').IncomingMessage} request @param {import('../keys.mjs').Secrets} secrets @returns {'publishable' | 'secret' | undefined} */
export function keyOf(request, { publishableKey, secretKey }) {
	const shown = String(request.headers['apikey'] ?? bearerOf(request));
	if (same(shown, secretKey)) return 'secret';
	return same(shown, publishableKey) ? 'publishable' : undefined;
}

/** @param {import('node:http').IncomingMessage} request @returns {string} empty where there is none */
export function bearerOf(request) {
	return /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

/**
 * @param {Auth} auth @param {import('node:http').IncomingMessage} request
 * @param {string[]} path @param {URLSearchParams} query @returns {Context}
 */
export function contextOf(auth, request, path, query) {
	/** @type {Promise<Record<string, unknown>> | undefined} */
	let body;
	return {
		auth,
		path,
		query,
		body: () => (body ??= readJson(request)),
		mustBeService: () => {
			const bearer = bearerOf(request);
			const isService =
				same(bearer, auth.secrets.secretKey) || (bearer === '' && keyOf(request, auth.secrets) === 'secret');
			if (isService) return;
			if (bearer === '')
				throw new AuthError(401, 'no_authorization', 'This endpoint requires a Bearer token');
			throw new AuthError(403, 'not_admin', 'User not allowed');
		},
		person: async () => {
			const token = bearerOf(request);
			if (token === '' || same(token, auth.secrets.publishableKey))
				throw new AuthError(401, 'no_authorization', 'This endpoint requires a Bearer token');
			const claims = verifyToken(auth.secrets, token);
			if (claims === undefined || typeof claims['sub'] !== 'string')
				throw new AuthError(403, 'bad_jwt', 'invalid JWT: unable to parse or verify signature');
			const user = await findById(auth.sql, claims['sub']);
			if (user === undefined)
				throw new AuthError(403, 'user_not_found', 'User from sub claim in JWT does not exist');
			const sessionId = String(claims['session_id']);
			const [session] =
				await auth.sql`select aal from auth.sessions where id::text = ${sessionId} and user_id = ${user.id}`;
			if (session === undefined)
				throw new AuthError(403, 'session_not_found', 'Session from session_id claim in JWT does not exist');
			return { user, sessionId, aal: String(session['aal']) };
		}
	};
}

/**
 * Counts failures per word within a window; in memory, so a restart forgives.
 * @param {{ most: number, windowMs: number, now?: () => number }} options
 */
export function createAttempts({ most, windowMs, now = Date.now }) {
	/** @type {Map<string, { count: number, since: number }>} */
	const failures = new Map();
	const current = (/** @type {string} */ word) => {
		const found = failures.get(word);
		if (found !== undefined && now() - found.since < windowMs) return found;
		failures.delete(word);
		return undefined;
	};
	return {
		/** @param {string} word @throws {AuthError} over_request_rate_limit */
		check: (word) => {
			if ((current(word)?.count ?? 0) >= most)
				throw new AuthError(429, 'over_request_rate_limit', 'Request rate limit reached');
		},
		/** @param {string} word */
		failed: (word) => {
			const found = current(word);
			if (found !== undefined) found.count += 1;
			else {
				const [oldest] = failures.keys();
				if (failures.size >= WORDS_KEPT && oldest !== undefined) failures.delete(oldest);
				failures.set(word, { count: 1, since: now() });
			}
		},
		/** @param {string} word */
		forget: (word) => failures.delete(word)
	};
}
