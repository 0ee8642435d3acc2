// `npm run walk -- pupil`: drives the built app in real Chromium as a pupil would, by mouse and by keyboard alone, in both
// languages, on a Chromebook's screen and on a phone; counts clicks, keys, seconds, requests and bytes up to the first
// motion that was measured, and keeps pictures in walk/. Ends with 1 when a promise is missed. `--policy`: walk-policy.mjs.
//
// [Note: by keyboard alone] Nothing is given the focus: Tab is pressed until it is there, and every press counts as a key.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureChromium } from './lib/chromium.mjs';
import { build, checkNode, install } from './lib/prepare.mjs';
import { root } from './lib/run.mjs';
import { policyStations } from './walk-policy.mjs';

/** @typedef {import('@playwright/test').Locator} Locator */
/** @typedef {{ press(target: Locator): Promise<void>, choose(word: string): Promise<void>, nudge(slider: Locator): Promise<void>, type(field: Locator, text: string): Promise<void>, readonly clicks: number, readonly keys: number }} Hands */

const MOST_CLICKS = 4;
const MOST_SECONDS = 60;
const PATIENCE_MS = 60_000;
/** Degrees that count as a motion: far more than a servo trembles. */
const A_MOTION = 3;
/** Tabs after which a thing counts as out of reach. */
const MOST_TABS = 120;
const SIZES = [
	{ name: 'chromebook', width: 1366, height: 768 },
	{ name: 'phone', width: 360, height: 740 }
];

checkNode();
const who = process.argv[2] ?? 'pupil';
/** The pupil lets the bundled model drive, by keyboard alone. */
const withPolicy = process.argv.includes('--policy');
if (who !== 'pupil') {
	console.error(`Nobody called "${who}" can walk yet; there is: pupil`);
	process.exit(2);
}
if (process.env['E2E_BUILD_DIR'] === undefined && (!(await install()) || !(await build()))) process.exit(1);
const browserPath = await ensureChromium();
if ('missing' in browserPath) {
	console.error(browserPath.missing);
	process.exit(1);
}
const { chromium } = await import('@playwright/test');
const { serve } = await import(pathToFileURL(join(root, 'server', 'serve.js')).href);
const folder = join(root, 'walk');
mkdirSync(folder, { recursive: true });
const buildDir = process.env['E2E_BUILD_DIR'] ?? join(root, 'build');
const running = await serve({ host: '127.0.0.1', port: 0, buildDir });
const site = running.url.replace('127.0.0.1', 'localhost');
const browser = await chromium.launch({ executablePath: browserPath.path, args: ['--no-sandbox'] });

// Counted at the server: what workers fetch is in it too.
let requests = 0;
/** @type {Set<import('node:net').Socket>} */
const sockets = new Set();
running.server.on('request', () => (requests += 1));
running.server.on('connection', (/** @type {import('node:net').Socket} */ socket) => sockets.add(socket));
const bytesOut = () => [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, 0);

/** @param {import('@playwright/test').Page} page @returns {Hands} */
function mouse(page) {
	let clicks = 0;
	let keys = 0;
	const click = async (/** @type {Locator} */ target) => {
		clicks += 1;
		await target.click();
	};
	return {
		press: click,
		choose: (word) => click(page.locator('label:visible', { hasText: word }).first()),
		async nudge(slider) {
			const box = await slider.boundingBox();
			if (box === null) throw new Error('no slider in sight');
			const { min, max, value } = await slider.evaluate((input) => {
				const { min, max, valueAsNumber } = /** @type {HTMLInputElement} */ (input);
				return { min: Number(min), max: Number(max), value: valueAsNumber };
			});
			const share = (value - min) / (max - min);
			clicks += 1;
			await page.mouse.click(
				box.x + box.width * (share > 0.5 ? share - 0.2 : share + 0.2),
				box.y + box.height / 2
			);
		},
		async type(field, text) {
			await click(field);
			await page.keyboard.type(text);
			await page.keyboard.press('Enter');
			keys += text.length + 1;
		},
		get clicks() {
			return clicks;
		},
		get keys() {
			return keys;
		}
	};
}

/** @param {import('@playwright/test').Page} page @returns {Hands} */
function keyboard(page) {
	let keys = 0;
	let up = true;
	const key = async (/** @type {string} */ name) => {
		keys += 1;
		await page.keyboard.press(name);
	};
	const hasFocus = (/** @type {Locator} */ target) =>
		target.evaluate((element) => element === document.activeElement);
	const go = async (/** @type {Locator} */ target) => {
		await target.waitFor({ state: 'attached' });
		for (let tabs = 0; tabs <= MOST_TABS; tabs++) {
			if (await hasFocus(target)) return;
			await key('Tab');
		}
		throw new Error(`out of reach by Tab: ${String(target)}`);
	};
	return {
		async press(target) {
			await go(target);
			await key('Enter');
		},
		// A group of choices is one stop; arrows go from choice to choice.
		async choose(word) {
			const wanted = page.locator('label:visible', { hasText: word }).first().locator('input');
			const name = await wanted.getAttribute('name');
			await go(page.locator(`input[name="${name}"]:checked`));
			for (let n = 0; n < 6 && !(await wanted.isChecked()); n++) await key('ArrowRight');
		},
		async nudge(slider) {
			await go(slider);
			await key(up ? 'PageUp' : 'PageDown');
			up = !up;
		},
		async type(field, text) {
			await go(field);
			for (const letter of text) await key(letter === ' ' ? 'Space' : letter);
			await key('Enter');
		},
		clicks: 0,
		get keys() {
			return keys;
		}
	};
}

/** @param {{ locale: 'de' | 'en', size: (typeof SIZES)[number], hands: 'mouse' | 'keyboard' }} walk */
async function walk({ locale, size, hands }) {
	const context = await browser.newContext({ viewport: size, locale, acceptDownloads: true });
	context.setDefaultTimeout(PATIENCE_MS);
	const page = await context.newPage();
	const picture = (/** @type {string} */ name) =>
		page.screenshot({ path: join(folder, `${locale}-${size.name}-${hands}-${name}.png`) });
	try {
		if (!withPolicy) return await stations(page, picture, { locale, size, hands });
		const words = JSON.parse(readFileSync(join(root, 'messages', `${locale}.json`), 'utf8'));
		const lockstep = process.argv.includes('--lockstep');
		const phone = size.name === 'phone';
		const row = await policyStations(page, picture, { site, locale, words, phone, lockstep });
		if (!row.outcome) throw new Error(`the exercise was not done: ${JSON.stringify(row)}`);
		return { walk: `${locale} ${size.name} ${hands}`, clicks: 0, ...row };
	} catch (error) {
		await picture('failed');
		throw error;
	} finally {
		await context.close();
	}
}

/** @param {import('@playwright/test').Page} page @param {(name: string) => Promise<unknown>} picture @param {{ locale: 'de' | 'en', size: (typeof SIZES)[number], hands: 'mouse' | 'keyboard' }} walk */
async function stations(page, picture, { locale, size, hands }) {
	const words = JSON.parse(readFileSync(join(root, 'messages', `${locale}.json`), 'utf8'));
	const pupil = hands === 'mouse' ? mouse(page) : keyboard(page);
	const button = (/** @type {string} */ key) =>
		page.getByRole('button', { name: words[key] }).and(page.locator(':visible')).first();
	const slider = page.getByRole('slider', { name: words.joint_shoulder_pan, exact: true });
	/** What the arm is measured to do, as the slider tells it: its last number. */
	const measured = async () =>
		Number(
			(await slider.getAttribute('aria-valuetext'))?.replaceAll('−', '-').match(/-?\d+/g)?.at(-1) ??
				Number.NaN
		);

	const before = { requests, bytes: bytesOut(), sockets: new Set(sockets) };
	await page.goto(locale === 'en' ? `${site}/en` : site);
	await picture('1-landing');
	const startedAt = Date.now();
	await pupil.press(page.getByRole('link', { name: words.open_lab }).first());
	await page.waitForSelector('html[data-robot="ready"]', { state: 'attached' });
	await picture('2-lab');
	await pupil.press(button('arm_unlock'));
	await button('arm_lock').waitFor();
	let from = await measured();
	// A value that was not read yet is a dash.
	for (
		const endAt = Date.now() + PATIENCE_MS;
		Number.isNaN(from) && Date.now() < endAt;
		from = await measured()
	)
		await page.waitForTimeout(50);
	await pupil.nudge(slider);
	for (const endAt = Date.now() + PATIENCE_MS; !(Math.abs((await measured()) - from) >= A_MOTION);) {
		if (Date.now() > endAt) throw new Error(`the arm did not move from ${from}`);
		await page.evaluate(() => new Promise(requestAnimationFrame));
	}
	const first = {
		clicks: pupil.clicks,
		keys: pupil.keys,
		seconds: (Date.now() - startedAt) / 1000,
		requests: requests - before.requests,
		kilobytes: Math.round((bytesOut() - before.bytes) / 1024)
	};
	await picture('3-moved');

	if (size.name === 'phone') await pupil.choose(words.record_title);
	await pupil.type(page.getByLabel(words.record_task_label), 'Walk');
	await button('record_start').and(page.locator(':enabled')).waitFor();
	await pupil.press(button('record_start'));
	await button('record_stop').waitFor();
	if (size.name === 'phone') await pupil.choose(words.drive_title);
	for (let n = 0; n < 4; n++) await pupil.nudge(slider);
	await picture('4-recording');
	await pupil.press(button('record_stop'));
	await button('record_keep').waitFor();
	await picture('5-review');
	await pupil.press(button('record_keep'));
	await button('record_start').waitFor();
	await pupil.choose(words.datasets_title);
	const download = page.waitForEvent('download');
	await pupil.press(button('dataset_download'));
	await (await download).path();
	await picture('6-downloaded');
	return {
		walk: `${locale} ${size.name} ${hands}`,
		...first,
		'all clicks': pupil.clicks,
		'all keys': pupil.keys
	};
}

const rows = [];
let failed = 0;
for (const locale of /** @type {const} */ (['de', 'en'])) {
	for (const size of SIZES) {
		for (const hands of /** @type {const} */ (['mouse', 'keyboard'])) {
			if (withPolicy && hands === 'mouse') continue;
			try {
				const row = await walk({ locale, size, hands });
				const good = row.clicks <= MOST_CLICKS && !('seconds' in row && row.seconds > MOST_SECONDS);
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
running.server.closeAllConnections();
await running.close();
process.exit(failed === 0 ? 0 : 1);
