// The embedded backend: Postgres, PostgREST and the auth gateway in one folder, started, watched and stopped together. To the
// app it is a Supabase project like a hosted one: an address and two keys. Linux x64; Node built-ins and `postgres` only.
import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync, existsSync, realpathSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { layOutBinaries, whyNoBinaries } from './binaries.mjs';
import { bootstrap, migrate, migrationsIn } from './database.mjs';
import { startGateway } from './gateway/server.mjs';
import { jwksOf, secretsIn } from './keys.mjs';
import { alone, createRegister } from './lock.mjs';
import { defaultDataDir, isReachableByOthers, makeFolder } from './places.mjs';
import { runningIn, startPostgres } from './postgres.mjs';
import { startPostgrest } from './postgrest.mjs';
import { freePort } from './run.mjs';
import { superviseParts, turnOff } from './supervise.mjs';

export { whyNoBinaries } from './binaries.mjs';
export { defaultDataDir } from './places.mjs';

const POSTGRES_MAJOR = '17';

/**
 * @typedef {'starting' | 'up' | 'down' | 'stopped'} PartState
 * @typedef {{ postgres: PartState, postgrest: PartState, problem: string | undefined, dataDir: string }} Status
 * @typedef {{
 *   url: string, publishableKey: string, secretKey: string, listenUrl: string,
 *   dataDir: string, mailDir: string,
 *   ready: Promise<void>,
 *   status: () => Status,
 *   pids: () => { postgres: number | undefined, postgrest: number | undefined },
 *   on: (event: 'died' | 'restarted', hear: (part: 'postgres' | 'postgrest') => void) => void,
 *   stop: () => Promise<void>
 * }} Embedded
 */

/**
 * Brings the backend up in `dataDir`: makes it at the first start, takes over what an earlier start left running.
 * @param {{
 *   dataDir?: string,
 *   log?: (line: string) => void,
 *   waitUntilReady?: boolean,
 *   isThrowaway?: boolean,
 *   migrations?: readonly import('./database.mjs').Migration[]
 * }} [options] with `waitUntilReady: false` it answers as soon as the address is known; until `ready`, requests get a 503;
 *   `isThrowaway` does not wait for the disk: for tests
 * @returns {Promise<Embedded>}
 * @throws where this computer cannot run it (`whyNoBinaries`), or the folder is not usable
 */
export async function startEmbedded({
	dataDir: named = defaultDataDir(),
	log = () => undefined,
	waitUntilReady = true,
	isThrowaway = false,
	migrations = migrationsIn()
} = {}) {
	const asked = resolve(named);
	const missing = whyNoBinaries();
	if (missing !== undefined) throw new Error(missing);
	if (process.getuid?.() === 0 && !isReachableByOthers(asked))
		throw new Error(
			`${asked} lies below a closed folder; started by root, Postgres runs as nobody and cannot enter it`
		);
	// The kernel names folders by their real path: through a link we would not know our own Postgres again.
	const dataDir = realpathSync(makeFolder(asked));
	const mailDir = join(dataDir, 'mail');
	mkdirSync(mailDir, { recursive: true, mode: 0o700 });
	const pgData = join(dataDir, 'pg');
	const version = existsSync(join(pgData, 'PG_VERSION'))
		? readFileSync(join(pgData, 'PG_VERSION'), 'utf8').trim()
		: '';
	if (version !== '' && version !== POSTGRES_MAJOR)
		throw new Error(`${pgData} was written by Postgres ${version}, this is ${POSTGRES_MAJOR}`);

	const { secrets, register } = await alone(dataDir, async () => {
		const own = createRegister(dataDir);
		own.sweep();
		own.write();
		return Promise.resolve({ secrets: secretsIn(dataDir), register: own });
	});
	const ports = rememberedPorts(dataDir);
	const port = runningIn(pgData)?.port ?? (await ports.free('postgres'));
	const databaseUrl = (/** @type {keyof typeof secrets.passwords} */ role) =>
		`postgresql://${role}:${secrets.passwords[role]}@127.0.0.1:${port}/postgres`;

	const events = new EventEmitter();
	/** @type {Status} */
	const status = { postgres: 'starting', postgrest: 'starting', problem: undefined, dataDir };
	/** @type {import('./supervise.mjs').Supervised | undefined} */
	let parts;
	const gateway = await startGateway({
		secrets,
		authUrl: databaseUrl('supabase_auth_admin'),
		restUrl: () => parts?.restUrl(),
		log,
		mailDir,
		port: ports.of('gateway')
	});
	ports.keep({ gateway: Number(new URL(gateway.url).port), postgres: port });

	/** @type {import('./postgres.mjs').Cluster | undefined} */
	let cluster;
	const bringUp = async () => {
		const laid = layOutBinaries();
		if (!laid.ok) throw new Error(laid.missing);
		const binaries = laid.value;
		cluster = await alone(dataDir, async () => {
			const made = await startPostgres({
				dataDir,
				binaries,
				passwords: secrets.passwords,
				port,
				isThrowaway
			});
			cluster = made;
			if (made.port !== port) throw new Error(`Postgres listens on ${made.port}, not on ${port}`);
			await bootstrap(databaseUrl('supabase_admin'));
			const { changed } = await migrate(databaseUrl('postgres'), migrations);
			for (const one of changed)
				log(`migration ${one} was changed after it had been applied here; the change has no effect`);
			return made;
		});
		status.postgres = 'up';
		const startRest = () =>
			startPostgrest({ binaries, databaseUrl: databaseUrl('authenticator'), jwks: jwksOf(secrets) });
		const rest = await startRest();
		register.write(rest.pid);
		status.postgrest = 'up';
		parts = superviseParts({ dataDir, cluster, rest, startRest, register, status, events, log });
	};
	const ready = bringUp().catch((/** @type {unknown} */ error) => {
		status.problem = error instanceof Error ? error.message : String(error);
		throw error;
	});
	ready.catch(() => undefined);

	/** @type {Promise<void> | undefined} */
	let stopping;
	const stop = async () => {
		await ready.catch(() => undefined);
		await gateway.stop();
		await (parts === undefined ? turnOff({ dataDir, register, cluster }) : parts.stop());
		status.postgres = status.postgrest = 'stopped';
	};
	/** @type {Embedded} */
	const embedded = {
		url: gateway.url,
		publishableKey: secrets.publishableKey,
		secretKey: secrets.secretKey,
		listenUrl: databaseUrl('listener'),
		dataDir,
		mailDir,
		ready,
		status: () => ({ ...status }),
		pids: () => ({ postgres: runningIn(pgData)?.pid, postgrest: parts?.restPid() }),
		on: (event, hear) => void events.on(event, hear),
		stop: () => (stopping ??= stop())
	};
	if (waitUntilReady) {
		try {
			await ready;
		} catch (error) {
			await embedded.stop();
			throw error;
		}
	}
	return embedded;
}

/** Ports of the last start: an address that stays the same is easier to look at, but no start may depend on it. @param {string} dataDir */
function rememberedPorts(dataDir) {
	const path = join(dataDir, 'ports.json');
	/** @type {Record<string, number>} */
	let known = {};
	try {
		known = JSON.parse(readFileSync(path, 'utf8'));
	} catch {
		// The first start, or a file cut short: any port will do.
	}
	return {
		/** @param {string} name */
		of: (name) => known[name] ?? 0,
		/** @param {string} name */
		free: async (name) => freePort(known[name]).catch(() => freePort()),
		/** @param {Record<string, number>} next */
		keep: (next) => writeFileSync(path, JSON.stringify(next), { mode: 0o600 })
	};
}
