// `npm run walk -- pupil`: drives the built app in real Chromium as a pupil would, by mouse and by keyboard alone, in both
// languages, on a Chromebook's screen and on a phone; counts clicks, keys and seconds to the first motion and keeps
// pictures in walk/. Ends with 1 when a promise is missed.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureChromium } from './lib/chromium.mjs';
import { build, checkNode, install } from './lib/prepare.mjs';
import { root } from './lib/run.mjs';

const MOST_CLICKS = 4;
const MOST_SECONDS = 60;
const SIZES = [
	{ name: 'chromebook', width: 1366, height: 768 },
	{ name: 'phone', width: 360, height: 740 }
];

checkNode();
const who = process.argv[2] ?? 'pupil';
if (who !== 'pupil') {
	console.error(`Nobody called "${who}" can walk yet; there is: pupil`);
	process.exit(2);
}
if (!(await install()) || !(await build())) process.exit(1);
const browserPath = await ensureChromium();
if ('missing' in browserPath) {
	console.error(browserPath.missing);
	process.exit(1);
}
const { chromium } = await import('@playwright/test');
const { serve } = await import(pathToFileURL(join(root, 'server', 'serve.js')).href);
const folder = join(root, 'walk');
mkdirSync(folder, { recursive: true });
const running = await serve({ host: '127.0.0.1', port: 0 });
const site = running.url.replace('127.0.0.1', 'localhost');
const browser = await chromium.launch({ executablePath: browserPath.path, args: ['--no-sandbox'] });

/** @param {{ locale: 'de' | 'en', size: (typeof SIZES)[number], hands: 'mouse' | 'keyboard' }} walk */
async function walk({ locale, size, hands }) {
	const words = JSON.parse(readFileSync(join(root, 'messages', `${locale}.json`), 'utf8'));
	const context = await browser.newContext({ viewport: size, locale, acceptDownloads: true });
	const page = await context.newPage();
	let acts = 0;
	let bytes = 0;
	let requests = 0;
	page.on('response', (response) => {
		requests += 1;
		bytes += Number(response.headers()['content-length'] ?? 0);
	});
	const picture = (/** @type {string} */ name) =>
		page.screenshot({ path: join(folder, `${locale}-${size.name}-${hands}-${name}.png`) });
	/** @param {import('@playwright/test').Locator} target */
	const press = async (target) => {
		acts += 1;
		if (hands === 'mouse') await target.click();
		else {
			await target.focus();
			await page.keyboard.press('Enter');
		}
	};
	const button = (/** @type {string} */ key) =>
		page.getByRole('button', { name: words[key] }).and(page.locator(':visible')).first();

	await page.goto(locale === 'en' ? `${site}/en` : site);
	await picture('1-landing');
	const startedAt = Date.now();
	await press(page.getByRole('link', { name: words.open_lab }).first());
	await page.waitForSelector('html[data-robot="ready"]', { state: 'attached', timeout: 60_000 });
	await press(button('arm_unlock'));
	await button('arm_lock').waitFor({ timeout: 30_000 });
	await picture('2-unlocked');
	const slider = page.getByRole('slider', { name: words.joint_shoulder_pan, exact: true });
	acts += 1;
	if (hands === 'mouse') {
		const box = await slider.boundingBox();
		if (box !== null) await page.mouse.click(box.x + box.width * 0.7, box.y + box.height / 2);
	} else {
		await slider.focus();
		await page.keyboard.press('PageUp');
	}
	await page.getByText(words.step_name_task_title).and(page.locator(':visible')).first().waitFor({ timeout: 30_000 });
	const seconds = (Date.now() - startedAt) / 1000;
	const first = { acts, seconds, requests, kilobytes: Math.round(bytes / 1024) };
	await picture('3-moved');

	if (size.name === 'chromebook') {
		await page.getByLabel(words.record_task_label).fill('Walk');
		await page.keyboard.press('Enter');
		await press(button('record_start'));
		await button('record_stop').waitFor({ timeout: 30_000 });
		for (let n = 0; n < 20; n++) {
			await slider.focus();
			await page.keyboard.press(n % 2 === 0 ? 'PageDown' : 'PageUp');
			await page.waitForTimeout(100);
		}
		await picture('4-recording');
		await press(button('record_stop'));
		await button('record_keep').waitFor({ timeout: 30_000 });
		await picture('5-review');
		await press(button('record_keep'));
		await page.locator('label:visible', { hasText: words.datasets_title }).first().click();
		const download = page.waitForEvent('download', { timeout: 60_000 });
		await press(button('dataset_download'));
		await (await download).path();
		await picture('6-downloaded');
	}
	await context.close();
	return { walk: `${locale} ${size.name} ${hands}`, ...first };
}

const rows = [];
let failed = 0;
for (const locale of /** @type {const} */ (['de', 'en'])) {
	for (const size of SIZES) {
		for (const hands of /** @type {const} */ (['mouse', 'keyboard'])) {
			try {
				const row = await walk({ locale, size, hands });
				const good = row.acts <= MOST_CLICKS && row.seconds <= MOST_SECONDS;
				if (!good) failed += 1;
				rows.push({ ...row, promise: good ? 'kept' : 'MISSED' });
			} catch (error) {
				failed += 1;
				rows.push({ walk: `${locale} ${size.name} ${hands}`, promise: String(error).slice(0, 200) });
			}
		}
	}
}
console.table(rows);
console.log(`${rows.length - failed} passed, ${failed} failed`);
await browser.close();
await running.close();
process.exit(failed === 0 ? 0 : 1);
