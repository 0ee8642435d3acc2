// After one visit the lab works without a network, from a cold start, at every address it has: the arm moves, a recording
// is made, the dataset is downloaded. And in all of it not one request goes to anybody else.
import { readFileSync, rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from '@playwright/test';
import { expect, test, type Site } from './fixtures';
import { LabPage } from './pages/lab-page';
import { watch } from './pages/watch';

const WARM_MS = 90_000;
const EPISODE_FRAMES = 20;

async function openProfile(profile: string): Promise<BrowserContext> {
	const { launchOptions } = test.info().project.use;
	const context = await chromium.launchPersistentContext(profile, {
		...launchOptions,
		viewport: { width: 1366, height: 768 },
		acceptDownloads: true
	});
	context.setDefaultTimeout(30_000);
	return context;
}

/** One visit to the lab, long enough for the cache to fill; then the browser is closed and the server gone. */
async function visitOnce(profile: string, site: Site): Promise<string[]> {
	const context = await openProfile(profile);
	const seen = await watch(context, site.url);
	const page = await context.newPage();
	const lab = await LabPage.open(page, site.url);
	await lab.until(({ report }) => report.status === 'disarmed', 'the arm to answer');
	await expect(page.locator('html[data-offline="ready"]')).toBeAttached({ timeout: WARM_MS });
	await lab.arm();
	await context.close();
	await site.stop();
	expect(seen.requests()).toBeGreaterThan(10);
	return seen.findings;
}

test.describe.configure({ mode: 'serial', timeout: 180_000 });

let profile = '';
test.beforeAll(() => {
	profile = mkdtempSync(join(tmpdir(), 'edubotics-cold-'));
});
// A browser that was just closed may still be tidying up.
test.afterAll(() => rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
test.afterEach(async ({ site }) => site.resume().catch(() => undefined));

test('after one visit the lab starts cold without a network and does everything', async ({ site }) => {
	expect(await visitOnce(profile, site)).toEqual([]);
	const context = await openProfile(profile);
	const seen = await watch(context, site.url);
	const lab = await LabPage.open(await context.newPage(), site.url, { clock: 'lockstep' });
	await lab.arm();
	const before = await lab.angle(0);
	await lab.nudge(0, 'PageUp', 2);
	await lab.until(({ state }) => Math.abs((state?.[0] ?? before) - before) > 10, 'the arm to move');
	await lab.setTask('Dreh dich zur Seite');
	await lab.startRecording();
	await lab.nudge(0, 'PageDown', 2);
	await lab.untilFrames(EPISODE_FRAMES);
	const counts = await lab.stopRecording();
	expect(counts.frames).toBeGreaterThanOrEqual(EPISODE_FRAMES);
	await lab.decide('keep');
	await lab.show('datasets');
	const path = await (await lab.download()).path();
	const zip = readFileSync(path);
	expect(zip.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004');
	expect(zip.length).toBeGreaterThan(10_000);
	await lab.page.frameLocator('iframe').locator('#stop').click();
	await lab.until(({ report }) => report.status === 'stopped', 'the stop pad to stop the arm');
	expect(seen.findings).toEqual([]);
	await context.close();
});

const ADDRESSES = [
	{ locale: 'de', address: '/lab?probe=on' },
	{ locale: 'en', address: '/en/lab?probe=on' },
	{ locale: 'de', address: '/lab?seed=7&clock=lockstep&probe=on' },
	{ locale: 'en', address: '/en/lab?probe=on&unknown=1' },
	{ locale: 'de', address: '/lab/?probe=on' },
	{ locale: 'en', address: '/en/lab/?probe=on&seed=3' }
] as const;

test('every lab address starts cold without a network, in its language', async ({ site }) => {
	await site.stop();
	for (const { locale, address } of ADDRESSES) {
		const context = await openProfile(profile);
		const seen = await watch(context, site.url);
		const page = await context.newPage();
		await page.goto(`${site.url}${address}`);
		const lab = LabPage.at(page, locale);
		await lab.ready();
		await expect(page.locator('html'), address).toHaveAttribute('lang', locale);
		expect(await page.evaluate(() => crossOriginIsolated), address).toBe(true);
		await lab.until(({ report }) => report.status === 'disarmed', `the arm to answer at ${address}`);
		await lab.arm();
		expect(seen.findings, address).toEqual([]);
		await context.close();
	}
});

test('the site around the lab is there without a network too', async ({ site }) => {
	await site.stop();
	const context = await openProfile(profile);
	const seen = await watch(context, site.url);
	const page = await context.newPage();
	for (const address of ['/', '/en', '/docs', '/en/docs/keyboard', '/docs/errors/port_lost']) {
		const answer = await page.goto(`${site.url}${address}`);
		expect(answer?.fromServiceWorker(), address).toBe(true);
		await expect(page.getByRole('heading', { level: 1 }), address).toBeVisible();
	}
	expect(seen.findings).toEqual([]);
	await context.close();
});
