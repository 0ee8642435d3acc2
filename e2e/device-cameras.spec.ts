// Real cameras in a real Chromium, with its two fake devices: opened by role, at full rate, recorded
// with the mask black in what the packets decode to, marked as staying here, missed when they stop, and remembered.
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { bundlePage, serveFolder } from '../tools/lib/browser-page.mjs';
import { root } from '../tools/lib/run.mjs';
import type { CamerasPage } from './cameras/main';

const MASK = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };
const ROWS = 60;
const BLOCKED_MS = 2000;

test.use({
	launchOptions: {
		executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
		args: [
			'--no-sandbox',
			'--use-fake-ui-for-media-stream',
			'--use-fake-device-for-media-stream=device-count=2,fps=30'
		]
	}
});
test.describe.configure({ timeout: 120_000 });

let site: Awaited<ReturnType<typeof serveFolder>> | null = null;

test.beforeAll(async () => {
	const outDir = join(root, '.cache', 'cameras');
	site = await serveFolder(await bundlePage({ page: join(root, 'e2e', 'cameras'), outDir }));
});

test.afterAll(() => site?.close());

type Role = 'top' | 'wrist';

const lab = (page: Page) => ({
	view: () => page.evaluate(() => (globalThis as unknown as { cameras: CamerasPage }).cameras.view()),
	report: (role: Role) =>
		page.evaluate((name) => (globalThis as unknown as { cameras: CamerasPage }).cameras.report(name), role),
	told: () => page.evaluate(() => (globalThis as unknown as { cameras: CamerasPage }).cameras.told)
});

/** Opens the page, lets it have the cameras, waits until both live. */
async function open(page: Page): Promise<ReturnType<typeof lab>> {
	await page.goto(site?.url ?? '');
	await page.waitForFunction(() => 'cameras' in globalThis);
	await page.evaluate(() => (globalThis as unknown as { cameras: CamerasPage }).cameras.devices.begin());
	const cameras = lab(page);
	await live(cameras);
	return cameras;
}

async function live(cameras: ReturnType<typeof lab>): Promise<void> {
	await expect
		.poll(async () => (await cameras.view()).roles.map(({ status }) => status), { timeout: 20_000 })
		.toEqual(['live', 'live', 'off']);
}

/** Pictures per second of each camera, by the cameras' own times, over `ms`. */
async function rates(page: Page, ms: number): Promise<number[]> {
	const cameras = lab(page);
	const before = [await cameras.report('top'), await cameras.report('wrist')];
	await page.waitForTimeout(ms);
	await page.waitForTimeout(600); // a report comes twice a second
	const after = [await cameras.report('top'), await cameras.report('wrist')];
	return after.map((report, at) => {
		const pictures = (report?.pictures ?? 0) - (before[at]?.pictures ?? 0);
		return (pictures * 1000) / ((report?.newestMs ?? 0) - (before[at]?.newestMs ?? 0));
	});
}

test('two cameras at full rate', async ({ page }) => {
	const cameras = await open(page);
	const { roles, devices } = await cameras.view();
	expect(devices).toHaveLength(2);
	expect(new Set(roles.map(({ deviceId }) => deviceId)).size).toBe(3);
	const found = await rates(page, 3000);
	console.log(`pictures/s: ${found.map((rate) => rate.toFixed(1)).join(', ')}`);
	for (const rate of found) expect(rate).toBeGreaterThanOrEqual(25);
	for (const role of ['top', 'wrist'] as const) expect((await cameras.report(role))?.unread).toBe(0);
});

// One camera: Chromium's second fake device makes 16-bit grey, a format without a name. Such pictures can only be read by
// way of the graphics context, which waits for the page; planar ones, which cameras give, are copied by the worker itself.
test('a camera keeps its rate while the page is blocked', async ({ page }) => {
	await open(page);
	await page.evaluate(() =>
		(globalThis as unknown as { cameras: CamerasPage }).cameras.devices.choose('wrist', '')
	);
	await expect
		.poll(async () => (await lab(page).view()).roles.map(({ status }) => status), { timeout: 20_000 })
		.toEqual(['live', 'off', 'off']);
	await page.route('**/slow', async (route) => {
		await new Promise((resolve) => setTimeout(resolve, BLOCKED_MS));
		await route.fulfill({ body: '' });
	});
	const before = await lab(page).report('top');
	await page.evaluate(() => (globalThis as unknown as { cameras: CamerasPage }).cameras.block('/slow'));
	await page.waitForTimeout(600);
	const after = await lab(page).report('top');
	const pictures = (after?.pictures ?? 0) - (before?.pictures ?? 0);
	const rate = (pictures * 1000) / ((after?.newestMs ?? 0) - (before?.newestMs ?? 0));
	console.log(`pictures/s while blocked: ${rate.toFixed(1)}`);
	expect(rate).toBeGreaterThanOrEqual(25);
});

test('recorded packets decode to black where the mask is, and say that they stay here', async ({ page }) => {
	const cameras = await open(page);
	await page.evaluate((mask) => {
		const { devices } = (globalThis as unknown as { cameras: CamerasPage }).cameras;
		devices.setMask('top', [mask]);
		devices.setLocalOnly(true);
	}, MASK);
	const recorded = await page.evaluate(
		([rows, mask]) => (globalThis as unknown as { cameras: CamerasPage }).cameras.record(rows, mask),
		[ROWS, MASK] as const
	);
	console.log(JSON.stringify({ ...recorded, meta: { frames: recorded.meta.frameCount } }));
	expect(recorded.meta.frameCount).toBe(ROWS);
	const [top, wrist] = recorded.decoded;
	expect(top?.pictures).toBe(ROWS);
	// Black is 16; the codec may add a step or two.
	expect(top?.brightestInside).toBeLessThanOrEqual(20);
	expect(top?.leastOutside).toBeGreaterThan(60);
	expect(wrist?.brightestInside).toBeGreaterThan(60);
	for (const camera of recorded.cameras) expect(camera).toMatchObject({ kind: 'device', localOnly: true });
	for (const { encoderDrop } of recorded.counters) expect(encoderDrop).toBe(0);
	// Nearest of pictures 33 ms apart, on clocks of two workers.
	for (const far of recorded.farthestMs) expect(far).toBeLessThanOrEqual(50);
	await live(cameras);
});

test('the preview is drawn by the worker and masked as well', async ({ page }) => {
	await open(page);
	await page.evaluate((mask) => {
		(globalThis as unknown as { cameras: CamerasPage }).cameras.devices.setMask('top', [mask]);
	}, MASK);
	const middle = async (role: Role): Promise<number> => {
		const png = (await page.locator(`#${role}`).screenshot()).toString('base64');
		return page.evaluate(async (base64) => {
			const image = new Image();
			image.src = `data:image/png;base64,${base64}`;
			await image.decode();
			const probe = new OffscreenCanvas(image.width, image.height).getContext('2d');
			probe?.drawImage(image, 0, 0);
			const [x, y] = [Math.round(image.width * 0.3), Math.round(image.height * 0.3)];
			const bytes = probe?.getImageData(x, y, image.width * 0.4, image.height * 0.4).data ?? [];
			return Math.max(...Array.from(bytes).filter((_, at) => at % 4 !== 3));
		}, png);
	};
	await expect.poll(() => middle('top')).toBe(0);
	expect(await middle('wrist')).toBeGreaterThan(60);
});

test('a camera that stops is missed within a second of its last picture; the other goes on', async ({
	page
}) => {
	const cameras = await open(page);
	const stopped = await page.evaluate(() =>
		(globalThis as unknown as { cameras: CamerasPage }).cameras.stopTrack('wrist')
	);
	await expect
		.poll(async () => (await cameras.view()).roles.map(({ trouble }) => trouble))
		.toEqual([null, 'unplugged', null]);
	const told = (await cameras.told()).findLast(({ role }) => role === 'wrist');
	const afterLast = (told?.atMs ?? Infinity) - (told?.newestMs ?? 0);
	console.log(
		`told ${afterLast} ms after the last picture, ${(told?.atMs ?? 0) - stopped} ms after the stop`
	);
	expect(afterLast).toBeLessThanOrEqual(1000);
	expect((await cameras.report('top'))?.condition).toBe('live');
});

test('roles are remembered by device, and can be swapped', async ({ page }) => {
	const cameras = await open(page);
	const first = (await cameras.view()).roles.map(({ deviceId }) => deviceId);
	await page.evaluate(() =>
		(globalThis as unknown as { cameras: CamerasPage }).cameras.devices.swap('top', 'wrist')
	);
	await live(cameras);
	const swapped = [first[1], first[0], ''];
	expect((await cameras.view()).roles.map(({ deviceId }) => deviceId)).toEqual(swapped);
	const again = await open(page);
	expect((await again.view()).roles.map(({ deviceId }) => deviceId)).toEqual(swapped);
});
