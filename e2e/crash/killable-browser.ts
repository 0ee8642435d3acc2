// A browser of our own with a profile that outlives it, in a process group that can be killed at any instant as a power
// user's `kill -9` would. Playwright only looks in over the DevTools port; it starts and ends nothing here.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type Page } from '@playwright/test';

export interface KillableBrowser {
	readonly page: Page;
	/** Ends every process of the browser with SIGKILL; resolves when all are gone, with the time right after the signal. */
	kill(): Promise<{ readonly killedAtEpochMs: number }>;
}

export function makeProfile(): string {
	return mkdtempSync(join(tmpdir(), 'edubotics-crash-'));
}

export function dropProfile(profile: string): void {
	rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * Cuts bytes off the newest log of the profile's databases, as a kill in the middle of a write leaves it. Returns how many
 * are left; 0 when there is no log.
 */
export function tearLog(profile: string, bytes: number): number {
	const logs = readdirSync(join(profile, 'Default', 'IndexedDB'), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.log'))
		.map((name) => join(profile, 'Default', 'IndexedDB', name))
		.filter((path) => statSync(path).size > bytes)
		.sort();
	const newest = logs.at(-1);
	if (newest === undefined) return 0;
	truncateSync(newest, statSync(newest).size - bytes);
	return statSync(newest).size;
}

/** Starts Chromium on `profile`, which a browser that was killed may have left behind. */
export async function startBrowser(executable: string, profile: string): Promise<KillableBrowser> {
	// What a killed browser leaves says that it still runs.
	for (const name of readdirSync(profile))
		if (name.startsWith('Singleton')) rmSync(join(profile, name), { force: true });
	const child = spawn(
		executable,
		[
			'--headless=new',
			'--remote-debugging-port=0',
			`--user-data-dir=${profile}`,
			'--no-sandbox',
			'--no-first-run',
			'--disable-breakpad',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-quic',
			'--disable-sync',
			'--window-size=1366,768',
			'about:blank'
		],
		{ detached: true, stdio: ['ignore', 'ignore', 'pipe'] }
	);
	const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	const browser = await chromium.connectOverCDP(await devToolsAddress(child));
	const page = await firstPage(browser);
	return {
		page,
		async kill() {
			const group = child.pid ?? 0;
			// Twice does no harm; the number may be another's by then.
			if (group > 0 && child.exitCode === null && child.signalCode === null) process.kill(-group, 'SIGKILL');
			const killedAtEpochMs = Date.now();
			await gone;
			await groupIsGone(group);
			await browser.close().catch(() => undefined); // only the connection is left
			return { killedAtEpochMs };
		}
	};
}

function devToolsAddress(child: ChildProcess): Promise<string> {
	return new Promise((resolve, reject) => {
		if (child.stderr === null) throw new TypeError('the browser has no stderr');
		const said: string[] = [];
		createInterface({ input: child.stderr }).on('line', (line) => {
			said.push(line);
			const address = /DevTools listening on (ws:\/\/\S+)/.exec(line)?.[1];
			if (address !== undefined) resolve(address);
		});
		child.once('exit', () => reject(new Error(`the browser ended: ${said.join('\n')}`)));
	});
}

async function firstPage(browser: Browser): Promise<Page> {
	const context = browser.contexts()[0];
	if (context === undefined) throw new TypeError('the browser has no default context');
	return context.pages()[0] ?? context.newPage();
}

/** The leader's exit is told by its parent; the others belong to nobody we could wait for. */
async function groupIsGone(group: number): Promise<void> {
	for (;;) {
		const left = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isOf(group, name));
		if (left.length === 0) return;
		await new Promise((resolve) => setImmediate(resolve));
	}
}

function isOf(group: number, pid: string): boolean {
	try {
		const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
		const [state, , pgrp] = text.slice(text.lastIndexOf(')') + 2).split(' ');
		return Number(pgrp) === group && state !== 'Z';
	} catch {
		return false; // ended while we looked
	}
}
