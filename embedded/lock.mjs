// One at a time among all servers of a data folder, and who of them is alive. The lock is a socket in the kernel's own name
// space: it ends with the process that holds it, however that ends, so there is no stale lock to judge.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startOf, worksIn } from './places.mjs';

const LOOK_EVERY_MS = 25;
const GIVE_UP_AFTER_MS = 90_000;

/**
 * @template T
 * @param {string} dataDir
 * @param {() => Promise<T>} act
 * @returns {Promise<T>}
 */
export async function alone(dataDir, act) {
	const name = `\0edubotics-${createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 24)}`;
	const until = Date.now() + GIVE_UP_AFTER_MS;
	for (;;) {
		const held = await hold(name);
		if (held !== undefined) {
			try {
				return await act();
			} finally {
				await new Promise((done) => held.close(done));
			}
		}
		if (Date.now() > until)
			throw new Error(`another server has been starting or stopping in ${dataDir} for too long`);
		await pause(LOOK_EVERY_MS);
	}
}

/** @param {string} name @returns {Promise<import('node:net').Server | undefined>} */
function hold(name) {
	return new Promise((done, fail) => {
		const server = createServer((socket) => socket.destroy());
		server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
			if (error.code === 'EADDRINUSE') done(undefined);
			else fail(error);
		});
		server.listen(name, () => done(server));
	});
}

/** @typedef {{ pid: number, start: string, child?: { pid: number, start: string } }} Entry a server and its PostgREST */

/** The servers that use one data folder. To be called while `alone`. @param {string} dataDir */
export function createRegister(dataDir) {
	const folder = join(dataDir, 'servers');
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const own = join(folder, `${process.pid}-${Math.random().toString(36).slice(2, 8)}.json`);
	return {
		/** @param {number} [childPid] */
		write: (childPid) => {
			const child = childPid === undefined ? undefined : { pid: childPid, start: startOf(childPid) ?? '' };
			const entry = {
				pid: process.pid,
				start: startOf(process.pid) ?? '',
				...(child === undefined ? {} : { child })
			};
			writeFileSync(`${own}.partial`, JSON.stringify(entry));
			renameSync(`${own}.partial`, own);
		},
		remove: () => rmSync(own, { force: true }),
		/** Forgets servers that are gone and ends what they left running. @returns {number} servers alive besides this one */
		sweep: () => {
			let alive = 0;
			for (const file of readdirSync(folder)) {
				const path = join(folder, file);
				if (path === own) continue;
				const entry = readEntry(path);
				if (entry !== undefined && startOf(entry.pid) === entry.start) {
					alive += 1;
					continue;
				}
				// A number alone is no proof, and nothing but what was started here may be ended.
				const child = entry?.child;
				if (child !== undefined && startOf(child.pid) === child.start && worksIn(child.pid, '/'))
					process.kill(child.pid, 'SIGTERM');
				rmSync(path, { force: true });
			}
			return alive;
		}
	};
}

/** @param {string} path @returns {Entry | undefined} */
function readEntry(path) {
	try {
		return JSON.parse(readFileSync(path, 'utf8'));
	} catch {
		return undefined;
	}
}
