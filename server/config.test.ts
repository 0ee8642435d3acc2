import { describe, expect, it } from 'vitest';
import { VARIABLES, parseConfig } from './config.js';

function problemsOf(environment: Record<string, string | undefined>): string[] {
	const parsed = parseConfig(environment);
	return parsed.ok ? [] : parsed.problems;
}

const HUB = {
	HUB_ENDPOINT: new URL('https://huggingface.co'),
	HUB_FILE_HOSTS: ['*.hf.co', '*.huggingface.co']
};

const noSchoolSet = {
	SCHOOL: true,
	SCHOOL_DATA: '',
	SUPABASE_URL: '',
	SUPABASE_PUBLISHABLE_KEY: '',
	SUPABASE_SECRET_KEY: '',
	DATABASE_LISTEN_URL: ''
};

describe('configuration', () => {
	it('needs nothing: the defaults serve this computer only', () => {
		const expected = {
			ok: true,
			value: {
				HOST: '127.0.0.1',
				PORT: 4173,
				TLS_CERT: '',
				TLS_KEY: '',
				OPEN_BROWSER: false,
				...HUB,
				...noSchoolSet
			}
		};
		expect(parseConfig({})).toEqual(expected);
		const empty = Object.fromEntries(VARIABLES.map(({ name }) => [name, '']));
		expect(parseConfig(empty), 'empty is unset').toEqual(expected);
	});

	it('takes what is set', () => {
		const environment = {
			HOST: '0.0.0.0',
			PORT: '0',
			TLS_CERT: 'c.pem',
			TLS_KEY: 'k.pem',
			OPEN_BROWSER: '1'
		};
		expect(parseConfig(environment)).toEqual({
			ok: true,
			value: {
				HOST: '0.0.0.0',
				PORT: 0,
				TLS_CERT: 'c.pem',
				TLS_KEY: 'k.pem',
				OPEN_BROWSER: true,
				...HUB,
				...noSchoolSet
			}
		});
	});

	it('knows where models are fetched from by name, and to whom the Hub may send it on', () => {
		const own = parseConfig({
			HUB_ENDPOINT: 'http://127.0.0.1:8080',
			HUB_FILE_HOSTS: 'files.school, *.cdn.example:444'
		});
		expect(own.ok && own.value.HUB_ENDPOINT?.href).toBe('http://127.0.0.1:8080/');
		expect(own.ok && own.value.HUB_FILE_HOSTS).toEqual(['files.school', '*.cdn.example:444']);
		const off = parseConfig({ HUB_ENDPOINT: 'off' });
		expect(off.ok && off.value.HUB_ENDPOINT).toBeNull();
	});

	it.each([
		'http://hub.example',
		'https://hub.example/path',
		'https://me:secret@hub.example',
		'ftp://hub.example',
		'hub'
	])('refuses to fetch models from %s', (HUB_ENDPOINT) =>
		expect(problemsOf({ HUB_ENDPOINT })).toHaveLength(1)
	);

	it.each(['*', 'a b', 'https://files.school', 'files.school/x', '*.', ''.padEnd(3, ',')])(
		'refuses the file hosts "%s"',
		(HUB_FILE_HOSTS) => expect(problemsOf({ HUB_FILE_HOSTS })).toHaveLength(1)
	);

	it.each(['65536', '-1', '80a', '1e3', ' 80', '0x50'])('refuses the port "%s"', (PORT) => {
		expect(problemsOf({ PORT })).toEqual([`PORT must be a port from 0 to 65535, not "${PORT}"`]);
	});

	it.each(['true', 'yes', '2'])('refuses the flag "%s"', (OPEN_BROWSER) => {
		expect(problemsOf({ OPEN_BROWSER })).toEqual([`OPEN_BROWSER must be 0 or 1, not "${OPEN_BROWSER}"`]);
	});

	it.each([
		['a certificate without its key', { TLS_CERT: 'c.pem' }, 'TLS_KEY is missing'],
		['a key without its certificate', { TLS_KEY: 'k.pem' }, 'TLS_CERT is missing'],
		['the network over plain http', { HOST: '0.0.0.0' }, 'HOST=0.0.0.0'],
		['a name of this computer on the network', { HOST: 'lab.school' }, 'HOST=lab.school']
	])('refuses %s', (_, environment, named) => {
		const problems = problemsOf(environment);
		expect(problems).toHaveLength(1);
		expect(problems[0]).toContain(named);
	});

	const project = {
		SUPABASE_URL: 'https://abc.supabase.co',
		SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_x',
		SUPABASE_SECRET_KEY: 'sb_secret_x'
	};

	it('takes a hosted project by its address and keys', () => {
		const parsed = parseConfig({ ...project, SCHOOL: '0' });
		expect(parsed.ok && parsed.value).toMatchObject({ ...project, SCHOOL: false, DATABASE_LISTEN_URL: '' });
	});

	it.each([
		['without its publishable key', { SUPABASE_PUBLISHABLE_KEY: '' }, 'SUPABASE_PUBLISHABLE_KEY is missing'],
		['without its secret key', { SUPABASE_SECRET_KEY: '' }, 'SUPABASE_SECRET_KEY is missing'],
		['without its address', { SUPABASE_URL: '' }, 'SUPABASE_URL is missing'],
		[
			'at an address that is none',
			{ SUPABASE_URL: 'abc.supabase.co' },
			'SUPABASE_URL must be an http address'
		],
		['with a database that is none', { DATABASE_LISTEN_URL: 'https://abc' }, 'DATABASE_LISTEN_URL must begin']
	])('refuses a project %s', (_, wrong, named) => {
		const problems = problemsOf({ ...project, ...wrong });
		expect(problems).toHaveLength(1);
		expect(problems[0]).toContain(named);
	});

	it.each(['127.0.0.1', '::1', 'localhost'])('serves %s without a certificate', (HOST) => {
		expect(problemsOf({ HOST })).toEqual([]);
	});

	it('names every problem at once, in the message too', () => {
		const environment = { HOST: '10.0.0.5', PORT: 'x', TLS_KEY: 'k.pem', OPEN_BROWSER: 'maybe' };
		const parsed = parseConfig(environment);
		expect(parsed.ok).toBe(false);
		if (parsed.ok) return;
		expect(parsed.problems).toHaveLength(4);
		for (const name of ['HOST', 'PORT', 'TLS_CERT', 'OPEN_BROWSER']) expect(parsed.message).toContain(name);
		for (const problem of parsed.problems) expect(parsed.message).toContain(`  - ${problem}`);
	});

	it('has defaults that pass its own checks', () => {
		const defaults = Object.fromEntries(VARIABLES.map(({ name, fallback }) => [name, fallback]));
		expect(problemsOf(defaults)).toEqual([]);
	});
});
