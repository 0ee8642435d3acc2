// What a person does to a page, by mouse or by keyboard alone, and how often. By keyboard nothing is given the focus: Tab is
// pressed until it is there, and every press counts as a key.

/** @typedef {import('@playwright/test').Locator} Locator */
/** @typedef {import('@playwright/test').Page} Page */
/**
 * @typedef {object} Hands
 * @property {(target: Locator) => Promise<void>} press a button or a link
 * @property {(word: string) => Promise<void>} choose one of a group, by its word
 * @property {(list: Locator, value: string) => Promise<void>} select an entry of a closed list: two clicks, or arrows
 * @property {(slider: Locator) => Promise<void>} nudge
 * @property {(field: Locator, text: string) => Promise<void>} type
 * @property {number} clicks
 * @property {number} keys
 */

/** Tabs after which a thing counts as out of reach. */
const MOST_TABS = 120;
/** Entries of the longest list. */
const MOST_ARROWS = 6;

/** @param {Page} page @param {string} word */
const choiceOf = (page, word) => page.locator('label:visible', { hasText: word }).first();

/** @param {Page} page @returns {Hands} */
export function mouse(page) {
	let clicks = 0;
	let keys = 0;
	const click = async (/** @type {Locator} */ target) => {
		clicks += 1;
		await target.click();
	};
	return {
		press: click,
		choose: (word) => click(choiceOf(page, word)),
		async select(list, value) {
			clicks += 2;
			await list.selectOption(value);
		},
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

/** @param {Page} page @returns {Hands} */
export function keyboard(page) {
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
			const wanted = choiceOf(page, word).locator('input');
			const name = await wanted.getAttribute('name');
			await go(page.locator(`input[name="${name}"]:checked`));
			for (let n = 0; n < MOST_ARROWS && !(await wanted.isChecked()); n++) await key('ArrowRight');
		},
		async select(list, value) {
			await go(list);
			for (let n = 0; n < MOST_ARROWS && (await list.inputValue()) !== value; n++) await key('ArrowDown');
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
