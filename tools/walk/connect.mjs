// Connecting a real arm, as everybody who walks with one begins.

/** @typedef {import('./lab.mjs').Lab} Lab */

const PATIENCE_MS = 60_000;

/** The sheet of a step or a cause. @param {Lab} lab @param {string} step */
export const sheet = ({ page }, step) => page.locator(`section[data-step="${step}"]`);

/** What a sheet proposes first. @param {Lab} lab @param {string} step */
export const firstOffer = (lab, step) => sheet(lab, step).locator('.buttons button').first();

/** From the virtual arm to the browser's list. @param {Lab} lab @param {number} first number of the first picture */
export async function toChooser(lab, first) {
	const { page, person, words, picture, button } = lab;
	const list = page.getByRole('combobox', { name: words['arm_kind_legend'] ?? '' });
	await person.select(list.and(page.locator(':visible')).first(), 'real');
	await sheet(lab, 'before_chooser').waitFor();
	await picture(`${first}-before-chooser`);
	await person.press(button('connect_before_go'));
}

/** Until the arm is there and locked: its sheets are gone. @param {Lab} lab */
export async function connected({ page, button }) {
	await page.locator('[data-sheet]').waitFor({ state: 'detached', timeout: PATIENCE_MS });
	await button('arm_unlock').waitFor({ timeout: PATIENCE_MS });
}
