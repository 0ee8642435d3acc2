// Mails of the auth gateway: confirm an address, set a new password. Nothing is sent; each becomes a file only the owner of
// the server can read. Whoever may read it may sign in as the person it is for, so no page may ever show one.
import { createHash, createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AuthError } from './http.mjs';

const GOOD_FOR_S = 3600;
const CODE_TRIES_MAX = 10;

/**
 * @typedef {'signup' | 'recovery' | 'email_change'} TokenType
 * @typedef {{ to: string, type: TokenType, code: string, token_hash: string, redirect_to: string, created_at: string }} Mail
 *   `code` is typed in; `token_hash` is for a link to a page that calls `verifyOtp({ token_hash, type })`
 */

/**
 * Keeps the last mails, and writes each to a folder where one is given.
 * @param {string | undefined} folder
 * @param {(line: string) => void} log
 */
export function createOutbox(folder, log) {
	/** @type {Mail[]} */
	const mails = [];
	return {
		/** @param {Mail} mail */
		send: (mail) => {
			mails.push(mail);
			mails.splice(0, mails.length - 200);
			if (folder === undefined) return;
			mkdirSync(folder, { recursive: true, mode: 0o700 });
			const file = join(
				folder,
				`${mail.created_at.replaceAll(':', '-')}-${mail.type}-${randomBytes(3).toString('hex')}.json`
			);
			writeFileSync(file, JSON.stringify(mail, null, '\t'), { mode: 0o600 });
			log(`a mail that is not sent but kept: ${file}`);
		},
		/** @param {string} to */
		to: (to) => mails.filter((mail) => to === '' || mail.to === to)
	};
}

/** @param {string} value */
const fingerprint = (value) => createHash('sha256').update(value).digest();

/** @param {import('../keys.mjs').Secrets} secrets @param {string} userId @param {string} code */
const codeFingerprint = ({ refreshKey }, userId, code) =>
	createHmac('sha256', Buffer.from(refreshKey, 'hex')).update(`${userId}:${code}`).digest();

/**
 * Makes a one-time token, which voids the last of its kind.
 * @param {import('./users.mjs').Sql} sql @param {import('../keys.mjs').Secrets} secrets
 * @param {{ userId: string, type: TokenType, to: string }} what
 */
export async function makeToken(sql, secrets, { userId, type, to }) {
	const code = String(randomInt(1_000_000)).padStart(6, '0');
	const tokenHash = randomBytes(28).toString('hex');
	await sql`
		insert into auth.one_time_tokens (user_id, token_type, token_hash, code_hash, relates_to)
		values (${userId}, ${type}, ${fingerprint(tokenHash)}, ${codeFingerprint(secrets, userId, code)}, ${to})
		on conflict (user_id, token_type) do update set token_hash = excluded.token_hash, code_hash = excluded.code_hash,
			relates_to = excluded.relates_to, tries = 0, created_at = now()`;
	return { code, tokenHash };
}

/**
 * Makes a one-time token and writes the mail.
 * @param {import('./users.mjs').Sql} sql @param {import('../keys.mjs').Secrets} secrets
 * @param {ReturnType<typeof createOutbox>} outbox
 * @param {{ userId: string, type: TokenType, to: string, redirectTo: string }} what
 */
export async function sendToken(sql, secrets, outbox, what) {
	const { code, tokenHash } = await makeToken(sql, secrets, what);
	const created = new Date().toISOString();
	outbox.send({
		to: what.to,
		type: what.type,
		code,
		token_hash: tokenHash,
		redirect_to: what.redirectTo,
		created_at: created
	});
}

const EXPIRED = () => new AuthError(403, 'otp_expired', 'Token has expired or is invalid');

/**
 * Takes a one-time token: it is good once.
 * @param {import('../sql.mjs').Sql} sql @param {import('../keys.mjs').Secrets} secrets
 * @param {{ type: TokenType, tokenHash?: string, email?: string, code?: string }} shown either the link's half or address and code
 * @returns {Promise<{ userId: string, address: string }>} `address` the mail went to
 * @throws {AuthError} otp_expired, whatever the reason
 */
export async function takeToken(sql, secrets, { type, tokenHash = '', email = '', code = '' }) {
	const taken = await sql.begin(async (tx) => {
		const rows =
			tokenHash !== ''
				? await tx`select * from auth.one_time_tokens where token_type = ${type} and token_hash = ${fingerprint(tokenHash)} for update`
				: await tx`select * from auth.one_time_tokens where token_type = ${type} and relates_to = ${email} for update`;
		const [row] = rows;
		if (row === undefined) return undefined;
		const isLate = Date.now() - row['created_at'].getTime() > GOOD_FOR_S * 1000;
		const isRight =
			tokenHash !== '' || timingSafeEqual(row['code_hash'], codeFingerprint(secrets, row['user_id'], code));
		if (isLate || !isRight || row['tries'] >= CODE_TRIES_MAX) {
			await tx`update auth.one_time_tokens set tries = tries + 1 where id = ${row['id']}`;
			return undefined;
		}
		await tx`delete from auth.one_time_tokens where id = ${row['id']}`;
		return { userId: String(row['user_id']), address: String(row['relates_to']) };
	});
	if (taken === undefined) throw EXPIRED();
	return taken;
}
