// Browsers that lack something, stores that cannot be used, settings that contradict each other: a message that names the
// thing, in both languages, nothing lost, and everything else goes on.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { listZip } from './crash/zip-listing';
import { expect, test, type Site } from './fixtures';
import { stripIsolation, takeAway } from './pages/handicap';
import { LabPage } from './pages/lab-page';

const LOCALES = ['de', 'en'] as const;
type Locale = (typeof LOCALES)[number];
/** The words are asked for in every language, what goes on and what does not in one. */
const IN_FULL: Locale = 'de';

test.describe.configure({ timeout: 120_000 });
test.use({ actionTimeout: 30_000 });

/** A fresh browser with a handicap; closed and looked over for errors nobody caught when `use` is through. */
async function inBrowser(
	browser: Browser,
	prepare: (context: BrowserContext) => Promise<void>,
	use: (page: Page) => Promise<void>
): Promise<void> {
	const context = await browser.newContext({
		serviceWorkers: 'block',
		viewport: { width: 1366, height: 768 },
		acceptDownloads: true
	});
	context.setDefaultTimeout(30_000);
	const uncaught: string[] = [];
	context.on('weberror', (error) => uncaught.push(String(error.error().stack)));
	await prepare(context);
	await use(await context.newPage());
	expect(uncaught).toEqual([]);
	await context.close();
}

const asItIs = (): Promise<void> => Promise.resolve();

/** Chromium tells pages a made-up quota to keep disks unknown; what this test sets must be what the page reads. */
function launchWithTrueQuota(): Promise<Browser> {
	const { launchOptions } = test.info().project.use;
	const args = [...(launchOptions?.args ?? []), '--disable-features=StaticStorageQuota'];
	return chromium.launch({ ...launchOptions, args });
}

function open(page: Page, site: Site, locale: Locale, physics = false): Promise<LabPage> {
	return LabPage.open(page, site.url, { locale, clock: 'lockstep', physics });
}

/** The note with the three sentences of this code: what it is, what happened, what to do; and its help page. */
async function expectNote(lab: LabPage, code: string): Promise<void> {
	const notes = lab.page.getByRole('region', { name: lab.word('lab_notes') });
	await expect(notes.getByText(lab.word(`error_${code}_title`), { exact: true })).toBeVisible();
	await expect(notes.getByText(lab.word(`error_${code}_next`))).toBeVisible();
	await expect(notes.getByRole('link', { name: lab.word('error_help_link') })).toHaveAttribute(
		'href',
		new RegExp(`/docs/errors/${code}$`)
	);
}

async function expectDrives(lab: LabPage): Promise<void> {
	await lab.arm();
	const from = await lab.angle(0);
	await lab.nudge(0, 'PageUp', 2);
	await lab.until(({ state }) => Math.abs((state?.[0] ?? from) - from) > 10, 'the arm to move');
}

/** Recording cannot be begun, and the sentence beside the button says why. */
async function expectNoRecording(lab: LabPage, block: string): Promise<void> {
	await lab.setTask('Dreh dich');
	await expect(
		lab.page.getByText(lab.word(`record_blocked_${block}`), { exact: true }).first()
	).toBeVisible();
}

async function recordAndKeep(lab: LabPage): Promise<number> {
	await lab.setTask('Dreh dich');
	await lab.startRecording();
	await lab.nudge(0, 'PageDown', 2);
	await lab.untilFrames(15);
	const { frames } = await lab.stopRecording();
	await lab.decide('keep');
	return frames;
}

for (const locale of LOCALES) {
	test(`no WebCodecs: the arm is driven, nothing is recorded, and it says so (${locale})`, async ({
		browser,
		site
	}) => {
		const prepare = (context: BrowserContext): Promise<void> => takeAway(context, 'webCodecs');
		await inBrowser(browser, prepare, async (page) => {
			const lab = await open(page, site, locale);
			await expectNote(lab, 'no_webcodecs');
			if (locale !== IN_FULL) return;
			await expectDrives(lab);
			await expectNoRecording(lab, 'no_encoder');
		});
	});

	test(`no H.264: another codec records, is kept and downloaded (${locale})`, async ({ browser, site }) => {
		const prepare = (context: BrowserContext): Promise<void> => takeAway(context, 'h264');
		await inBrowser(browser, prepare, async (page) => {
			const lab = await open(page, site, locale);
			await expectNote(lab, 'no_h264');
			if (locale !== IN_FULL) return;
			await expectDrives(lab);
			const frames = await recordAndKeep(lab);
			await lab.show('datasets');
			const zip = listZip(readFileSync(await (await lab.download()).path()));
			const name = zip.names.find((entry) => entry.endsWith('meta/info.json')) ?? '';
			const info = JSON.parse(zip.read(name).toString('utf8')) as {
				total_frames: number;
				features: Record<string, { dtype: string; info?: Record<string, unknown> }>;
			};
			expect(info.total_frames).toBe(frames);
			const codecs = Object.values(info.features)
				.filter(({ dtype }) => dtype === 'video')
				.map((feature) => feature.info?.['video.codec']);
			expect(codecs).toHaveLength(2);
			for (const codec of codecs) expect(['av1', 'vp9']).toContain(codec);
		});
	});

	test(`no WebGL: the view is drawn without it (${locale})`, async ({ browser, site }) => {
		const prepare = (context: BrowserContext): Promise<void> => takeAway(context, 'webgl');
		await inBrowser(browser, prepare, async (page) => {
			const lab = await open(page, site, locale);
			await expectNote(lab, 'no_webgl');
			await expect(page.locator('[data-view]')).toHaveAttribute('data-view', 'software');
			if (locale !== IN_FULL) return;
			await expectDrives(lab);
			await recordAndKeep(lab);
		});
	});

	test(`physics does not load: the arm is driven and recorded, and it says what is missing (${locale})`, async ({
		browser,
		site
	}) => {
		const prepare = async (context: BrowserContext): Promise<void> => {
			await context.route(/\.wasm$/, (route) => route.abort());
		};
		await inBrowser(browser, prepare, async (page) => {
			const lab = await open(page, site, locale);
			await expectNote(lab, 'no_physics');
			if (locale !== IN_FULL) return;
			await expectDrives(lab);
			await recordAndKeep(lab);
		});
	});

	test(`no isolation: it says whom to ask, and the lab runs (${locale})`, async ({ browser, site }) => {
		await inBrowser(browser, stripIsolation, async (page) => {
			const lab = await open(page, site, locale);
			expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
			await expectNote(lab, 'no_isolation');
			if (locale !== IN_FULL) return;
			await expectDrives(lab);
			await recordAndKeep(lab);
		});
	});

	for (const lack of ['indexedDb', 'indexedDbRefused'] as const) {
		test(`no place to store (${lack}): the arm is driven, and it says so (${locale})`, async ({
			browser,
			site
		}) => {
			const prepare = (context: BrowserContext): Promise<void> => takeAway(context, lack);
			await inBrowser(browser, prepare, async (page) => {
				const lab = await open(page, site, locale);
				await expectNote(lab, 'no_indexeddb');
				if (locale !== IN_FULL) return;
				await expectDrives(lab);
				await expectNoRecording(lab, 'no_store');
			});
		});
	}

	test(`a store of a newer version is left alone (${locale})`, async ({ browser, site }) => {
		await inBrowser(browser, asItIs, async (page) => {
			await page.goto(`${site.url}/docs`);
			await page.evaluate(newerDatabase);
			const lab = await open(page, site, locale);
			await expectNote(lab, 'store_from_future');
			if (locale !== IN_FULL) return;
			await expectDrives(lab);
			await expectNoRecording(lab, 'no_store');
			await page.goto(`${site.url}/docs`);
			expect(await page.evaluate(readNewerDatabase)).toEqual({ version: 9999, kept: 'of tomorrow' });
		});
	});

	test(`no room at all, then hardly any: refused before it begins, with a sentence (${locale})`, async ({
		site
	}) => {
		const browser = await launchWithTrueQuota();
		await inBrowser(browser, asItIs, async (page) => {
			await page.goto(`${site.url}/docs`);
			const cdp = await page.context().newCDPSession(page);
			const grant = async (quotaSize: number): Promise<void> => {
				await cdp.send('Storage.overrideQuotaForOrigin', { origin: site.url, quotaSize });
			};
			await grant(0);
			let lab = await open(page, site, locale);
			await expectNote(lab, 'quota_zero');
			if (locale !== IN_FULL) return;
			await expectDrives(lab);
			await grant(17 * 1024 * 1024);
			lab = await open(page, site, locale);
			await lab.arm();
			await lab.setTask('Dreh dich');
			await lab.button('record_start').click();
			await lab.until(({ problem }) => problem?.code === 'storage_full', 'recording to be refused');
			await expectNote(lab, 'storage_full');
			await grant(1e9);
			await recordAndKeep(lab);
		});
		await browser.close();
	});

	test(`a second tab says that another one drives (${locale})`, async ({ browser, site }) => {
		await inBrowser(browser, asItIs, async (page) => {
			await open(page, site, locale);
			const second = await open(await page.context().newPage(), site, locale);
			await expectNote(second, 'second_tab');
			expect((await second.snapshot()).nextStep).toBe('take_over_tab');
		});
	});
}

/** Runs in the page: a database of tomorrow under today's name. */
function newerDatabase(): Promise<void> {
	return new Promise((resolve, reject) => {
		const request = indexedDB.open('edubotics-seat-local', 9999);
		request.onupgradeneeded = () => request.result.createObjectStore('things').put('of tomorrow', 'kept');
		request.onsuccess = () => {
			request.result.close();
			resolve();
		};
		request.onerror = () => reject(new Error('no database'));
	});
}

function readNewerDatabase(): Promise<{ version: number; kept: unknown }> {
	return new Promise((resolve, reject) => {
		const request = indexedDB.open('edubotics-seat-local');
		request.onsuccess = () => {
			const database = request.result;
			const kept = database.transaction('things').objectStore('things').get('kept');
			kept.onsuccess = () => resolve({ version: database.version, kept: kept.result as unknown });
			kept.onerror = () => reject(new Error('not kept'));
		};
		request.onerror = () => reject(new Error('no database'));
	});
}

test('settings that contradict each other: every problem is named, nothing starts', async () => {
	const start = fileURLToPath(new URL('../tools/start.mjs', import.meta.url));
	const env = { ...process.env, HOST: '0.0.0.0', PORT: 'abc', TLS_KEY: '/key.pem', OPEN_BROWSER: 'maybe' };
	const child = spawn(process.execPath, [start], { env, stdio: ['ignore', 'ignore', 'pipe'] });
	let said = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
	const code = await new Promise((resolve) => child.on('close', resolve));
	expect(code).toBe(1);
	for (const name of ['HOST', 'PORT', 'TLS_CERT', 'OPEN_BROWSER']) expect(said).toContain(name);
	expect(said.match(/^ {2}- /gm)).toHaveLength(4);
});
