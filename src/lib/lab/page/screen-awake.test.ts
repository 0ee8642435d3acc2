import { expect, it } from 'vitest';
import { ScreenAwake } from './screen-awake';

/** A browser with wake locks that are granted when the test says so. */
class Browser {
	visible = true;
	refuses = false;
	asked = 0;
	readonly held = new Set<{ released: boolean; release(): Promise<void> }>();
	#pending: (() => void)[] = [];
	readonly awake = new ScreenAwake({
		isVisible: () => this.visible,
		wakeLock: () => ({
			request: () => {
				this.asked += 1;
				return new Promise((granted, refused) =>
					this.#pending.push(() => {
						if (this.refuses) {
							refused(new DOMException('battery saver', 'NotAllowedError'));
							return;
						}
						const lock = {
							released: false,
							release: () => {
								lock.released = true;
								this.held.delete(lock);
								return Promise.resolve();
							}
						};
						this.held.add(lock);
						granted(lock as unknown as WakeLockSentinel);
					})
				);
			}
		})
	});

	async answer(): Promise<void> {
		for (const say of this.#pending.splice(0)) say();
		for (let k = 0; k < 10; k++) await Promise.resolve();
	}

	/** The browser takes its locks back from a page that is not seen. */
	hide(): void {
		this.visible = false;
		for (const lock of this.held) void lock.release();
	}
}

it('is asked for once, however often it is said, and given back', async () => {
	const browser = new Browser();
	for (let k = 0; k < 20; k++) browser.awake.keep(true);
	await browser.answer();
	for (let k = 0; k < 20; k++) browser.awake.keep(true);
	expect([browser.asked, browser.held.size]).toEqual([1, 1]);
	browser.awake.keep(false);
	expect(browser.held.size).toBe(0);
});

it('is given back at once when it is granted too late', async () => {
	const browser = new Browser();
	browser.awake.keep(true);
	browser.awake.keep(false);
	await browser.answer();
	expect(browser.held.size).toBe(0);
	browser.awake.keep(true);
	await browser.answer();
	expect(browser.held.size).toBe(1);
});

it('is asked for anew when the page is seen again, and not before', async () => {
	const browser = new Browser();
	browser.awake.keep(true);
	await browser.answer();
	browser.hide();
	browser.awake.keep(true);
	expect(browser.asked).toBe(1);
	browser.visible = true;
	browser.awake.keep(true);
	await browser.answer();
	expect([browser.asked, browser.held.size]).toEqual([2, 1]);
});

it('is not begged for after a refusal, and asked for again when something has changed', async () => {
	const browser = new Browser();
	browser.refuses = true;
	for (let k = 0; k < 3; k++) {
		browser.awake.keep(true);
		await browser.answer();
	}
	expect(browser.asked).toBe(1);
	browser.refuses = false;
	browser.awake.keep(false);
	browser.awake.keep(true);
	await browser.answer();
	expect([browser.asked, browser.held.size]).toEqual([2, 1]);
});
