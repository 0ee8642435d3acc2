// `npm run walk -- teacher` and `npm run walk -- pupil --class`: one lesson in two browsers against the embedded school. The
// teacher signs up, makes a class and shows its link; the pupil opens the link, sits down, moves the virtual arm and records;
// the board follows; the teacher holds all arms. Counts clicks and seconds, keeps pictures in walk/.
import { join } from 'node:path';
import { whyNoBinaries } from '../embedded/index.mjs';
import { startSchoolSite } from './lib/school-site.mjs';
import { keyboard, mouse } from './walk/hands.mjs';
import { labOf, move, unlock } from './walk/lab.mjs';

const PATIENCE_MS = 60_000;
const MOST_TEACHER_SECONDS = 120;
const MOST_PUPIL_SECONDS = 60;
const MOST_PUPIL_CLICKS = 4;
const PASSWORD = 'ein langer Satz 1';

/** @typedef {import('./walk/lab.mjs').Walk} Walk */
/** @typedef {import('./walk/lab.mjs').Lab} Lab */
/** @typedef {{ url: string }} Site */

/**
 * @param {{ browser: import('@playwright/test').Browser, folder: string, buildDir: string, who: 'teacher' | 'pupil', walks: readonly Walk[] }} options
 * @returns {Promise<{ rows: Record<string, unknown>[], failed: number } | { skipped: string }>}
 */
export async function walkLesson({ browser, folder, buildDir, who, walks }) {
	const missing = whyNoBinaries();
	if (missing !== undefined) return { skipped: missing };
	const site = await startSchoolSite({ buildDir });
	const rows = [];
	let failed = 0;
	try {
		for (const [index, walk] of walks.entries()) {
			const name = `class-${walk.locale}-${walk.size.name}-${walk.hands}`;
			try {
				const row = await lesson({ browser, folder, site, walk, name, index });
				const kept = row[who].promise;
				if (!kept) failed += 1;
				const { promise: _, ...shown } = row[who];
				rows.push({ walk: name, ...shown, promise: kept ? 'kept' : 'MISSED' });
			} catch (error) {
				failed += 1;
				rows.push({ walk: name, promise: String(error).slice(0, 300) });
			}
		}
	} finally {
		await site.stop();
	}
	return { rows, failed };
}

/**
 * @param {{ browser: import('@playwright/test').Browser, folder: string, site: Site, walk: Walk, name: string, index: number }} options
 */
async function lesson({ browser, folder, site, walk, name, index }) {
	const open = async (/** @type {string} */ who) => {
		const context = await browser.newContext({
			viewport: { width: walk.size.width, height: walk.size.height },
			locale: walk.locale,
			colorScheme: walk.hands === 'keyboard' ? 'dark' : 'light'
		});
		context.setDefaultTimeout(PATIENCE_MS);
		const page = await context.newPage();
		const picture = (/** @type {string} */ station) =>
			page.screenshot({ path: join(folder, `${name}-${who}-${station}.png`) });
		const person = walk.hands === 'mouse' ? mouse(page) : keyboard(page);
		return { context, lab: labOf({ page, person, picture, walk }) };
	};
	const teacher = await open('teacher');
	const pupil = await open('pupil');
	try {
		const made = await makeClass(teacher.lab, site, `lehrkraft${index}@schule.example`);
		const joined = await sitDown(pupil.lab, made.link);
		const holdMs = await follow(teacher.lab, pupil.lab);
		return { teacher: { ...made.row, 'press to held, ms': holdMs }, pupil: joined };
	} catch (error) {
		await teacher.lab.picture('failed');
		await pupil.lab.picture('failed');
		throw error;
	} finally {
		await teacher.context.close();
		await pupil.context.close();
	}
}

/** Types without sending. @param {Lab} lab @param {string} label @param {string} text */
async function fill({ page }, label, text) {
	await page.getByLabel(label, { exact: true }).fill(text);
}

/** From the landing page to the link. @param {Lab} lab @param {Site} site @param {string} email */
async function makeClass(lab, site, email) {
	const { page, person, picture, words, button, walk } = lab;
	const startedAt = Date.now();
	await page.goto(walk.locale === 'en' ? `${site.url}/en` : site.url);
	await person.press(page.getByRole('link', { name: words['nav_classroom'] ?? '' }).first());
	await page.getByRole('heading', { name: words['classroom_title'] ?? '', level: 1 }).waitFor();
	await picture('1-door');
	await person.press(page.getByRole('link', { name: words['account_sign_up_do'] ?? '' }));
	await fill(lab, words['account_school'] ?? '', 'Gymnasium am Park');
	await fill(lab, words['account_email'] ?? '', email);
	await fill(lab, words['account_password'] ?? '', PASSWORD);
	await picture('2-sign-up');
	await person.press(button('account_sign_up_do'));
	await page.getByRole('heading', { name: words['class_list_title'] ?? '' }).waitFor();
	await picture('3-classes');
	await fill(lab, words['class_name'] ?? '', '9b Robotik');
	await person.press(button('class_new_do'));
	const link = page.locator('.link a');
	await link.waitFor();
	const seconds = (Date.now() - startedAt) / 1000;
	await picture('4-class');
	await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
	await picture('4-class-seats');
	const row = { clicks: person.clicks, keys: person.keys, seconds, promise: seconds <= MOST_TEACHER_SECONDS };
	return { row, link: (await link.getAttribute('href')) ?? '' };
}

/** From the link to the first motion that was measured, then an episode. @param {Lab} lab @param {string} link */
async function sitDown(lab, link) {
	const { page, person, picture, words, button, walk } = lab;
	const startedAt = Date.now();
	await page.goto(link);
	const seat = page.locator('ul.seats button').first();
	await seat.waitFor();
	await picture('1-seats');
	await person.press(seat);
	await page.waitForSelector('html[data-robot="ready"]', { state: 'attached' });
	await page.locator('[data-outbox]').waitFor();
	await picture('2-lab');
	await unlock(lab);
	await move(lab);
	const seconds = (Date.now() - startedAt) / 1000;
	const { clicks, keys } = person;
	await picture('3-moved');
	if (walk.size.name === 'phone') await person.choose(words['record_title'] ?? '');
	await person.type(page.getByLabel(words['record_task_label'] ?? ''), 'Stapeln');
	await button('record_start').and(page.locator(':enabled')).waitFor();
	await person.press(button('record_start'));
	await button('record_stop').waitFor();
	await page.waitForTimeout(1500); // what is recorded is time
	await person.press(button('record_stop'));
	await button('record_keep').waitFor();
	await person.press(button('record_keep'));
	await page.locator('[data-outbox="0"]').waitFor();
	await person.press(button('class_bar_hand_up'));
	await picture('4-hand');
	const promise = clicks <= MOST_PUPIL_CLICKS && seconds <= MOST_PUPIL_SECONDS;
	return { clicks, keys, seconds, promise };
}

/** The board, the hold, and what the pupil sees of it. @param {Lab} teacher @param {Lab} pupil */
async function follow(teacher, pupil) {
	await teacher.page.evaluate(() => window.scrollTo(0, 0));
	await teacher.person.press(teacher.page.getByRole('link', { name: teacher.words['board_open'] ?? '' }));
	await teacher.page.locator('[data-board="live"]').waitFor();
	await teacher.page.locator('li[data-seat][data-episodes="1"][data-hand="true"]').waitFor();
	await teacher.picture('5-board');
	const holdAt = Date.now();
	await teacher.person.press(teacher.button('board_hold'));
	await pupil.page.locator('[data-held="true"]').waitFor();
	const holdMs = Date.now() - holdAt;
	await pupil.picture('5-held');
	await teacher.page.locator('li[data-seat][data-presence="stopped"]').waitFor();
	await teacher.picture('6-held');
	await teacher.person.press(teacher.button('board_release'));
	await pupil.page.locator('[data-held="false"]').waitFor();
	return holdMs;
}
