// The roles of a Supabase cluster, with our passwords. Cluster-wide, so made once, not per database.
// Source: supabase/postgres, initial schema and demotion of `postgres`.

/**
 * @typedef {Record<'supabase_admin' | 'postgres' | 'authenticator' | 'supabase_auth_admin' | 'listener', string>} Passwords
 *   of the roles that log in
 */

/**
 * SQL that makes what is missing and sets passwords; may run again.
 * @param {Passwords} passwords hexadecimal, so nothing in them needs quoting
 */
export function rolesSql(passwords) {
	for (const word of Object.values(passwords))
		if (!/^[0-9a-f]+$/.test(word)) throw new Error('passwords of roles are hexadecimal');
	const roles = {
		anon: 'nologin noinherit',
		authenticated: 'nologin noinherit',
		service_role: 'nologin noinherit bypassrls',
		authenticator: `login noinherit password '${passwords.authenticator}'`,
		supabase_auth_admin: `login noinherit password '${passwords.supabase_auth_admin}'`,
		// Ours, not Supabase's: hears notifications and has no right to anything else.
		listener: `login noinherit password '${passwords.listener}'`,
		postgres: `login createdb createrole replication bypassrls password '${passwords.postgres}'`
	};
	const made = Object.entries(roles).map(
		([name, options]) => `
do $$ begin
	if not exists (select from pg_roles where rolname = '${name}') then create role ${name}; end if;
end $$;
alter role ${name} ${options};`
	);
	return `${made.join('\n')}
grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role, authenticator to postgres with admin option;
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role supabase_auth_admin set search_path = auth;
alter role supabase_auth_admin set idle_in_transaction_session_timeout = 60000;
alter role postgres set search_path = "$user", public, extensions;`;
}
