import { describe, expect, it } from 'vitest';
import { parseConfig, type Config } from './config.js';
import { openSchool } from './school.js';

function configOf(environment: Record<string, string>): Config {
	const parsed = parseConfig(environment);
	if (!parsed.ok) throw new Error(parsed.message);
	return parsed.value;
}

const backend = {
	url: 'http://127.0.0.1:1',
	publishableKey: 'sb_publishable_1',
	secretKey: 'sb_secret_1',
	listenUrl: 'postgresql://listener@127.0.0.1:2/postgres',
	dataDir: '/data',
	mailDir: '/data/mail',
	ready: Promise.resolve(),
	stop: () => Promise.resolve()
};

/** Stands for embedded/, which has its own tests. */
const door = (start: (options: object) => Promise<unknown>, missing?: string) => () =>
	Promise.resolve({ whyNoBinaries: () => missing, startEmbedded: start } as never);

describe('where classes and accounts live', () => {
	it('is the embedded backend unless something else is said, and the app is told', async () => {
		const environment: Record<string, string | undefined> = {};
		const asked: object[] = [];
		const start = (options: object) => {
			asked.push(options);
			return Promise.resolve(backend);
		};
		const school = await openSchool(configOf({ SCHOOL_DATA: '/elsewhere' }), {
			environment,
			embedded: door(start)
		});
		expect(school.kind).toBe('embedded');
		expect(asked).toEqual([expect.objectContaining({ waitUntilReady: false, dataDir: '/elsewhere' })]);
		expect(environment).toEqual({
			SUPABASE_URL: backend.url,
			SUPABASE_PUBLISHABLE_KEY: backend.publishableKey,
			SUPABASE_SECRET_KEY: backend.secretKey,
			DATABASE_LISTEN_URL: backend.listenUrl,
			SCHOOL_MAIL_FOLDER: '/data/mail'
		});
		expect(await school.ready).toContain('/data');
	});

	it.each([
		['switched off', { SCHOOL: '0' }, door(() => Promise.reject(new Error('not asked'))), 'SCHOOL=0'],
		['without the binaries', {}, door(() => Promise.reject(new Error('not asked')), 'no Linux'), 'no Linux'],
		['that does not start', {}, door(() => Promise.reject(new Error('disk is full'))), 'disk is full'],
		['whose code is not there', {}, () => Promise.reject(new Error('not installed')), 'not installed']
	])('is nowhere: %s, and the start goes on', async (_, set, embedded, why) => {
		const environment = {};
		const school = await openSchool(configOf(set), { environment, embedded });
		expect(school.kind).toBe('none');
		expect(school.line).toContain(why);
		expect(school.line).toContain('The lab works without them');
		expect(environment).toEqual({});
	});

	it('is nowhere for the app either when it is switched off while a project is named', async () => {
		const project = { SUPABASE_URL: 'https://a.b', SUPABASE_PUBLISHABLE_KEY: 'p', SUPABASE_SECRET_KEY: 's' };
		const environment: Record<string, string | undefined> = { ...project, PATH: '/bin' };
		const school = await openSchool(configOf({ ...project, SCHOOL: '0' }), { environment });
		expect(school.kind).toBe('none');
		expect(environment).toEqual({ PATH: '/bin' });
	});

	it('says what went wrong when it goes wrong later', async () => {
		const ready = Promise.reject(new Error('migration 3 failed'));
		ready.catch(() => undefined);
		const embedded = door(() => Promise.resolve({ ...backend, ready }));
		const school = await openSchool(configOf({}), { environment: {}, embedded });
		expect(await school.ready).toMatch(/migration 3 failed.*The lab works without them/);
	});

	it('is a hosted project where one is named, and nothing is embedded', async () => {
		const environment = {};
		const project = {
			SUPABASE_URL: 'https://abc.supabase.co',
			SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_x',
			SUPABASE_SECRET_KEY: 'sb_secret_x'
		};
		const embedded = door(() => Promise.reject(new Error('not asked')));
		const school = await openSchool(configOf(project), { environment, embedded });
		expect(school).toMatchObject({ kind: 'hosted' });
		expect(school.line).toContain('https://abc.supabase.co');
		expect(environment).toEqual({});
	});
});
