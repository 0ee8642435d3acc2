// The library over the built app and its own server: a model by its name on the Hub, models without a network, and what becomes
// of a run when the arm under it dies.
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { createHubDouble, type HubDouble } from '../src/lib/server/hub/testing/hub-double';
import { listZip } from './crash/zip-listing';
import { expect, test, type Site } from './fixtures';
import { LabPage } from './pages/lab-page';
import { PolicyPanelPage } from './pages/policy-panel-page';

const PACKAGE = new URL('../src/lib/inference/package/fixtures/policy.zip', import.meta.url).pathname;
const NAME = 'Fixture';
const FETCH_MS = 120_000;

test.describe.configure({ timeout: 300_000 });

let hub: HubDouble;
const before = { endpoint: process.env['HUB_ENDPOINT'], hosts: process.env['HUB_FILE_HOSTS'] };
test.beforeAll(async () => {
	hub = await createHubDouble();
	const zip = listZip(readFileSync(PACKAGE));
	const files = Object.fromEntries(zip.names.map((name) => [name, zip.read(name)]));
	hub.repos.set('school/cubes', { files });
	// The server runs in this process and asks for its settings with every question.
	process.env['HUB_ENDPOINT'] = hub.endpoint.origin;
	process.env['HUB_FILE_HOSTS'] = hub.filesHost;
});
test.afterAll(async () => {
	for (const [name, value] of [
		['HUB_ENDPOINT', before.endpoint],
		['HUB_FILE_HOSTS', before.hosts]
	] as const)
		if (value === undefined) Reflect.deleteProperty(process.env, name);
		else process.env[name] = value;
	await hub.close();
});
test.afterEach(async ({ site }) => site.resume().catch(() => undefined));

async function models(page: Page, site: Site): Promise<LabPage> {
	await page.goto(`${site.url}/models`);
	await page.waitForSelector('[data-models="ready"]');
	return LabPage.at(page);
}

test('a model by its name: what is wrong is said, a broken connection is gone on from, it is the same model', async ({
	page,
	site
}) => {
	const asked: string[] = [];
	page.on('request', (request) => asked.push(new URL(request.url()).host));
	const lab = await models(page, site);
	const name = page.getByLabel(lab.word('models_import_hub'), { exact: true });
	const fetchIt = async (text: string): Promise<void> => {
		await name.fill(text);
		await name.press('Enter');
	};
	await fetchIt('not a name');
	await expect(page.getByText(lab.word('error_policy_hub_name_odd_title'))).toBeVisible();
	await fetchIt('school/none');
	await expect(page.getByText(lab.word('error_policy_hub_not_found_title'))).toBeVisible();
	hub.days.push({ kind: 'sign-in' });
	await fetchIt('school/cubes');
	await expect(page.getByText(lab.word('error_policy_hub_answer_odd_title'))).toBeVisible();

	hub.days.push({ kind: 'break-off', afterBytes: 200 }, { kind: 'break-off', afterBytes: 300 });
	await fetchIt('https://huggingface.co/school/cubes');
	await expect(page.locator('[data-policy]')).toHaveCount(1, { timeout: FETCH_MS });
	await expect(page.getByRole('heading', { name: NAME })).toBeVisible();
	expect(hub.asked.some(({ headers }) => headers.range !== undefined)).toBe(true);
	// The same package by file is known: not a byte differs that counts.
	await page.setInputFiles('input[type="file"]', PACKAGE);
	await expect(page.getByText(lab.word('models_import_known').replace('{name}', NAME))).toBeVisible();
	expect(new Set(asked)).toEqual(new Set([new URL(site.url).host]));
	for (const { headers } of hub.asked) {
		expect(headers.cookie).toBeUndefined();
		expect(headers.referer).toBeUndefined();
		expect(headers.authorization).toBeUndefined();
	}
});

test('models without a network: what it weighs, and after that they open with the server gone', async ({
	page,
	site
}) => {
	await LabPage.open(page, site.url, { physics: false });
	await expect(page.locator('html[data-offline="ready"]')).toBeAttached({ timeout: FETCH_MS });
	await models(page, site);
	await page.setInputFiles('input[type="file"]', PACKAGE);
	await expect(page.getByRole('heading', { name: NAME })).toBeVisible();
	const offline = page.locator('[data-offline-models]');
	await expect(offline).toHaveAttribute('data-offline-models', 'missing');
	// Said before it is asked for, in megabytes.
	const button = offline.getByRole('button');
	await expect(button).toHaveText(/\d\sMB/);
	await button.click();
	await expect(offline).toHaveAttribute('data-offline-models', 'ready', { timeout: FETCH_MS });

	await site.stop();
	const lab = await LabPage.open(page, site.url, { clock: 'lockstep', physics: false });
	const panel = new PolicyPanelPage(lab);
	await panel.show();
	await panel.choose(NAME);
	expect(await panel.verdict()).toBe('warn');
});

test('PLANT dies while a model drives: the run is over, says why, and is kept', async ({ page, site }) => {
	await models(page, site);
	await page.setInputFiles('input[type="file"]', PACKAGE);
	await expect(page.getByRole('heading', { name: NAME })).toBeVisible();
	const lab = await LabPage.open(page, site.url, { clock: 'lockstep', physics: false });
	const panel = new PolicyPanelPage(lab);
	await panel.show();
	await panel.choose(NAME);
	await lab.arm();
	await panel.start();
	await panel.until('running');
	await lab.kill('plant');
	await panel.rated();
	await expect(panel.root.getByText(lab.word('policy_rate_run_ended_worker_died'))).toBeVisible();
	await panel.say('policy_outcome_failed');
	await expect.poll(() => panel.outcome()).toEqual({ outcome: 'failed', judge: 'person' });
});

test('the round corners of Stop show what is behind it, in dark colours too', async ({ page, site }) => {
	await page.emulateMedia({ colorScheme: 'dark' });
	await LabPage.open(page, site.url, { physics: false });
	const box = await page.locator('iframe').boundingBox();
	if (box === null) throw new Error('no pad');
	const clip = { x: Math.ceil(box.x), y: Math.ceil(box.y), width: 1, height: 1 };
	const corner = (await page.screenshot({ clip })).toString('base64');
	const brightness = await page.evaluate(async (png) => {
		const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
		const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
		const context = new OffscreenCanvas(1, 1).getContext('2d');
		context?.drawImage(picture, 0, 0);
		return Math.max(...(context?.getImageData(0, 0, 1, 1).data.slice(0, 3) ?? [255]));
	}, corner);
	expect(brightness).toBeLessThan(100);
});
