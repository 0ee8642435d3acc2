// What supabase/config.toml asks of a hosted project is what the embedded backend does.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { supabaseDir } from './database.mjs';

const toml = readFileSync(join(supabaseDir, 'config.toml'), 'utf8');
const source = (file: string) => readFileSync(join(import.meta.dirname, file), 'utf8');

/** The value of `name` in `[section]`, as it stands there. */
function valueOf(section: string, name: string): string | undefined {
	const body = toml.split(`\n[${section}]\n`)[1]?.split('\n[')[0];
	return body
		?.split('\n')
		.find((line) => line.startsWith(`${name} = `))
		?.slice(name.length + 3);
}

/** The number behind a constant of ours. */
function constantOf(file: string, name: string): string | undefined {
	return new RegExp(`const ${name} = ([\\d_]+);`).exec(source(file))?.[1]?.replaceAll('_', '');
}

describe('supabase/config.toml', () => {
	it.each([
		['auth', 'jwt_expiry', 'gateway/sessions.mjs', 'ACCESS_TOKEN_S'],
		['auth', 'refresh_token_reuse_interval', 'gateway/sessions.mjs', 'REUSE_GRACE_S'],
		['auth', 'minimum_password_length', 'gateway/users.mjs', 'PASSWORD_CHARACTERS_MIN']
	])('[%s] %s is what %s does', (section, name, file, constant) => {
		const ours = constantOf(file, constant);
		expect(ours).toMatch(/^\d+$/);
		expect(valueOf(section, name)).toBe(ours);
	});

	it('asks for the Postgres and the rows that run here', () => {
		expect(source('index.mjs')).toContain(`POSTGRES_MAJOR = '${valueOf('db', 'major_version') ?? '?'}'`);
		expect(source('postgrest.mjs')).toContain(`PGRST_DB_MAX_ROWS: '${valueOf('api', 'max_rows') ?? '?'}'`);
		expect(valueOf('api', 'schemas')).toBe('["public"]');
		expect(valueOf('auth', 'enable_anonymous_sign_ins')).toBe('true');
	});
});
