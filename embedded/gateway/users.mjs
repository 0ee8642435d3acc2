// People in `auth.users`: made, found, changed, shown. Knows passwords only long enough to hand them to the database.
import { randomUUID } from 'node:crypto';
import { AuthError } from './http.mjs';

const PASSWORD_CHARACTERS_MIN = 8;
/** bcrypt reads no further. */
const PASSWORD_BYTES_MAX = 72;

/**
 * @typedef {import('../sql.mjs').Transaction} Sql
 * @typedef {Record<string, any> & { id: string, email: string | null, is_anonymous: boolean }} UserRow
 */

/** @param {string} email as typed @returns {string} as kept */
export function checkedEmail(email) {
	const kept = email.trim().toLowerCase();
	if (kept.length > 254 || !/^[^\s@"<>,;]+@[^\s@"<>,;]+\.[^\s@"<>,;]+$/.test(kept))
		throw new AuthError(400, 'validation_failed', 'Unable to validate email address: invalid format');
	return kept;
}

/** @param {string} password */
export function checkPassword(password) {
	if (Buffer.byteLength(password) > PASSWORD_BYTES_MAX)
		throw new AuthError(
			400,
			'validation_failed',
			`Password cannot be longer than ${PASSWORD_BYTES_MAX} characters`
		);
	if ([...password].length < PASSWORD_CHARACTERS_MIN)
		throw new AuthError(
			422,
			'weak_password',
			`Password should be at least ${PASSWORD_CHARACTERS_MIN} characters.`,
			{
				weak_password: { reasons: ['length'] }
			}
		);
}

/** @param {Sql} sql @param {string} email as kept @returns {Promise<UserRow | undefined>} */
export async function findByEmail(sql, email) {
	const [row] = await sql`select * from auth.users where email = ${email} and not is_sso_user`;
	return /** @type {UserRow | undefined} */ (row);
}

/** @param {Sql} sql @param {string} id @returns {Promise<UserRow | undefined>} */
export async function findById(sql, id) {
	if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return undefined;
	const [row] = await sql`
		select u.*, (select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'friendly_name', f.friendly_name, 'factor_type', f.factor_type,
			'status', f.status, 'created_at', f.created_at, 'updated_at', f.updated_at) order by f.created_at), '[]')
			from auth.mfa_factors f where f.user_id = u.id) as factors
		from auth.users u where u.id = ${id}`;
	return /** @type {UserRow | undefined} */ (row);
}

/**
 * @param {Sql} sql
 * @param {{ id?: string, email?: string, password?: string, isConfirmed?: boolean, isAnonymous?: boolean,
 *   userData?: Record<string, unknown>, appData?: Record<string, unknown> }} person
 * @returns {Promise<UserRow>}
 * @throws {AuthError} user_already_exists
 */
export async function createUser(sql, person) {
	const { id = randomUUID(), email = null, password = '', isConfirmed = false, isAnonymous = false } = person;
	const appData = email === null ? {} : { provider: 'email', providers: ['email'] };
	try {
		const [row] = await sql`
			insert into auth.users (id, email, encrypted_password, email_confirmed_at, is_anonymous, raw_app_meta_data, raw_user_meta_data)
			values (${id}, ${email},
				case when ${password} = '' then '' else extensions.crypt(${password}, extensions.gen_salt('bf', 10)) end,
				case when ${isConfirmed} then now() end, ${isAnonymous},
				${sql.json(/** @type {any} */ ({ ...appData, ...person.appData }))}, ${sql.json(/** @type {any} */ (person.userData ?? {}))})
			returning *`;
		return /** @type {UserRow} */ (row);
	} catch (error) {
		throw asTaken(error);
	}
}

/** A unique email that is taken, in words; anything else as it is. @param {unknown} error @param {string} [code] */
export function asTaken(error, code = 'user_already_exists') {
	const { code: state, constraint } = /** @type {{ code?: string, constraint?: string }} */ (error);
	if (state === '23505' && constraint === 'users_email_partial_key')
		return new AuthError(
			422,
			code,
			code === 'email_exists'
				? 'A user with this email address has already been registered'
				: 'User already registered'
		);
	return error;
}

/**
 * The person with this address and password. Takes as long for an address nobody has.
 * @param {Sql} sql @param {string} email @param {string} password @returns {Promise<UserRow | undefined>}
 */
export async function findByPassword(sql, email, password) {
	const [row] = await sql`
		select u.*, extensions.crypt(${password}, coalesce(nullif(u.encrypted_password, ''), extensions.gen_salt('bf', 10))) = u.encrypted_password as matches
		from (select 1) as always left join auth.users u on u.email = ${email} and not u.is_sso_user`;
	if (row?.['id'] === null || row?.['matches'] !== true) return undefined;
	return /** @type {UserRow} */ (row);
}

/** @param {UserRow} user @throws {AuthError} user_banned */
export function checkNotBanned(user) {
	if (user['banned_until'] !== null && user['banned_until'] > new Date())
		throw new AuthError(400, 'user_banned', 'User is banned');
}

/** A person as auth-js knows one. @param {UserRow} user @returns {Record<string, any>} */
export function shownUser(user) {
	const { id, email } = user;
	const when = (/** @type {string} */ name) => (user[name] === null ? {} : { [name]: user[name] });
	const identity =
		email === null
			? []
			: [
					{
						identity_id: id,
						id,
						user_id: id,
						identity_data: { email, email_verified: user['email_confirmed_at'] !== null, sub: id },
						provider: 'email',
						last_sign_in_at: user['last_sign_in_at'],
						created_at: user['created_at'],
						updated_at: user['updated_at'],
						email
					}
				];
	return {
		id,
		aud: 'authenticated',
		role: user['role'],
		email: email ?? '',
		...when('email_confirmed_at'),
		phone: user['phone'] ?? '',
		...when('confirmation_sent_at'),
		...when('recovery_sent_at'),
		...(user['email_change'] === '' ? {} : { new_email: user['email_change'] }),
		...when('confirmed_at'),
		...when('last_sign_in_at'),
		...when('banned_until'),
		app_metadata: user['raw_app_meta_data'] ?? {},
		user_metadata: user['raw_user_meta_data'] ?? {},
		identities: identity,
		factors: user['factors'] ?? [],
		created_at: user['created_at'],
		updated_at: user['updated_at'],
		is_anonymous: user.is_anonymous
	};
}
