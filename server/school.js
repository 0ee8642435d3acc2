// Where classes and accounts live: a hosted project that is named, the embedded backend on this computer, or nowhere. Tells the
// app through the environment, before its handler is loaded. The lab needs none of it, so nothing here may stop the start.

/** What a start tells the app. */
const SET = [
	'SUPABASE_URL',
	'SUPABASE_PUBLISHABLE_KEY',
	'SUPABASE_SECRET_KEY',
	'DATABASE_LISTEN_URL',
	'SCHOOL_MAIL_FOLDER'
];

/**
 * @typedef {{
 *   kind: 'hosted' | 'embedded' | 'none',
 *   line: string,
 *   ready: Promise<string>,
 *   stop: () => Promise<void>
 * }} School `line` says at once what there is; `ready` what became of it. Neither rejects
 */

/**
 * @param {import('./config.js').Config} config
 * @param {{
 *   log?: (line: string) => void,
 *   environment?: Record<string, string | undefined>,
 *   embedded?: () => Promise<typeof import('../embedded/index.mjs')>
 * }} [options]
 * @returns {Promise<School>}
 */
export async function openSchool(
	config,
	{
		log = () => undefined,
		environment = process.env,
		embedded: load = () => import('../embedded/index.mjs')
	} = {}
) {
	/** @type {(why: string) => School} */
	const none = (why) => {
		const line = `no classes and accounts: ${why}. The lab works without them.`;
		return { kind: 'none', line, ready: Promise.resolve(line), stop: () => Promise.resolve() };
	};
	if (!config.SCHOOL) {
		// A project may be named all the same, in a shell's profile: the app must not find it.
		for (const name of SET) Reflect.deleteProperty(environment, name);
		return none('SCHOOL=0');
	}
	if (config.SUPABASE_URL !== '') {
		const line = `classes and accounts in the project ${config.SUPABASE_URL}`;
		return { kind: 'hosted', line, ready: Promise.resolve(line), stop: () => Promise.resolve() };
	}
	try {
		const { startEmbedded, whyNoBinaries } = await load();
		const missing = whyNoBinaries();
		if (missing !== undefined) return none(`${missing}. A hosted Supabase project would do (SUPABASE_URL)`);
		const backend = await startEmbedded({
			log: (line) => log(`school: ${line}`),
			waitUntilReady: false,
			...(config.SCHOOL_DATA === '' ? {} : { dataDir: config.SCHOOL_DATA })
		});
		environment['SUPABASE_URL'] = backend.url;
		environment['SUPABASE_PUBLISHABLE_KEY'] = backend.publishableKey;
		environment['SUPABASE_SECRET_KEY'] = backend.secretKey;
		environment['DATABASE_LISTEN_URL'] = backend.listenUrl;
		environment['SCHOOL_MAIL_FOLDER'] = backend.mailDir;
		const ready = backend.ready.then(
			() => `classes and accounts on this computer, in ${backend.dataDir}`,
			(error) => {
				// Nobody answers there: pages say that classes are missing instead of trying for ever.
				for (const name of SET) Reflect.deleteProperty(environment, name);
				return none(error instanceof Error ? error.message : String(error)).line;
			}
		);
		return { kind: 'embedded', line: `starting in ${backend.dataDir}`, ready, stop: () => backend.stop() };
	} catch (error) {
		return none(error instanceof Error ? error.message : String(error));
	}
}
