// A second factor: codes of an authenticator app. Source: RFC 6238 (TOTP), RFC 4648 (base32), supabase/auth openapi.yaml.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { AuthError, text } from './http.mjs';
import { raiseSession } from './sessions.mjs';
import { findById } from './users.mjs';

/** @typedef {import('./context.mjs').Route} Route */

const STEP_S = 30;
const DIGITS = 6;
const CHALLENGE_GOOD_FOR_MS = 300_000;
const TRIES_MAX = 5;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** @param {Uint8Array} bytes */
export function base32(bytes) {
	let bits = '';
	for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
	return (bits.match(/.{1,5}/g) ?? []).map((five) => ALPHABET[parseInt(five.padEnd(5, '0'), 2)]).join('');
}

/** @param {string} word @returns {Buffer} */
export function fromBase32(word) {
	const bits = [...word].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
	return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

/** @param {Buffer} secret @param {number} step count of half minutes since 1970 @param {number} [digits] */
export function totp(secret, step, digits = DIGITS) {
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(step));
	const hash = createHmac('sha1', secret).update(counter).digest();
	const offset = (hash.at(-1) ?? 0) & 15;
	return String((hash.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
}

/** The step a code is right for: this one or a neighbour, for clocks that differ. @param {Buffer} secret @param {string} code @param {number} nowMs */
function stepOf(secret, code, nowMs) {
	const now = Math.floor(nowMs / 1000 / STEP_S);
	return [now, now - 1, now + 1].find((step) => {
		const right = Buffer.from(totp(secret, step));
		return right.length === Buffer.byteLength(code) && timingSafeEqual(right, Buffer.from(code));
	});
}

/** @param {import('./context.mjs').Context} context @param {string} userId */
async function ownFactor({ auth, path }, userId) {
	const [factor] =
		await auth.sql`select * from auth.mfa_factors where id::text = ${path[0] ?? ''} and user_id = ${userId}`;
	if (factor === undefined)
		throw new AuthError(404, 'mfa_factor_not_found', 'A factor with this ID could not be found');
	return factor;
}

/** @type {Route} */
async function enroll({ auth, body: read, person }) {
	const { user, aal } = await person();
	if (user.is_anonymous)
		throw new AuthError(422, 'mfa_verification_rejected', 'Anonymous users have no second factor');
	const body = await read();
	if (text(body, 'factor_type') !== 'totp')
		throw new AuthError(400, 'validation_failed', 'factor_type needs to be totp');
	const verified =
		await auth.sql`select from auth.mfa_factors where user_id = ${user.id} and status = 'verified'`;
	if (verified.length > 0 && aal !== 'aal2')
		throw new AuthError(403, 'insufficient_aal', 'AAL2 required to enroll a new factor');
	const secret = base32(randomBytes(20));
	const name = text(body, 'friendly_name');
	const issuer = text(body, 'issuer') || 'EduBotics';
	// Unfinished ones of the same name give way: the page was closed before a code was typed.
	await auth.sql`delete from auth.mfa_factors where user_id = ${user.id} and friendly_name = ${name} and status = 'unverified'`;
	const [factor] =
		await auth.sql`insert into auth.mfa_factors (user_id, friendly_name, secret) values (${user.id}, ${name}, ${secret})
		on conflict do nothing returning id`;
	if (factor === undefined)
		throw new AuthError(
			422,
			'mfa_factor_name_conflict',
			`A factor with the friendly name "${name}" for this user already exists`
		);
	const label = encodeURIComponent(`${issuer}:${user.email ?? ''}`);
	const uri = `otpauth://totp/${label}?algorithm=SHA1&digits=${DIGITS}&issuer=${encodeURIComponent(issuer)}&period=${STEP_S}&secret=${secret}`;
	return {
		body: { id: factor['id'], type: 'totp', friendly_name: name, totp: { qr_code: '', secret, uri } }
	};
}

/** @type {Route} */
async function challenge(context) {
	const { user } = await context.person();
	const factor = await ownFactor(context, user.id);
	const [made] = await context.auth
		.sql`insert into auth.mfa_challenges (factor_id) values (${factor['id']}) returning *`;
	const expires = Math.floor((made?.['created_at'].getTime() + CHALLENGE_GOOD_FOR_MS) / 1000);
	return { body: { id: made?.['id'], type: 'totp', expires_at: expires } };
}

/** @type {Route} */
async function verify(context) {
	const { auth } = context;
	const { user, sessionId } = await context.person();
	const factor = await ownFactor(context, user.id);
	const body = await context.body();
	const challengeId = text(body, 'challenge_id');
	const code = text(body, 'code');
	// Counted per factor as well: a new challenge per guess must not make guessing free.
	auth.attempts.check(`factor ${factor['id']}`);
	const outcome = await auth.sql.begin(async (tx) => {
		const [open] =
			await tx`select * from auth.mfa_challenges where id::text = ${challengeId} and factor_id = ${factor['id']}
			and verified_at is null for update`;
		if (
			open === undefined ||
			Date.now() - open['created_at'].getTime() > CHALLENGE_GOOD_FOR_MS ||
			open['tries'] >= TRIES_MAX
		)
			return new AuthError(
				422,
				'mfa_challenge_expired',
				'MFA challenge has expired, verify against another challenge or create a new challenge.'
			);
		const [fresh] = await tx`select * from auth.mfa_factors where id = ${factor['id']} for update`;
		const step = stepOf(fromBase32(factor['secret']), code, Date.now());
		// A code is good once, even within its half minute.
		if (step === undefined || step <= Number(fresh?.['last_step'] ?? 0)) {
			await tx`update auth.mfa_challenges set tries = tries + 1 where id = ${open['id']}`;
			return new AuthError(422, 'mfa_verification_failed', 'Invalid TOTP code entered');
		}
		await tx`update auth.mfa_challenges set verified_at = now() where id = ${open['id']}`;
		await tx`update auth.mfa_factors set status = 'verified', last_step = ${step}, updated_at = now() where id = ${factor['id']}`;
		return raiseSession(tx, auth, (await findById(tx, user.id)) ?? user, sessionId);
	});
	if (outcome instanceof AuthError) {
		auth.attempts.failed(`factor ${factor['id']}`);
		throw outcome;
	}
	auth.attempts.forget(`factor ${factor['id']}`);
	return { body: outcome };
}

/** @type {Route} */
async function unenroll(context) {
	const { user, aal } = await context.person();
	const factor = await ownFactor(context, user.id);
	if (factor['status'] === 'verified' && aal !== 'aal2')
		throw new AuthError(422, 'insufficient_aal', 'AAL2 required to unenroll verified factor');
	await context.auth.sql`delete from auth.mfa_factors where id = ${factor['id']}`;
	return { body: { id: factor['id'] } };
}

/** @type {Readonly<Record<string, Route>>} */
export const mfaRoutes = {
	'POST factors': enroll,
	'POST factors/*/challenge': challenge,
	'POST factors/*/verify': verify,
	'DELETE factors/*': unenroll
};
