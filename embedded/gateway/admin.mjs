// Routes only the secret key opens: people made, read, changed and removed by the server, and the mails it did not send.
import { AuthError, object, text } from './http.mjs';
import { makeToken } from './mail.mjs';
import * as users from './users.mjs';

/** @typedef {import('./context.mjs').Route} Route */

/** @param {Record<string, unknown>} body @returns {Date | null | undefined} null lifts a ban, nothing leaves it */
function bannedUntil(body) {
	const duration = text(body, 'ban_duration');
	if (duration === '') return undefined;
	if (duration === 'none') return null;
	const match = /^(\d+)(h|m|s)$/.exec(duration);
	if (match === null) throw new AuthError(400, 'validation_failed', 'Invalid format for ban duration');
	const seconds = Number(match[1]) * { h: 3600, m: 60, s: 1 }[/** @type {'h' | 'm' | 's'} */ (match[2])];
	return new Date(Date.now() + seconds * 1000);
}

/** @param {import('./context.mjs').Context} context */
async function named({ auth, path }) {
	const user = await users.findById(auth.sql, path[0] ?? '');
	if (user === undefined) throw new AuthError(404, 'user_not_found', 'User not found');
	return user;
}

/** @type {Route} */
async function create({ auth, body: read, mustBeService }) {
	mustBeService();
	const body = await read();
	const id = text(body, 'id');
	const password = text(body, 'password');
	if (password !== '') users.checkPassword(password);
	const email = text(body, 'email');
	if (email === '')
		throw new AuthError(400, 'validation_failed', 'Cannot create a user without either an email or phone');
	const user = await users
		.createUser(auth.sql, {
			...(id === '' ? {} : { id }),
			email: users.checkedEmail(email),
			password,
			isConfirmed: body['email_confirm'] === true,
			userData: object(body, 'user_metadata') ?? {},
			appData: object(body, 'app_metadata') ?? {}
		})
		.catch((/** @type {unknown} */ error) => {
			throw error instanceof AuthError && error.code === 'user_already_exists'
				? new AuthError(422, 'email_exists', 'A user with this email address has already been registered')
				: error;
		});
	return { body: users.shownUser(user) };
}

/** @type {Route} */
async function list({ auth, query, mustBeService }) {
	mustBeService();
	const page = Math.max(1, Number(query.get('page')) || 1);
	const perPage = Math.min(1000, Math.max(1, Number(query.get('per_page')) || 50));
	const rows =
		await auth.sql`select * from auth.users order by created_at desc, id limit ${perPage} offset ${(page - 1) * perPage}`;
	return {
		body: {
			users: rows.map((row) => users.shownUser(/** @type {users.UserRow} */ (row))),
			aud: 'authenticated'
		}
	};
}

/** @type {Route} */
async function get(context) {
	context.mustBeService();
	return { body: users.shownUser(await named(context)) };
}

/** @type {Route} */
async function put(context) {
	context.mustBeService();
	const { auth } = context;
	const user = await named(context);
	const body = await context.body();
	const password = text(body, 'password');
	if (password !== '') users.checkPassword(password);
	const email = text(body, 'email') === '' ? user.email : users.checkedEmail(text(body, 'email'));
	const until = bannedUntil(body);
	const merged = (/** @type {string} */ name, /** @type {unknown} */ before) =>
		/** @type {any} */ ({ .../** @type {object} */ (before ?? {}), ...object(body, name) });
	const [row] = await auth.sql`
		update auth.users set email = ${email},
			email_confirmed_at = case when ${body['email_confirm'] === true} then coalesce(email_confirmed_at, now()) else email_confirmed_at end,
			encrypted_password = case when ${password} = '' then encrypted_password
				else extensions.crypt(${password}, extensions.gen_salt('bf', 10)) end,
			is_anonymous = is_anonymous and ${email}::text is null,
			banned_until = case when ${until === undefined} then banned_until else ${until ?? null}::timestamptz end,
			raw_user_meta_data = ${auth.sql.json(merged('user_metadata', user['raw_user_meta_data']))},
			raw_app_meta_data = ${auth.sql.json(merged('app_metadata', user['raw_app_meta_data']))},
			updated_at = now()
		where id = ${user.id} returning *`.catch((/** @type {unknown} */ error) => {
		throw users.asTaken(error, 'email_exists');
	});
	return { body: users.shownUser(/** @type {users.UserRow} */ (row)) };
}

/** @type {Route} */
async function remove(context) {
	context.mustBeService();
	const user = await named(context);
	if ((await context.body())['should_soft_delete'] === true)
		throw new AuthError(
			400,
			'validation_failed',
			'The embedded backend removes people for good or not at all'
		);
	await context.auth.sql`delete from auth.users where id = ${user.id}`;
	return { body: users.shownUser(user) };
}

/** A way back in for somebody, without a mail. @type {Route} */
async function generateLink({ auth, body: read, mustBeService }) {
	mustBeService();
	const body = await read();
	if (text(body, 'type') !== 'recovery')
		throw new AuthError(400, 'validation_failed', 'The embedded backend makes links of type recovery only');
	const email = users.checkedEmail(text(body, 'email'));
	const user = await users.findByEmail(auth.sql, email);
	if (user === undefined) throw new AuthError(404, 'user_not_found', 'User with this email not found');
	const { code, tokenHash } = await makeToken(auth.sql, auth.secrets, {
		userId: user.id,
		type: 'recovery',
		to: email
	});
	const redirectTo = text(body, 'redirect_to');
	const link = {
		action_link: '',
		email_otp: code,
		hashed_token: tokenHash,
		verification_type: 'recovery',
		redirect_to: redirectTo
	};
	return { body: { ...users.shownUser(user), ...link } };
}

/** The mails that were not sent; embedded mode only, no hosted project has this. @type {Route} */
async function outbox({ auth, query, mustBeService }) {
	mustBeService();
	return Promise.resolve({ body: { mails: auth.outbox.to(query.get('to') ?? '') } });
}

/** @type {Readonly<Record<string, Route>>} */
export const adminRoutes = {
	'POST admin/users': create,
	'GET admin/users': list,
	'GET admin/users/*': get,
	'PUT admin/users/*': put,
	'DELETE admin/users/*': remove,
	'POST admin/generate_link': generateLink,
	'GET admin/outbox': outbox
};
