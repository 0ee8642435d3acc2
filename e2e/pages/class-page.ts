// The school as people use it: a teacher's pages and a pupil's way in. Finds things by role and word, in either language.
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';

type Words = Readonly<Record<string, string>>;

function wordsOf(locale: 'de' | 'en'): Words {
	return JSON.parse(readFileSync(new URL(`../../messages/${locale}.json`, import.meta.url), 'utf8')) as Words;
}

export class ClassPage {
	readonly page: Page;
	readonly #site: string;
	readonly #locale: 'de' | 'en';
	readonly #words: Words;

	constructor(page: Page, site: string, locale: 'de' | 'en' = 'de') {
		this.page = page;
		this.#site = site;
		this.#locale = locale;
		this.#words = wordsOf(locale);
	}

	word(key: string): string {
		const found = this.#words[key];
		if (found === undefined) throw new TypeError(`no message ${key}`);
		return found;
	}

	address(path: string): string {
		return `${this.#site}${this.#locale === 'en' ? '/en' : ''}${path}`;
	}

	async signUp(email: string): Promise<void> {
		await this.page.goto(this.address('/account/sign-up'));
		await this.page.getByLabel(this.word('account_school'), { exact: true }).fill('Testschule');
		await this.page.getByLabel(this.word('account_email')).fill(email);
		await this.page.getByLabel(this.word('account_password'), { exact: true }).fill('ein langer Satz 1');
		await this.page.getByRole('button', { name: this.word('account_sign_up_do') }).click();
		await this.page.getByRole('heading', { name: this.word('class_list_title') }).waitFor();
	}

	/** Makes a class; its id and its code. */
	async createClass(name: string, seats: number): Promise<{ id: string; code: string }> {
		await this.page.getByLabel(this.word('class_name'), { exact: true }).fill(name);
		await this.page.getByLabel(this.word('class_seats'), { exact: true }).fill(String(seats));
		await this.page.getByRole('button', { name: this.word('class_new_do') }).click();
		const shown = this.page.locator('[data-join-code]');
		await shown.waitFor();
		const code = (await shown.getAttribute('data-join-code')) ?? '';
		return { id: new URL(this.page.url()).pathname.split('/').at(-1) ?? '', code };
	}

	async openBoard(id: string): Promise<void> {
		await this.page.goto(this.address(`/classroom/${id}/board`));
		await this.page.locator('[data-board="live"]').waitFor();
	}

	/** By the link, as a pupil gets it; takes the n-th free seat and lands in the lab. */
	async join(code: string, seat = 0): Promise<void> {
		await this.page.goto(this.address(`/join/${code}`));
		await this.page.locator('ul.seats button').nth(seat).click();
	}
}
