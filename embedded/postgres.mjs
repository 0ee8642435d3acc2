// Starts, finds again and stops one Postgres cluster in a folder. The postmaster is a program of its own: it outlives us when
// we are killed, and the next start takes it over. Knows nothing of what is inside the databases, but for the roles.
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
	giveToPrograms,
	makeFolder,
	makeProgramFolder,
	programIdentity,
	readIfThere,
	worksIn
} from './places.mjs';
import { rolesSql } from './roles.mjs';
import { freePort, run } from './run.mjs';
import { openSql } from './sql.mjs';

const LOG_BYTES_MAX = 10_000_000;
const START_TRIES = 5;

/**
 * @typedef {import('./roles.mjs').Passwords} Passwords
 * @typedef {keyof Passwords} LoginRole
 * @typedef {{
 *   port: number,
 *   url: (role: LoginRole, database?: string) => string,
 *   isAlive: () => boolean,
 *   pid: () => number | undefined,
 *   start: () => Promise<void>,
 *   stop: (how?: 'fast' | 'immediate') => Promise<void>,
 *   wasFound: boolean
 * }} Cluster
 */

/** Passwords for a new cluster. @returns {Passwords} */
export function newPasswords() {
	const word = () => randomBytes(24).toString('hex');
	return {
		supabase_admin: word(),
		postgres: word(),
		authenticator: word(),
		supabase_auth_admin: word(),
		listener: word()
	};
}

/** The postmaster that runs in `pgData`, if one does. @param {string} pgData @returns {{ pid: number, port: number } | undefined} */
export function runningIn(pgData) {
	const lines = readIfThere(join(pgData, 'postmaster.pid'))?.split('\n');
	const pid = Number(lines?.[0]);
	const port = Number(lines?.[3]);
	// A number alone is no proof: after a restart of the computer it may be anybody's.
	if (!Number.isInteger(pid) || pid <= 0 || !worksIn(pid, pgData)) return undefined;
	return { pid, port };
}

/**
 * Brings up the cluster in `dataDir/pg`: makes it if there is none, takes over a postmaster that was left behind.
 * @param {{
 *   dataDir: string,
 *   binaries: import('./binaries.mjs').Binaries,
 *   passwords: Passwords,
 *   isThrowaway?: boolean,
 *   port?: number
 * }} options `isThrowaway`: for tests; does not wait for the disk and loses data when the computer fails, but not when a program does.
 *   `port` is only a wish: a postmaster that already runs keeps its own
 * @returns {Promise<Cluster>}
 */
export async function startPostgres({ dataDir, binaries, passwords, isThrowaway = false, port: wished }) {
	const identity = programIdentity();
	const pgData = join(dataDir, 'pg');
	const logDir = makeProgramFolder(join(makeFolder(dataDir), 'log'));
	const logFile = join(logDir, 'postgres.log');
	const options = { ...identity, cwd: '/', env: { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C' } };

	if (!existsSync(pgData)) {
		await initialise({ dataDir, pgData, binaries, options, password: passwords.supabase_admin, isThrowaway });
	}
	const found = runningIn(pgData);
	const port = found?.port ?? wished ?? (await freePort());
	const settings = {
		listen_addresses: '127.0.0.1',
		port: String(port),
		unix_socket_directories: '',
		max_connections: '80',
		shared_buffers: '64MB',
		wal_level: 'minimal',
		max_wal_senders: '0',
		...(isThrowaway ? { fsync: 'off', full_page_writes: 'off' } : {})
	};
	const asText = Object.entries(settings)
		.map(([name, value]) => `-c ${name}=${value === '' ? "''" : value}`)
		.join(' ');

	const start = async () => {
		let output = '';
		for (let tries = 0; tries < START_TRIES; tries++) {
			if (runningIn(pgData) !== undefined) return;
			// Nobody of ours holds it: Postgres itself would believe any process of this user with that number.
			rmSync(join(pgData, 'postmaster.pid'), { force: true });
			if (existsSync(logFile) && statSync(logFile).size > LOG_BYTES_MAX) truncateSync(logFile);
			const args = ['-D', pgData, '-l', logFile, '-o', asText, '-w', '-t', '60', 'start'];
			const result = await run(join(binaries.bin, 'pg_ctl'), args, options);
			if (result.code === 0) return;
			output = result.output;
		}
		throw new Error(`Postgres did not start in ${pgData}: ${output.trim()} (more in ${logFile})`);
	};

	await start();
	const url = (/** @type {LoginRole} */ role, database = 'postgres') =>
		`postgresql://${role}:${passwords[role]}@127.0.0.1:${port}/${database}`;
	await ensureRoles(url('supabase_admin'), passwords);
	return {
		port,
		url,
		start,
		wasFound: found !== undefined,
		pid: () => runningIn(pgData)?.pid,
		isAlive: () => runningIn(pgData) !== undefined,
		stop: async (how = 'fast') => {
			if (runningIn(pgData) === undefined) return;
			await run(join(binaries.bin, 'pg_ctl'), ['-D', pgData, '-m', how, '-w', '-t', '60', 'stop'], options);
		}
	};
}

/**
 * Makes the cluster beside its place and moves it there whole: a kill in between leaves no half one.
 * @param {{ dataDir: string, pgData: string, binaries: import('./binaries.mjs').Binaries,
 *   options: import('node:child_process').SpawnOptions, password: string, isThrowaway: boolean }} options
 */
async function initialise({ dataDir, pgData, binaries, options, password, isThrowaway }) {
	const making = makeProgramFolder(join(dataDir, 'making'));
	const partial = join(making, 'pg');
	rmSync(partial, { recursive: true, force: true });
	const passwordFile = join(making, 'password');
	writeFileSync(passwordFile, password, { mode: 0o600 });
	chmodSync(passwordFile, 0o600);
	giveToPrograms(passwordFile);
	const args = ['-D', partial, '-U', 'supabase_admin', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
	// As hosted: sorted by code point, but lower() knows umlauts.
	args.push('-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
	if (isThrowaway) args.push('--no-sync');
	const result = await run(join(binaries.bin, 'initdb'), args, options);
	rmSync(passwordFile, { force: true });
	if (result.code !== 0) throw new Error(`initdb failed: ${result.output.trim()}`);
	renameSync(partial, pgData);
	rmSync(making, { recursive: true, force: true });
}

/** @param {string} url of the superuser @param {Passwords} passwords */
async function ensureRoles(url, passwords) {
	const sql = openSql(url);
	try {
		await sql.begin((tx) => tx.unsafe(rolesSql(passwords)));
	} finally {
		await sql.end();
	}
}
