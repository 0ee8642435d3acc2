// Databases for tests: one throwaway cluster, one template with the migrations run once, and a copy of it per test.
// A run of many test files shares one cluster (`shareCluster`, from Vitest's global set-up); a lone script gets its own.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { addPgtap, layOutBinaries } from './binaries.mjs';
import { bootstrap, fingerprintOf, migrate, migrationsIn, supabaseDir } from './database.mjs';
import { defaultBinDir, makeFolder } from './places.mjs';
import { newPasswords, startPostgres } from './postgres.mjs';
import { openSql } from './sql.mjs';

const SHARED = 'EDUBOTICS_TEST_CLUSTER';

/**
 * @typedef {{ port: number, passwords: import('./roles.mjs').Passwords, bin: string, extensions: string, postgrest: string }} Address
 * @typedef {{
 *   name: string,
 *   url: (role: import('./postgres.mjs').LoginRole) => string,
 *   sql: (role?: import('./postgres.mjs').LoginRole) => import('postgres').Sql<{}>,
 *   binaries: import('./binaries.mjs').Binaries,
 *   drop: () => Promise<void>
 * }} FreshDatabase `sql` opens a client of up to four connections; `drop` ends all of them
 */

/** @returns {Promise<{ address: Address, stop: () => Promise<void> }>} */
async function startCluster() {
	const binaries = layOutBinaries();
	if (!binaries.ok) throw new Error(binaries.missing);
	addPgtap(binaries.value);
	const dataDir = makeFolder(join(defaultBinDir(), `test-${randomBytes(6).toString('hex')}`));
	const passwords = newPasswords();
	const cluster = await startPostgres({ dataDir, binaries: binaries.value, passwords, isThrowaway: true });
	return {
		address: { port: cluster.port, passwords, ...binaries.value },
		stop: async () => {
			await cluster.stop('immediate');
			rmSync(dataDir, { recursive: true, force: true });
		}
	};
}

/**
 * One cluster for this process and all it starts.
 * @returns {Promise<() => Promise<void>>} stops it; does nothing where a cluster was shared already
 */
export async function shareCluster() {
	if ((process.env[SHARED] ?? '') !== '') return () => Promise.resolve();
	const { address, stop } = await startCluster();
	process.env[SHARED] = JSON.stringify(address);
	return async () => {
		process.env[SHARED] = '';
		await stop();
	};
}

/** @type {Promise<{ address: Address, stop: () => Promise<void> }> | undefined} */
let own;

/** @returns {Promise<Address>} */
async function cluster() {
	const shared = process.env[SHARED] ?? '';
	if (shared !== '') return JSON.parse(shared);
	own ??= startCluster();
	return (await own).address;
}

/** Ends the cluster a lone script got by asking for a database. */
export async function stopOwnCluster() {
	await (await own)?.stop();
	own = undefined;
}

/** @param {Address} address @returns {(role: import('./postgres.mjs').LoginRole, database: string) => string} */
const urlOf = (address) => (role, database) =>
	`postgresql://${role}:${address.passwords[role]}@127.0.0.1:${address.port}/${database}`;

/**
 * A database of its own, as hosted Supabase would be after these migrations.
 * @param {{ migrations?: readonly import('./database.mjs').Migration[], withSeed?: boolean }} [options]
 *   `migrations` default to supabase/migrations; `withSeed` runs supabase/seed.sql too
 * @returns {Promise<FreshDatabase>}
 */
export async function freshDatabase({ migrations = migrationsIn(), withSeed = false } = {}) {
	const address = await cluster();
	const url = urlOf(address);
	const template = `template_${fingerprintOf(migrations)}`;
	const name = `test_${randomBytes(8).toString('hex')}`;
	const admin = openSql(url('supabase_admin', 'postgres'));
	try {
		// Several workers ask at once; one makes the template, the others wait for it.
		await admin.begin(async (tx) => {
			await tx`select pg_advisory_xact_lock(hashtext(${template}))`;
			const known = await tx`select from pg_database where datname = ${template}`;
			if (known.length === 0) await makeTemplate(url, template, migrations);
		});
		await admin.unsafe(`create database ${name} template ${template} owner postgres`);
	} finally {
		await admin.end();
	}
	/** @type {import('postgres').Sql[]} */
	const clients = [];
	/** @type {FreshDatabase['sql']} */
	const sql = (role = 'supabase_admin') => {
		const client = postgres(url(role, name), { max: 4, onnotice: () => undefined });
		clients.push(client);
		return client;
	};
	const seed = join(supabaseDir, 'seed.sql');
	if (withSeed && existsSync(seed)) await sql('postgres').unsafe(readFileSync(seed, 'utf8'));
	const { bin, extensions, postgrest } = address;
	return {
		name,
		url: (role) => url(role, name),
		sql,
		binaries: { bin, extensions, postgrest },
		drop: async () => {
			await Promise.all(clients.map((client) => client.end()));
			const last = openSql(url('supabase_admin', 'postgres'));
			await last.unsafe(`drop database if exists ${name} with (force)`);
			await last.end();
		}
	};
}

/**
 * @param {ReturnType<typeof urlOf>} url @param {string} template
 * @param {readonly import('./database.mjs').Migration[]} migrations
 */
async function makeTemplate(url, template, migrations) {
	// Made under another name, so that a failed migration leaves nothing that looks finished.
	const making = `making_${randomBytes(6).toString('hex')}`;
	const admin = openSql(url('supabase_admin', 'postgres'));
	try {
		await admin.unsafe(`create database ${making} owner postgres template template0`);
		await bootstrap(url('supabase_admin', making));
		await migrate(url('postgres', making), migrations);
		await admin.unsafe(`alter database ${making} rename to ${template}`);
	} finally {
		await admin.unsafe(`drop database if exists ${making} with (force)`);
		await admin.end();
	}
}
