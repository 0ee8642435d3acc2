// The lab as a walker finds it, by the words of the page: what is shared by everybody who walks through it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/run.mjs';

/** @typedef {import('@playwright/test').Locator} Locator */
/** @typedef {{ locale: 'de' | 'en', size: { name: string, width: number, height: number }, hands: 'mouse' | 'keyboard' }} Walk */
/**
 * @typedef {object} Lab
 * @property {import('@playwright/test').Page} page
 * @property {import('./hands.mjs').Hands} person
 * @property {Record<string, string>} words
 * @property {(name: string) => Promise<unknown>} picture
 * @property {(key: string) => Locator} button the first visible one with that word
 * @property {Locator} slider of the first joint
 * @property {() => Promise<number>} measured where the first joint was measured to be; NaN before
 * @property {Walk} walk
 */

const PATIENCE_MS = 60_000;
/** Degrees that count as a motion: far more than a servo trembles. */
const A_MOTION = 3;

/**
 * @param {Omit<Lab, 'words' | 'button' | 'slider' | 'measured'>} parts
 * @returns {Lab}
 */
export function labOf({ page, person, picture, walk }) {
	const words = JSON.parse(readFileSync(join(root, 'messages', `${walk.locale}.json`), 'utf8'));
	const slider = page.getByRole('slider', { name: words.joint_shoulder_pan, exact: true });
	return {
		page,
		person,
		words,
		picture,
		walk,
		button: (key) => page.getByRole('button', { name: words[key] }).and(page.locator(':visible')).first(),
		slider,
		// The slider's own text, its last number; a value that was not read yet is a dash.
		measured: async () =>
			Number(
				(await slider.getAttribute('aria-valuetext'))?.replaceAll('−', '-').match(/-?\d+/g)?.at(-1) ??
					Number.NaN
			)
	};
}

/** From the landing page into the lab. @param {Lab} lab @param {string} site */
export async function enter({ page, person, words, picture, walk }, site) {
	await page.goto(walk.locale === 'en' ? `${site}/en` : site);
	await picture('1-landing');
	await person.press(page.getByRole('link', { name: words.open_lab }).first());
	await page.waitForSelector('html[data-robot="ready"]', { state: 'attached' });
	await picture('2-lab');
}

/** Waits until the first joint was read. @param {Lab} lab */
export async function firstReading({ page, measured }) {
	const endAt = Date.now() + PATIENCE_MS;
	let value = await measured();
	while (Number.isNaN(value)) {
		if (Date.now() > endAt) throw new Error('the arm was never read');
		await page.waitForTimeout(50);
		value = await measured();
	}
	return value;
}

/** A machine that is busy elsewhere lets the arm hold for a moment; then a person moves the slider once more. */
const ONCE_MORE_MS = 8000;

/** Moves the first joint and waits until a motion was measured. @param {Lab} lab */
export async function move(lab) {
	const from = await firstReading(lab);
	const endAt = Date.now() + PATIENCE_MS;
	for (let nextAt = 0; !(Math.abs((await lab.measured()) - from) >= A_MOTION);) {
		if (Date.now() > endAt) throw new Error(`the arm did not move from ${from}`);
		if (Date.now() >= nextAt) {
			await lab.person.nudge(lab.slider);
			nextAt = Date.now() + ONCE_MORE_MS;
		}
		await lab.page.evaluate(() => new Promise(requestAnimationFrame));
	}
}

/** Unlocks the arm. @param {Lab} lab */
export async function unlock({ person, button }) {
	await person.press(button('arm_unlock'));
	await button('arm_lock').waitFor();
}

/**
 * Records an episode, keeps it and downloads the dataset.
 * @param {Lab} lab @param {number} first number of the first picture
 */
export async function record({ page, person, words, picture, button, slider, walk }, first) {
	const isPhone = walk.size.name === 'phone';
	if (isPhone) await person.choose(words['record_title'] ?? '');
	await person.type(page.getByLabel(words['record_task_label'] ?? ''), 'Walk');
	await button('record_start').and(page.locator(':enabled')).waitFor();
	await person.press(button('record_start'));
	await button('record_stop').waitFor();
	if (isPhone) await person.choose(words['drive_title'] ?? '');
	for (let n = 0; n < 4; n++) await person.nudge(slider);
	await picture(`${first}-recording`);
	await person.press(button('record_stop'));
	await button('record_keep').waitFor();
	await picture(`${first + 1}-review`);
	await person.press(button('record_keep'));
	await button('record_start').waitFor();
	await person.choose(words['datasets_title'] ?? '');
	const download = page.waitForEvent('download');
	await person.press(button('dataset_download'));
	await (await download).path();
	await picture(`${first + 2}-downloaded`);
}
