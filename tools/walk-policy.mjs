// `npm run walk -- pupil --policy`: a pupil lets the bundled model drive the virtual arm, by keyboard alone: fetches it once, goes
// offline, reloads, watches it put the cube on the target, judges it, ends a second run, and reads what was different when it
// starts from where no demonstration ever was. The walk ends badly when the exercise does not say that it was done.

/** @typedef {import('@playwright/test').Locator} Locator */
/** @typedef {import('@playwright/test').Page} Page */

const PATIENCE_MS = 120_000;
/** A first run is slow for a minute; two fit before this, on a computer that keeps up. */
const DRIVE_PATIENCE_MS = 300_000;
/** Tabs after which a thing counts as out of reach. */
const MOST_TABS = 160;
/** Presses of PageUp that bring the shoulder to the end of its range. */
const TO_THE_END = 10;

/** @param {Page} page */
function keyboard(page) {
	let keys = 0;
	const key = async (/** @type {string} */ name) => {
		keys += 1;
		await page.keyboard.press(name);
	};
	/** Nothing is given the focus: Tab is pressed until it is there. @param {Locator} target */
	const go = async (target) => {
		await target.waitFor({ state: 'attached', timeout: PATIENCE_MS });
		for (let tabs = 0; tabs <= MOST_TABS; tabs++) {
			if (await target.evaluate((element) => element === document.activeElement)) return;
			await key('Tab');
		}
		throw new Error(`out of reach by Tab: ${String(target)}`);
	};
	return {
		key,
		go,
		/** @param {Locator} target */
		async press(target) {
			await go(target);
			await key('Enter');
		},
		/** One of a group of choices; before the first choice Tab comes to the first of them. @param {Locator} wanted */
		async pick(wanted) {
			await wanted.waitFor({ state: 'attached', timeout: PATIENCE_MS });
			const name = await wanted.getAttribute('name');
			const group = page.locator(`input[name="${name}"]`);
			const checked = group.and(page.locator(':checked'));
			await go((await checked.count()) > 0 ? checked : group.first());
			if ((await checked.count()) === 0) await key('Space');
			for (let n = 0; n < 6 && !(await wanted.isChecked()); n++) await key('ArrowRight');
		},
		/** @param {Locator} field @param {string} text */
		async type(field, text) {
			await go(field);
			for (const letter of text) await key(letter === ' ' ? 'Space' : letter);
			await key('Enter');
		},
		get keys() {
			return keys;
		}
	};
}

/**
 * @param {Page} page
 * @param {(name: string) => Promise<unknown>} picture
 * @param {{ site: string, locale: 'de' | 'en', words: Record<string, string>, phone: boolean, lockstep: boolean }} walk `lockstep`: in virtual time, for a computer that has other things to do
 */
export async function policyStations(page, picture, { site, locale, words, phone, lockstep }) {
	const pupil = keyboard(page);
	const panel = page.locator('[data-policy-step]');
	const word = (/** @type {string} */ key, /** @type {Record<string, string>} */ values = {}) =>
		Object.entries(values).reduce(
			(text, [name, value]) => text.replaceAll(`{${name}}`, value),
			words[key] ?? ''
		);
	const button = (/** @type {string} */ key, /** @type {Record<string, string>} */ values = {}) =>
		page
			.getByRole('button', { name: word(key, values) })
			.and(page.locator(':visible'))
			.first();
	const radio = (/** @type {string} */ name) => page.getByRole('radio', { name, exact: true });
	const section = async (/** @type {string} */ key) => {
		if (phone) await pupil.pick(radio(word(key)).and(page.locator('nav *')).first());
	};
	const open = async () => {
		await page.waitForSelector('html[data-robot="ready"]', { state: 'attached' });
		await pupil.press(button('policy_panel_open'));
		await panel.waitFor({ timeout: PATIENCE_MS });
	};
	const choose = async () => {
		await pupil.press(panel.getByRole('button').first());
		await panel.locator('[data-verdict]').waitFor({ timeout: PATIENCE_MS });
	};
	const start = () =>
		panel
			.getByRole('button', {
				name: new RegExp(`^(${word('policy_start')}|${word('policy_start_slow')})$`)
			})
			.and(page.locator(':not([aria-disabled])'));
	const over = panel.locator('[data-outcome]');

	// Once online: the package, and what it runs on.
	await page.goto(`${site}${locale === 'en' ? '/en' : ''}/lab${lockstep ? '?clock=lockstep' : ''}`);
	await page.waitForSelector('html[data-offline="ready"]', { state: 'attached', timeout: PATIENCE_MS });
	await open();
	await picture('p1-empty');
	await pupil.press(panel.getByRole('button', { name: word('models_bundled') }));
	await panel.locator('[data-policy]').waitFor({ timeout: PATIENCE_MS });
	await picture('p2-model');
	await choose();

	// From here on without a network.
	await page.context().setOffline(true);
	await page.reload();
	await open();
	await choose();
	await picture('p3-check');
	await section('drive_title');
	await pupil.press(button('arm_unlock'));
	await button('arm_lock').waitFor();
	await section('policy_panel_title');
	const startedAt = Date.now();
	await pupil.press(start());
	await page.locator('[data-policy-state="running"]').waitFor({ timeout: PATIENCE_MS });
	await picture('p4-running');
	await over.waitFor({ timeout: DRIVE_PATIENCE_MS });
	const seconds = (Date.now() - startedAt) / 1000;
	await picture('p5-over');
	const succeeded = (await over.getAttribute('data-outcome')) === 'succeeded';
	const judge = await over.getAttribute('data-judge');

	await pupil.pick(radio('5'));
	await pupil.type(page.getByLabel(word('policy_rate_run_words')), 'sicher');
	await picture('p6-rated');
	await pupil.press(button('policy_rate_run_again'));

	// Ended by hand.
	await pupil.press(start());
	await page.locator('[data-policy-state="running"]').waitFor({ timeout: PATIENCE_MS });
	await pupil.press(button('policy_end'));
	await over.waitFor({ timeout: PATIENCE_MS });
	await pupil.press(button('policy_rate_run_again'));

	// From where no demonstration ever was.
	await section('drive_title');
	await pupil.go(page.getByRole('slider', { name: word('joint_shoulder_pan'), exact: true }));
	for (let n = 0; n < TO_THE_END; n++) await pupil.key('PageUp');
	await section('policy_panel_title');
	await panel.locator('[data-reason="start_pose_new"]').waitFor({ timeout: PATIENCE_MS });
	await picture('p7-outside');
	await pupil.press(start());
	await page.locator('[data-policy-state="running"]').waitFor({ timeout: PATIENCE_MS });
	await pupil.press(button('policy_end'));
	await over.waitFor({ timeout: PATIENCE_MS });
	await pupil.pick(radio(word('policy_outcome_failed')));
	await panel.locator('[data-why] [data-reason="start_pose_new"]').waitFor({ timeout: PATIENCE_MS });
	await picture('p8-why');
	await page.context().setOffline(false);
	return { 'driving, s': seconds, outcome: succeeded, judge, keys: pupil.keys };
}
