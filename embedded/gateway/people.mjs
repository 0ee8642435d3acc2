// Routes a person takes: sign up, sign in, stay signed in, change oneself, get back in, leave. Source: supabase/auth, openapi.yaml.
import { jwksOf } from '../keys.mjs';
import { AuthError, object, text } from './http.mjs';
import { sendToken, takeToken } from './mail.mjs';
import { endSessions, refreshSession, startSession } from './sessions.mjs';
import * as users from './users.mjs';

/** @typedef {import('./context.mjs').Route} Route */

/** @type {Route} */
async function signUp({ auth, body: read, query }) {
	const body = await read();
	const userData = object(body, 'data') ?? {};
	const password = text(body, 'password');
	if (text(body, 'email') === '') {
		if (text(body, 'phone') !== '')
			throw new AuthError(400, 'phone_provider_disabled', 'Phone signups are disabled');
		if (password !== '')
			throw new AuthError(400, 'validation_failed', 'To signup, please provide your email');
		const session = await auth.sql.begin(async (tx) => {
			const guest = await users.createUser(tx, { isAnonymous: true, userData });
			return startSession(tx, auth, guest, 'anonymous');
		});
		return { body: session };
	}
	const email = users.checkedEmail(text(body, 'email'));
	if (password === '') throw new AuthError(400, 'validation_failed', 'Signup requires a valid password');
	users.checkPassword(password);
	if (auth.isAutoconfirmed) {
		const session = await auth.sql.begin(async (tx) => {
			const user = await users.createUser(tx, { email, password, userData, isConfirmed: true });
			return startSession(tx, auth, user, 'password');
		});
		return { body: session };
	}
	const redirectTo = query.get('redirect_to') ?? '';
	const known = await users.findByEmail(auth.sql, email);
	// Who asks must not learn whether an address is taken: a taken one is answered like a new one.
	if (known !== undefined && known['email_confirmed_at'] !== null) {
		const shown = users.shownUser({ ...known, raw_user_meta_data: userData, id: crypto.randomUUID() });
		const { email_confirmed_at: _at, confirmed_at: _and, last_sign_in_at: _last, ...rest } = shown;
		const now = new Date();
		return { body: { ...rest, identities: [], created_at: now, updated_at: now, confirmation_sent_at: now } };
	}
	const user = await auth.sql.begin(async (tx) => {
		const made = known ?? (await users.createUser(tx, { email, password, userData }));
		const [sent] =
			await tx`update auth.users set confirmation_sent_at = now() where id = ${made.id} returning *`;
		await sendToken(tx, auth.secrets, auth.outbox, {
			userId: made.id,
			type: 'signup',
			to: email,
			redirectTo
		});
		return /** @type {users.UserRow} */ (sent);
	});
	return { body: users.shownUser(user) };
}

/** @type {Route} */
async function token({ auth, body: read, query }) {
	const body = await read();
	switch (query.get('grant_type')) {
		case 'password': {
			const email = text(body, 'email').trim().toLowerCase();
			auth.attempts.check(email);
			const user = await users.findByPassword(auth.sql, email, text(body, 'password'));
			if (user === undefined) {
				auth.attempts.failed(email);
				throw new AuthError(400, 'invalid_credentials', 'Invalid login credentials');
			}
			auth.attempts.forget(email);
			if (user['email_confirmed_at'] === null)
				throw new AuthError(400, 'email_not_confirmed', 'Email not confirmed');
			return { body: await auth.sql.begin((tx) => startSession(tx, auth, user, 'password')) };
		}
		case 'refresh_token':
			return { body: await refreshSession(auth.sql, auth, text(body, 'refresh_token')) };
		default:
			throw new AuthError(400, 'validation_failed', 'unsupported_grant_type');
	}
}

/** @type {Route} */
async function getUser({ person }) {
	return { body: users.shownUser((await person()).user) };
}

/** Changes oneself; an anonymous person who gives an address becomes a permanent one. @type {Route} */
async function putUser({ auth, body: read, person, query }) {
	const { user, sessionId } = await person();
	const body = await read();
	const password = text(body, 'password');
	const userData = object(body, 'data');
	const email = text(body, 'email') === '' ? user.email : users.checkedEmail(text(body, 'email'));
	const isNewEmail = email !== user.email;
	if (password !== '') {
		if (user.is_anonymous && !(isNewEmail && auth.isAutoconfirmed))
			throw new AuthError(
				422,
				'validation_failed',
				'Updating password of an anonymous user without an email or phone is not allowed'
			);
		users.checkPassword(password);
	}
	if (isNewEmail && email !== null && (await users.findByEmail(auth.sql, email)) !== undefined)
		throw new AuthError(422, 'email_exists', 'A user with this email address has already been registered');
	const changed = await auth.sql
		.begin(async (tx) => {
			if (password !== '') {
				const [row] =
					await tx`update auth.users set encrypted_password = extensions.crypt(${password}, extensions.gen_salt('bf', 10))
					where id = ${user.id} and coalesce(encrypted_password, '') is distinct from
						extensions.crypt(${password}, coalesce(nullif(encrypted_password, ''), extensions.gen_salt('bf', 10))) returning id`;
				if (row === undefined)
					throw new AuthError(
						422,
						'same_password',
						'New password should be different from the old password.'
					);
				await endSessions(tx, user.id, sessionId, 'others');
			}
			if (userData !== undefined)
				await tx`update auth.users set raw_user_meta_data =
					jsonb_strip_nulls(coalesce(raw_user_meta_data, '{}') || ${tx.json(/** @type {any} */ (userData))}) where id = ${user.id}`;
			if (isNewEmail && email !== null) {
				if (auth.isAutoconfirmed) await takeOn(tx, user.id, email);
				else {
					await tx`update auth.users set email_change = ${email}, email_change_sent_at = now() where id = ${user.id}`;
					const redirectTo = query.get('redirect_to') ?? '';
					await sendToken(tx, auth.secrets, auth.outbox, {
						userId: user.id,
						type: 'email_change',
						to: email,
						redirectTo
					});
				}
			}
			const [row] = await tx`update auth.users set updated_at = now() where id = ${user.id} returning *`;
			return /** @type {users.UserRow} */ (row);
		})
		.catch((/** @type {unknown} */ error) => {
			throw users.asTaken(error, 'email_exists');
		});
	return { body: users.shownUser(changed) };
}

/** Makes a proven address the person's. @param {users.Sql} sql @param {string} userId @param {string} email */
async function takeOn(sql, userId, email) {
	await sql`update auth.users set email = ${email}, email_change = '', email_confirmed_at = now(), is_anonymous = false,
		raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || '{"provider":"email","providers":["email"]}' where id = ${userId}`;
}

/** @type {Route} */
async function logout({ auth, person, query }) {
	const { user, sessionId } = await person();
	await endSessions(auth.sql, user.id, sessionId, query.get('scope') ?? 'global');
	return { status: 204 };
}

/** Answers alike whether somebody has that address or not. @type {Route} */
async function recover({ auth, body: read, query }) {
	const email = users.checkedEmail(text(await read(), 'email'));
	// Counted for addresses nobody has as well, or the limit would tell which somebody has.
	auth.attempts.check(`mail ${email}`);
	auth.attempts.failed(`mail ${email}`);
	const user = await users.findByEmail(auth.sql, email);
	if (user !== undefined) {
		await auth.sql`update auth.users set recovery_sent_at = now() where id = ${user.id}`;
		const redirectTo = query.get('redirect_to') ?? '';
		await sendToken(auth.sql, auth.secrets, auth.outbox, {
			userId: user.id,
			type: 'recovery',
			to: email,
			redirectTo
		});
	}
	return { body: {} };
}

/** @type {Route} */
async function resend({ auth, body: read, query }) {
	const body = await read();
	const email = users.checkedEmail(text(body, 'email'));
	const type = text(body, 'type');
	if (type !== 'signup' && type !== 'email_change')
		throw new AuthError(400, 'validation_failed', 'Missing one of these types: signup, email_change');
	auth.attempts.check(`mail ${email}`);
	auth.attempts.failed(`mail ${email}`);
	const redirectTo = query.get('redirect_to') ?? '';
	const [waiting] = await auth.sql`
		select id from auth.users where case when ${type} = 'signup'
			then email = ${email} and email_confirmed_at is null else email_change = ${email} end`;
	if (waiting !== undefined) {
		await sendToken(auth.sql, auth.secrets, auth.outbox, {
			userId: waiting['id'],
			type,
			to: email,
			redirectTo
		});
	}
	return { body: {} };
}

/** @type {Readonly<Record<string, import('./mail.mjs').TokenType>>} */
const VERIFIED_AS = { signup: 'signup', email: 'signup', recovery: 'recovery', email_change: 'email_change' };

/** @type {Route} */
async function verify({ auth, body: read }) {
	const body = await read();
	const type = VERIFIED_AS[text(body, 'type')];
	if (type === undefined) throw new AuthError(400, 'validation_failed', 'Unsupported verification type');
	const email = text(body, 'email').trim().toLowerCase();
	const shown = { type, tokenHash: text(body, 'token_hash'), email, code: text(body, 'token') };
	const { userId, address } = await takeToken(auth.sql, auth.secrets, shown);
	const session = await auth.sql
		.begin(async (tx) => {
			if (type === 'email_change') await takeOn(tx, userId, address);
			else
				await tx`update auth.users set email_confirmed_at = coalesce(email_confirmed_at, now()) where id = ${userId}`;
			const user = await users.findById(tx, userId);
			if (user === undefined) throw new AuthError(403, 'otp_expired', 'Token has expired or is invalid');
			return startSession(tx, auth, user, type === 'recovery' ? 'recovery' : 'otp');
		})
		.catch((/** @type {unknown} */ error) => {
			throw users.asTaken(error, 'email_exists');
		});
	return { body: session };
}

/** @type {Route} */
async function settings({ auth }) {
	const external = { anonymous_users: true, email: true, phone: false };
	return Promise.resolve({
		body: { external, disable_signup: false, mailer_autoconfirm: auth.isAutoconfirmed }
	});
}

/** @type {Readonly<Record<string, Route>>} */
export const peopleRoutes = {
	'POST signup': signUp,
	'POST token': token,
	'GET user': getUser,
	'PUT user': putUser,
	'POST logout': logout,
	'POST recover': recover,
	'POST resend': resend,
	'POST verify': verify,
	'GET settings': settings
};

/** Routes that ask for no key. @type {Readonly<Record<string, Route>>} */
export const openRoutes = {
	'GET health': () => Promise.resolve({ body: { name: 'EduBotics auth gateway', version: '1' } }),
	'GET .well-known/jwks.json': ({ auth }) => Promise.resolve({ body: jwksOf(auth.secrets) })
};
