// Cross-origin isolation belongs to the loaded document: it must hold after every way of getting to the lab, and a
// worker must start in each.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { expect, test } from './fixtures';

async function expectIsolatedLab(page: Page): Promise<void> {
	await expect(page.locator('html[data-robot="ready"]')).toBeAttached({ timeout: 20_000 });
	expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
	expect(await page.evaluate(() => document.documentElement.dataset['robotIsolated'])).toBe('true');
}

test('isolated on first load and after reload', async ({ page, site }) => {
	await page.goto(`${site.url}/lab`);
	await expectIsolatedLab(page);
	await page.reload();
	await expectIsolatedLab(page);
});

test('isolated after client navigation from the landing page', async ({ page, site }) => {
	await page.goto(site.url);
	await page.evaluate(() => (document.documentElement.dataset['kept'] = 'yes'));
	await page
		.getByRole('link', { name: /Labor öffnen/ })
		.first()
		.click();
	await expectIsolatedLab(page);
	expect(await page.evaluate(() => document.documentElement.dataset['kept'])).toBe('yes');
});

test('isolated offline from the cache, at every lab address, from a cold start', async ({ site }) => {
	const profile = mkdtempSync(join(tmpdir(), 'edubotics-offline-'));
	const options = test.info().project.use.launchOptions ?? {};
	try {
		const first = await chromium.launchPersistentContext(profile, options);
		const page = first.pages()[0] ?? (await first.newPage());
		await page.goto(`${site.url}/lab`);
		await expectIsolatedLab(page);
		await expect(page.locator('html[data-offline="ready"]')).toBeAttached({ timeout: 60_000 });
		await first.close();
		await site.stop();
		const second = await chromium.launchPersistentContext(profile, options);
		for (const address of ['/lab', '/en/lab', '/lab?scene=off']) {
			const cold = await second.newPage();
			await cold.goto(`${site.url}${address}`);
			await expectIsolatedLab(cold);
			await cold.close();
		}
		await second.close();
	} finally {
		await site.resume();
		rmSync(profile, { recursive: true, force: true });
	}
});

test('isolated in the installed app window', async ({ site }) => {
	const profile = mkdtempSync(join(tmpdir(), 'edubotics-app-'));
	const options = test.info().project.use.launchOptions ?? {};
	try {
		const context = await chromium.launchPersistentContext(profile, {
			...options,
			args: [...(options.args ?? []), `--app=${site.url}/lab`]
		});
		const page = context.pages()[0] ?? (await context.waitForEvent('page'));
		await page.waitForURL('**/lab');
		await expectIsolatedLab(page);
		await context.close();
	} finally {
		rmSync(profile, { recursive: true, force: true });
	}
});

test('every answer carries the isolation headers and a policy', async ({ request, site }) => {
	const html = await (await request.get(`${site.url}/lab`)).text();
	const scripts = [...html.matchAll(/href="([^"]+\.(?:js|css))"/g)].map((match) => match[1] ?? '');
	expect(scripts.length).toBeGreaterThan(0);
	const absolute = scripts.map((path) => new URL(path, `${site.url}/lab`).href);
	for (const url of [
		site.url,
		`${site.url}/en`,
		`${site.url}/lab`,
		`${site.url}/service-worker.js`,
		`${site.url}/nowhere`,
		...absolute
	]) {
		const headers = (await request.get(url)).headers();
		expect(headers['cross-origin-opener-policy'], url).toBe('same-origin');
		expect(headers['cross-origin-embedder-policy'], url).toBe('require-corp');
		expect(headers['cross-origin-resource-policy'], url).toBe('same-origin');
		expect(headers['content-security-policy'], url).toBeTruthy();
	}
	expect(html).toContain('require-trusted-types-for');
});
