// The second factor, through the real client.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOf } from './contract/target';
import { freshStack, type FreshStack } from './fresh-stack.mjs';
import { fromBase32, totp } from './gateway/mfa.mjs';

const PASSWORD = 'a long enough password';

let stack: FreshStack;
beforeAll(async () => {
	stack = await freshStack({ migrations: [] });
});
afterAll(() => stack.stop());

const client = () => clientOf(stack.url, stack.publishableKey);

describe('a second factor', () => {
	it('gives the codes of RFC 6238, appendix B', () => {
		const secret = Buffer.from('12345678901234567890');
		const table: [number, string][] = [
			[59, '94287082'],
			[1111111109, '07081804'],
			[1111111111, '14050471'],
			[1234567890, '89005924'],
			[2000000000, '69279037'],
			[20000000000, '65353130']
		];
		for (const [seconds, code] of table) expect(totp(secret, Math.floor(seconds / 30), 8)).toBe(code);
	});

	it('raises a session, once per code, and stays until an aal2 session takes it away', async () => {
		const email = 'second@example.com';
		await clientOf(stack.url, stack.secretKey).auth.admin.createUser({
			email,
			password: PASSWORD,
			email_confirm: true
		});
		const person = client();
		await person.auth.signInWithPassword({ email, password: PASSWORD });
		const { data: factor } = await person.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'phone' });
		const secret = fromBase32(factor?.type === 'totp' ? factor.totp.secret : '');
		const factorId = factor?.id ?? '';
		const code = () => totp(secret, Math.floor(Date.now() / 1000 / 30));
		const wrong = await person.auth.mfa.challengeAndVerify({
			factorId,
			code: code() === '000000' ? '000001' : '000000'
		});
		expect(wrong.error).toMatchObject({ code: 'mfa_verification_failed', status: 422 });
		const used = code();
		const verified = await person.auth.mfa.challengeAndVerify({ factorId, code: used });
		expect(verified.error).toBeNull();
		expect((await person.auth.mfa.getAuthenticatorAssuranceLevel()).data?.currentLevel).toBe('aal2');
		expect((await person.auth.refreshSession()).error).toBeNull();
		expect((await person.auth.getClaims()).data?.claims.aal).toBe('aal2');

		const elsewhere = client();
		await elsewhere.auth.signInWithPassword({ email, password: PASSWORD });
		const level = await elsewhere.auth.mfa.getAuthenticatorAssuranceLevel();
		expect(level.data).toMatchObject({ currentLevel: 'aal1', nextLevel: 'aal2' });
		const replayed = await elsewhere.auth.mfa.challengeAndVerify({ factorId, code: used });
		expect(replayed.error).toMatchObject({ code: 'mfa_verification_failed' });
		expect((await elsewhere.auth.mfa.unenroll({ factorId })).error).toMatchObject({
			code: 'insufficient_aal'
		});
		expect((await elsewhere.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'other' })).error?.code).toBe(
			'insufficient_aal'
		);
		expect((await person.auth.mfa.unenroll({ factorId })).error).toBeNull();
	});

	it('of somebody else cannot be tried', async () => {
		const [one, two] = [client(), client()];
		await one.auth.signUp({ email: 'one@example.com', password: PASSWORD });
		await two.auth.signUp({ email: 'two@example.com', password: PASSWORD });
		const { data } = await one.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'phone' });
		expect((await two.auth.mfa.challenge({ factorId: data?.id ?? '' })).error).toMatchObject({
			code: 'mfa_factor_not_found',
			status: 404
		});
	});
});
