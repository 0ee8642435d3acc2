// `npm run walk -- pupil [--real | --policy | --class]`, `npm run walk -- teacher | technician`: drives the built app in real Chromium as that person would,
// by mouse and by keyboard alone, in both languages, on a Chromebook's screen and on a phone (keyboard walks in the dark
// colours); counts clicks, keys, seconds and what else is promised, and keeps pictures in walk/. Ends with 1 when a promise is
// missed. `--only de,phone` takes the walks with these words in their name. `--policy`: walk-policy.mjs. `--class` and the teacher: walk-teacher.mjs.
//
// With `--real` and for the technician the arms are the rig's, behind real Web Serial (tools/real-rig); where the machine
// refuses that, nothing is walked and it says so.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureChromium } from './lib/chromium.mjs';
import { build, checkNode, install } from './lib/prepare.mjs';
import { root } from './lib/run.mjs';
import { keyboard, mouse } from './walk/hands.mjs';
import { labOf } from './walk/lab.mjs';
import { pupil } from './walk/pupil.mjs';
import { pupilReal } from './walk/pupil-real.mjs';
import { createRealWorld } from './walk/real-world.mjs';
import { technician } from './walk/technician.mjs';
import { policyStations } from './walk-policy.mjs';
import { walkLesson } from './walk-teacher.mjs';

const PATIENCE_MS = 60_000;
const SIZES = [
	{ name: 'chromebook', width: 1366, height: 768 },
	{ name: 'phone', width: 360, height: 740 }
];

checkNode();
const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		real: { type: 'boolean', default: false },
		/** The pupil lets the bundled model drive, by keyboard alone; `lockstep`: on the lab's virtual clock. */
		policy: { type: 'boolean', default: false },
		lockstep: { type: 'boolean', default: false },
		/** The pupil in a class: by its link, with a teacher in a second browser. */
		class: { type: 'boolean', default: false },
		only: { type: 'string', default: '' }
	}
});
const who = positionals[0] ?? 'pupil';
if (who !== 'pupil' && who !== 'technician' && who !== 'teacher') {
	console.error(
		`Nobody called "${who}" can walk yet; there are: pupil, pupil --real, pupil --policy, pupil --class, teacher, technician`
	);
	process.exit(2);
}
const isReal = values.real || who === 'technician';
if (process.env['E2E_BUILD_DIR'] === undefined && (!(await install()) || !(await build()))) process.exit(1);
const browserPath = await ensureChromium();
if ('missing' in browserPath) {
	console.error(browserPath.missing);
	process.exit(1);
}
const real = isReal ? await createRealWorld(browserPath.path) : null;
if (real !== null && 'refused' in real) {
	console.log(`SKIPPED: ${who}: real Web Serial: ${real.refused}`);
	process.exit(0);
}
const { chromium } = await import('@playwright/test');
const { serve } = await import(pathToFileURL(join(root, 'server', 'serve.js')).href);
const folder = join(root, 'walk');
mkdirSync(folder, { recursive: true });
const buildDir = process.env['E2E_BUILD_DIR'] ?? join(root, 'build');
if (who === 'teacher' || values.class) {
	const browser = await chromium.launch({ executablePath: browserPath.path, args: ['--no-sandbox'] });
	const chosen = values.only.split(',').filter((word) => word !== '');
	const walks = /** @type {const} */ (['de', 'en']).flatMap((locale) =>
		SIZES.flatMap((size) =>
			/** @type {const} */ (['mouse', 'keyboard']).map((hands) => ({ locale, size, hands }))
		)
	);
	const wanted = walks.filter(({ locale, size, hands }) =>
		chosen.every((word) => [locale, size.name, hands].includes(word))
	);
	const told = await walkLesson({
		browser,
		folder,
		buildDir,
		who: who === 'teacher' ? 'teacher' : 'pupil',
		walks: wanted
	});
	await browser.close();
	if ('skipped' in told) {
		console.log(`SKIPPED: ${who}: the school: ${told.skipped}`);
		process.exit(0);
	}
	console.table(told.rows);
	console.log(`${told.rows.length - told.failed} passed, ${told.failed} failed`);
	process.exit(told.failed === 0 && told.rows.length > 0 ? 0 : 1);
}
const running = await serve({ host: '127.0.0.1', port: 0, buildDir });
const site = running.url.replace('127.0.0.1', 'localhost');
const browser =
	real === null ? await chromium.launch({ executablePath: browserPath.path, args: ['--no-sandbox'] }) : null;

// Counted at the server: what workers fetch is in it too.
let requests = 0;
/** @type {Set<import('node:net').Socket>} */
const sockets = new Set();
running.server.on('request', () => (requests += 1));
running.server.on('connection', (/** @type {import('node:net').Socket} */ socket) => sockets.add(socket));
const traffic = () => ({
	requests,
	bytes: [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, 0)
});

/** @param {import('./walk/lab.mjs').Walk} walk @returns {import('@playwright/test').BrowserContextOptions} */
const optionsOf = ({ locale, size, hands }) => ({
	viewport: { width: size.width, height: size.height },
	locale,
	acceptDownloads: true,
	colorScheme: hands === 'keyboard' ? 'dark' : 'light'
});

/** @param {import('./walk/lab.mjs').Walk} walk @param {string} name */
async function take(walk, name) {
	if (real !== null) {
		const opened = await real.open(site, optionsOf(walk));
		const goes = (/** @type {import('./walk/lab.mjs').Lab} */ lab) =>
			(who === 'technician' ? technician : pupilReal)(lab, { site, real, chooser: opened.chooser });
		return go(opened.context, walk, name, goes).finally(() => opened.close());
	}
	const context = await browser?.newContext(optionsOf(walk));
	if (context === undefined) throw new TypeError('no browser');
	const goes = values.policy ? drivenByPolicy : (lab) => pupil(lab, { site, traffic });
	return go(context, walk, name, goes).finally(() => context.close());
}

/** @param {import('./walk/lab.mjs').Lab} lab */
async function drivenByPolicy({ page, picture, walk, words }) {
	const phone = walk.size.name === 'phone';
	const { locale } = walk;
	const row = await policyStations(page, picture, { site, locale, words, phone, lockstep: values.lockstep });
	return { ...row, promise: row.outcome };
}

/**
 * @template T
 * @param {import('@playwright/test').BrowserContext} context
 * @param {import('./walk/lab.mjs').Walk} walk
 * @param {string} name
 * @param {(lab: import('./walk/lab.mjs').Lab) => Promise<T>} stations
 */
async function go(context, walk, name, stations) {
	context.setDefaultTimeout(PATIENCE_MS);
	const page = await context.newPage();
	const picture = (/** @type {string} */ station) =>
		page.screenshot({ path: join(folder, `${name}-${station}.png`) });
	const person = walk.hands === 'mouse' ? mouse(page) : keyboard(page);
	try {
		return await stations(labOf({ page, person, picture, walk }));
	} catch (error) {
		await picture('failed');
		throw error;
	}
}

const prefix = isReal ? `${who === 'technician' ? 'technician' : 'real'}-` : values.policy ? 'policy-' : '';
const only = values.only.split(',').filter((word) => word !== '');
const rows = [];
let failed = 0;
for (const locale of /** @type {const} */ (['de', 'en'])) {
	for (const size of SIZES) {
		for (const hands of /** @type {const} */ (['mouse', 'keyboard'])) {
			const name = `${prefix}${locale}-${size.name}-${hands}`;
			if (values.policy && hands === 'mouse') continue;
			if (!only.every((word) => name.split('-').includes(word))) continue;
			try {
				const { promise, ...row } = await take({ locale, size, hands }, name);
				if (!promise) failed += 1;
				rows.push({ walk: name, ...row, promise: promise ? 'kept' : 'MISSED' });
			} catch (error) {
				failed += 1;
				rows.push({ walk: name, promise: String(error).slice(0, 300) });
			}
		}
	}
}
console.table(rows);
console.log(`${rows.length - failed} passed, ${failed} failed`);
await browser?.close();
await real?.close();
running.server.closeAllConnections();
await running.close();
process.exit(failed === 0 && rows.length > 0 ? 0 : 1);
