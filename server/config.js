// One typed schema for every environment variable. `.env.example` and docs/configuration.md are generated from it by
// tools/config-docs.mjs; start names every missing or contradictory value. Node built-ins only.

/**
 * @typedef {{ name: string, kind: 'port' | 'text' | 'path' | 'flag' | 'origin' | 'hosts', fallback: string, about: string }} Variable
 */

/** @type {readonly Variable[]} */
export const VARIABLES = [
	{
		name: 'HOST',
		kind: 'text',
		fallback: '127.0.0.1',
		about:
			'Address to listen on. Anything but loopback needs TLS_CERT and TLS_KEY: without https a browser offers no serial port, camera or storage.'
	},
	{ name: 'PORT', kind: 'port', fallback: '4173', about: 'Port to listen on; 0 takes a free one.' },
	{ name: 'TLS_CERT', kind: 'path', fallback: '', about: 'PEM certificate for https on a school network.' },
	{ name: 'TLS_KEY', kind: 'path', fallback: '', about: 'PEM key that belongs to TLS_CERT.' },
	{
		name: 'OPEN_BROWSER',
		kind: 'flag',
		fallback: '0',
		about: '1 opens the page in the default browser after start.'
	},
	{
		name: 'HUB_ENDPOINT',
		kind: 'origin',
		fallback: 'https://huggingface.co',
		about:
			'Where this server fetches models that a person asks for by name; off for nowhere. Plain http only on this computer.'
	},
	{
		name: 'HUB_FILE_HOSTS',
		kind: 'hosts',
		fallback: '*.hf.co,*.huggingface.co',
		about:
			'Hosts, besides HUB_ENDPOINT, that the Hub may send this server on to for a file; *.name means every name below. Addresses of private networks are refused unless they are written here.'
	},
	{
		name: 'SCHOOL',
		kind: 'flag',
		fallback: '1',
		about: '0 starts without classes and accounts; the lab needs neither.'
	},
	{
		name: 'SCHOOL_DATA',
		kind: 'path',
		fallback: '',
		about:
			'Folder of the embedded school backend (Linux x64). Without it: .data/school in the checkout, or /var/lib/edubotics where root starts a checkout that lies below a closed folder.'
	},
	{
		name: 'SUPABASE_URL',
		kind: 'text',
		fallback: '',
		about:
			'Address of a hosted Supabase project; then no backend is embedded. The start sets it to the embedded one otherwise.'
	},
	{
		name: 'SUPABASE_PUBLISHABLE_KEY',
		kind: 'text',
		fallback: '',
		about: 'Publishable (anon) key of that project.'
	},
	{
		name: 'SUPABASE_SECRET_KEY',
		kind: 'text',
		fallback: '',
		about: 'Secret (service) key of that project; never leaves the server.'
	},
	{
		name: 'DATABASE_LISTEN_URL',
		kind: 'text',
		fallback: '',
		about:
			'Direct or session-mode connection to that database, for LISTEN only. Without it the board asks every few seconds instead of hearing at once.'
	}
];

/**
 * @typedef {{ HOST: string, PORT: number, TLS_CERT: string, TLS_KEY: string, OPEN_BROWSER: boolean,
 *   HUB_ENDPOINT: URL | null, HUB_FILE_HOSTS: readonly string[],
 *   SCHOOL: boolean, SCHOOL_DATA: string, SUPABASE_URL: string, SUPABASE_PUBLISHABLE_KEY: string, SUPABASE_SECRET_KEY: string,
 *   DATABASE_LISTEN_URL: string }} Config
 * @typedef {{ ok: true, value: Config } | { ok: false, message: string, problems: string[] }} ParsedConfig
 */

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * @param {Record<string, string | undefined>} environment
 * @returns {ParsedConfig} every problem at once, not just the first
 */
export function parseConfig(environment) {
	/** @type {Record<string, string>} */
	const text = {};
	/** @type {string[]} */
	const problems = [];
	for (const variable of VARIABLES) {
		const value = environment[variable.name] ?? '';
		text[variable.name] = value === '' ? variable.fallback : value;
		const problem = check(variable, text[variable.name] ?? '');
		if (problem !== '') problems.push(problem);
	}
	const cert = text['TLS_CERT'] ?? '';
	const key = text['TLS_KEY'] ?? '';
	if ((cert === '') !== (key === '')) {
		problems.push(`TLS_CERT and TLS_KEY belong together: ${cert === '' ? 'TLS_CERT' : 'TLS_KEY'} is missing`);
	}
	problems.push(...projectProblems(text));
	const host = text['HOST'] ?? '';
	if (!LOOPBACK.has(host) && cert === '') {
		problems.push(
			`HOST=${host} is reachable from the network but TLS_CERT is missing: over plain http browsers refuse the serial port, cameras and offline use`
		);
	}
	if (problems.length > 0) {
		return {
			ok: false,
			problems,
			message: ['The configuration does not fit:', ...problems.map((line) => `  - ${line}`)].join('\n')
		};
	}
	return {
		ok: true,
		value: {
			HOST: host,
			PORT: Number(text['PORT']),
			TLS_CERT: cert,
			TLS_KEY: key,
			OPEN_BROWSER: text['OPEN_BROWSER'] === '1',
			HUB_ENDPOINT: text['HUB_ENDPOINT'] === 'off' ? null : new URL(text['HUB_ENDPOINT'] ?? ''),
			HUB_FILE_HOSTS: (text['HUB_FILE_HOSTS'] ?? '').split(',').map((host) => host.trim().toLowerCase()),
			SCHOOL: text['SCHOOL'] === '1',
			SCHOOL_DATA: text['SCHOOL_DATA'] ?? '',
			SUPABASE_URL: text['SUPABASE_URL'] ?? '',
			SUPABASE_PUBLISHABLE_KEY: text['SUPABASE_PUBLISHABLE_KEY'] ?? '',
			SUPABASE_SECRET_KEY: text['SUPABASE_SECRET_KEY'] ?? '',
			DATABASE_LISTEN_URL: text['DATABASE_LISTEN_URL'] ?? ''
		}
	};
}

/** A hosted project is named whole or not at all. @param {Record<string, string>} text */
function projectProblems(text) {
	const url = text['SUPABASE_URL'] ?? '';
	const needed = ['SUPABASE_PUBLISHABLE_KEY', 'SUPABASE_SECRET_KEY'];
	if (url === '') {
		const stray = [...needed, 'DATABASE_LISTEN_URL'].find((name) => text[name] !== '');
		return stray === undefined ? [] : [`${stray} belongs to a project, but SUPABASE_URL is missing`];
	}
	const problems = needed
		.filter((name) => text[name] === '')
		.map((name) => `SUPABASE_URL and ${name} belong together: ${name} is missing`);
	if (!/^https?:\/\/[^\s/]+/.test(url)) problems.push(`SUPABASE_URL must be an http address, not "${url}"`);
	const listen = text['DATABASE_LISTEN_URL'] ?? '';
	if (listen !== '' && !/^postgres(ql)?:\/\//.test(listen))
		problems.push('DATABASE_LISTEN_URL must begin with postgresql://');
	return problems;
}

/**
 * @param {Variable} variable
 * @param {string} value
 */
function check(variable, value) {
	if (variable.kind === 'port' && !(/^\d+$/.test(value) && Number(value) <= 65535)) {
		return `${variable.name} must be a port from 0 to 65535, not "${value}"`;
	}
	if (variable.kind === 'flag' && value !== '0' && value !== '1')
		return `${variable.name} must be 0 or 1, not "${value}"`;
	if (variable.kind === 'origin' && value !== 'off' && !isOrigin(value))
		return `${variable.name} must be off, https://name or, on this computer, http://127.0.0.1:port, not "${value}"`;
	const host = variable.kind === 'hosts' ? value.split(',').find((one) => !HOST.test(one.trim())) : undefined;
	return host === undefined ? '' : `${variable.name} must be host names with commas between, not "${host}"`;
}

const HOST = /^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/i;

/**
 * Nothing but scheme and host; without encryption only to this computer.
 * @param {string} value
 */
function isOrigin(value) {
	try {
		const url = new URL(value);
		if (url.href !== `${url.origin}/`) return false;
		return url.protocol === 'https:' || (url.protocol === 'http:' && url.hostname === '127.0.0.1');
	} catch {
		return false;
	}
}
