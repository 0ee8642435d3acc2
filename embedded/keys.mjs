// The secrets of one embedded backend and what is signed with them. Made at first start, never constants. Tokens are ES256
// with a published key, as new hosted projects sign them; there is no shared secret that could be taken for a key.
import {
	createPrivateKey,
	createPublicKey,
	generateKeyPairSync,
	randomBytes,
	randomUUID,
	sign,
	verify
} from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { newPasswords } from './postgres.mjs';

/**
 * @typedef {{
 *   passwords: import('./roles.mjs').Passwords,
 *   publishableKey: string,
 *   secretKey: string,
 *   signingKey: import('node:crypto').JsonWebKey & { kid: string },
 *   refreshKey: string
 * }} Secrets `refreshKey` is hexadecimal
 */

/** @returns {Secrets} */
export function newSecrets() {
	const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	return {
		passwords: newPasswords(),
		publishableKey: `sb_publishable_${randomBytes(24).toString('base64url')}`,
		secretKey: `sb_secret_${randomBytes(24).toString('base64url')}`,
		signingKey: { ...privateKey.export({ format: 'jwk' }), kid: randomUUID() },
		refreshKey: randomBytes(32).toString('hex')
	};
}

/**
 * The secrets kept in `dataDir`, made there at the first start. On disk before anything depends on them.
 * @param {string} dataDir
 * @returns {Secrets}
 */
export function secretsIn(dataDir) {
	const path = join(dataDir, 'secrets.json');
	if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8'));
	if (existsSync(join(dataDir, 'pg')))
		throw new Error(`${path} is missing: without it the database beside it cannot be opened`);
	const secrets = newSecrets();
	const partial = `${path}.${process.pid}`;
	const file = openSync(partial, 'w', 0o600);
	writeSync(file, JSON.stringify(secrets, null, '\t'));
	fsyncSync(file);
	closeSync(file);
	renameSync(partial, path);
	const folder = openSync(dataDir, 'r');
	fsyncSync(folder);
	closeSync(folder);
	return secrets;
}

/** The published half, as `/.well-known/jwks.json` carries it. @param {Secrets} secrets */
export function jwksOf({ signingKey }) {
	const { kty, crv, x, y, kid } = signingKey;
	return { keys: [{ kty, crv, x, y, kid, alg: 'ES256', use: 'sig', key_ops: ['verify'], ext: true }] };
}

/** @param {unknown} value */
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * @param {Secrets} secrets
 * @param {Record<string, unknown>} claims
 * @returns {string} a signed token
 */
export function signToken({ signingKey }, claims) {
	const body = `${encode({ alg: 'ES256', kid: signingKey.kid, typ: 'JWT' })}.${encode(claims)}`;
	const key = createPrivateKey({ key: signingKey, format: 'jwk' });
	return `${body}.${sign('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/**
 * @param {Secrets} secrets
 * @param {string} token
 * @param {number} [nowMs]
 * @returns {Record<string, unknown> | undefined} claims of a token of ours that is still good, for `authenticated`
 */
export function verifyToken({ signingKey }, token, nowMs = Date.now()) {
	const parts = token.split('.');
	if (parts.length !== 3) return undefined;
	const [head = '', body = '', signature = ''] = parts;
	try {
		const header = JSON.parse(Buffer.from(head, 'base64url').toString());
		if (header.alg !== 'ES256' || header.kid !== signingKey.kid) return undefined;
		const key = createPublicKey({ key: signingKey, format: 'jwk' });
		const signed = Buffer.from(`${head}.${body}`);
		const isOurs = verify(
			'sha256',
			signed,
			{ key, dsaEncoding: 'ieee-p1363' },
			Buffer.from(signature, 'base64url')
		);
		if (!isOurs) return undefined;
		const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
		if (typeof claims.exp !== 'number' || claims.exp * 1000 <= nowMs) return undefined;
		return claims.aud === 'authenticated' ? claims : undefined;
	} catch {
		return undefined;
	}
}

/** What a secret key stands for at PostgREST; good for a minute. @param {Secrets} secrets */
export function serviceToken(secrets) {
	const now = Math.floor(Date.now() / 1000);
	return signToken(secrets, {
		role: 'service_role',
		aud: 'authenticated',
		iss: 'edubotics',
		iat: now,
		exp: now + 60
	});
}
