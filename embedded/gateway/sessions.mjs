// Sessions and their refresh tokens. A refresh token is good once: each use makes its successor. Kept are fingerprints only; a
// successor is computed from its forerunner and a nonce, so a client whose answer was lost gets the same one again.
// A token used a second time later than that means somebody copied it: the session ends. Source: supabase/auth, token_refresh.
import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { signToken } from '../keys.mjs';
import { AuthError } from './http.mjs';
import { checkNotBanned, findById, shownUser } from './users.mjs';

const ACCESS_TOKEN_S = 3600;
/** Two tabs may use the same token at once, and a slow network may deliver a use late. */
const REUSE_GRACE_S = 60;
const REVOKED_KEPT_DAYS = 90;

/** @param {string} token */
const fingerprint = (token) => createHash('sha256').update(token).digest();

/**
 * @typedef {import('./users.mjs').Sql} Sql
 * @typedef {{ id: string, aal: string, amr: unknown[] }} SessionRow
 * @typedef {{ secrets: import('../keys.mjs').Secrets, issuer: () => string }} Signing
 */

/** @param {Signing} signing @param {string} token @param {Buffer} nonce */
function successor({ secrets }, token, nonce) {
	return createHmac('sha256', Buffer.from(secrets.refreshKey, 'hex'))
		.update(nonce)
		.update(token)
		.digest('base64url');
}

/** @param {Signing} signing @param {import('./users.mjs').UserRow} user @param {SessionRow} session @param {string} refreshToken */
function answer({ secrets, issuer }, user, session, refreshToken) {
	const now = Math.floor(Date.now() / 1000);
	const access = signToken(secrets, {
		iss: issuer(),
		sub: user.id,
		aud: 'authenticated',
		exp: now + ACCESS_TOKEN_S,
		iat: now,
		email: user.email ?? '',
		phone: user['phone'] ?? '',
		app_metadata: user['raw_app_meta_data'] ?? {},
		user_metadata: user['raw_user_meta_data'] ?? {},
		role: 'authenticated',
		aal: session.aal,
		amr: session.amr,
		session_id: session.id,
		is_anonymous: user.is_anonymous
	});
	return {
		access_token: access,
		token_type: 'bearer',
		expires_in: ACCESS_TOKEN_S,
		expires_at: now + ACCESS_TOKEN_S,
		refresh_token: refreshToken,
		user: shownUser(user)
	};
}

/**
 * @param {Sql} sql in a transaction @param {Signing} signing
 * @param {import('./users.mjs').UserRow} user @param {'anonymous' | 'password' | 'otp' | 'recovery'} method
 */
export async function startSession(sql, signing, user, method) {
	checkNotBanned(user);
	const token = randomBytes(32).toString('base64url');
	const id = randomUUID();
	const amr = [{ method, timestamp: Math.floor(Date.now() / 1000) }];
	await sql`update auth.users set last_sign_in_at = now(), updated_at = now() where id = ${user.id}`;
	const fresh = (await findById(sql, user.id)) ?? user;
	await sql`insert into auth.sessions (id, user_id, amr) values (${id}, ${user.id}, ${sql.json(amr)})`;
	await sql`insert into auth.refresh_tokens (session_id, token_hash, nonce) values (${id}, ${fingerprint(token)}, ''::bytea)`;
	return answer(signing, fresh, { id, aal: 'aal1', amr }, token);
}

/**
 * @param {import('../sql.mjs').Sql} sql @param {Signing} signing @param {string} token
 * @throws {AuthError} refresh_token_not_found, refresh_token_already_used, user_banned
 */
export async function refreshSession(sql, signing, token) {
	const hash = fingerprint(token);
	const outcome = await sql.begin(async (tx) => {
		// The session is locked first: of two tabs with one token, the second waits and then finds the successor.
		const [session] = await tx`
			select s.* from auth.sessions s where s.id = (select session_id from auth.refresh_tokens where token_hash = ${hash})
			for update`;
		const [row] = await tx`select *, revoked_at > now() - make_interval(secs => ${REUSE_GRACE_S}) as is_fresh
			from auth.refresh_tokens where token_hash = ${hash}`;
		if (session === undefined || row === undefined) return 'unknown';
		const user = await findById(tx, session['user_id']);
		if (user === undefined) return 'unknown';
		checkNotBanned(user);
		const found = /** @type {SessionRow} */ (/** @type {unknown} */ (session));
		if (row['revoked_at'] !== null) {
			const [heir] = await tx`select nonce from auth.refresh_tokens
				where session_id = ${found.id} and parent_hash = ${hash} and revoked_at is null order by id desc limit 1`;
			if (heir !== undefined) return answer(signing, user, found, successor(signing, token, heir['nonce']));
			if (row['is_fresh'] !== true) {
				await tx`delete from auth.sessions where id = ${found.id}`;
				return 'copied';
			}
		}
		const nonce = randomBytes(16);
		const next = successor(signing, token, nonce);
		await tx`update auth.refresh_tokens set revoked_at = now() where id = ${row['id']} and revoked_at is null`;
		await tx`delete from auth.refresh_tokens
			where session_id = ${found.id} and revoked_at < now() - make_interval(days => ${REVOKED_KEPT_DAYS})`;
		await tx`insert into auth.refresh_tokens (session_id, token_hash, parent_hash, nonce)
			values (${found.id}, ${fingerprint(next)}, ${hash}, ${nonce})`;
		await tx`update auth.sessions set updated_at = now() where id = ${found.id}`;
		return answer(signing, user, found, next);
	});
	if (outcome === 'unknown')
		throw new AuthError(400, 'refresh_token_not_found', 'Invalid Refresh Token: Refresh Token Not Found');
	if (outcome === 'copied')
		throw new AuthError(400, 'refresh_token_already_used', 'Invalid Refresh Token: Already Used');
	return outcome;
}

/**
 * A session that a second factor was shown for.
 * @param {Sql} sql in a transaction @param {Signing} signing @param {import('./users.mjs').UserRow} user @param {string} sessionId
 */
export async function raiseSession(sql, signing, user, sessionId) {
	const method = [{ method: 'totp', timestamp: Math.floor(Date.now() / 1000) }];
	const [session] =
		await sql`update auth.sessions set aal = 'aal2', amr = ${sql.json(method)} || amr, updated_at = now()
		where id = ${sessionId} returning *`;
	if (session === undefined)
		throw new AuthError(403, 'session_not_found', 'Session from session_id claim in JWT does not exist');
	const token = randomBytes(32).toString('base64url');
	await sql`update auth.refresh_tokens set revoked_at = now() where session_id = ${sessionId} and revoked_at is null`;
	await sql`insert into auth.refresh_tokens (session_id, token_hash, nonce) values (${sessionId}, ${fingerprint(token)}, ''::bytea)`;
	return answer(signing, user, /** @type {SessionRow} */ (/** @type {unknown} */ (session)), token);
}

/**
 * @param {Sql} sql @param {string} userId @param {string} sessionId the caller's @param {string} scope
 */
export async function endSessions(sql, userId, sessionId, scope) {
	if (scope === 'local') await sql`delete from auth.sessions where id = ${sessionId} and user_id = ${userId}`;
	else if (scope === 'others')
		await sql`delete from auth.sessions where user_id = ${userId} and id <> ${sessionId}`;
	else if (scope === 'global') await sql`delete from auth.sessions where user_id = ${userId}`;
	else throw new AuthError(400, 'validation_failed', `Unsupported logout scope: ${scope}`);
}
