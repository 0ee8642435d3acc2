// The lab's panel of models as a person uses it. Plain Playwright, like the lab's page object.
import type { Locator } from '@playwright/test';
import type { LabPage } from './lab-page';

const PATIENCE_MS = 120_000;

export class PolicyPanelPage {
	readonly root: Locator;
	readonly #lab: LabPage;

	constructor(lab: LabPage) {
		this.#lab = lab;
		this.root = lab.page.locator('[data-policy-step]');
	}

	async show(): Promise<void> {
		await this.#lab.button('policy_panel_open').click();
		await this.root.waitFor({ timeout: PATIENCE_MS });
	}

	/** Resolves when it is open, checked against its reference, and compared with the lab. */
	async choose(name: string): Promise<void> {
		const word = this.#lab.word('policy_choose').replace('{name}', name);
		await this.root.getByRole('button', { name: word }).click();
		await this.#lab.until(
			({ policies }) => policies?.step === 'check' || (policies?.problem ?? null) !== null,
			'the model to be opened',
			PATIENCE_MS
		);
		const { policies } = await this.#lab.snapshot();
		if (policies?.step !== 'check') throw new Error(`not opened: ${JSON.stringify(policies?.problem)}`);
		await this.root.locator('[data-verdict]').waitFor();
	}

	verdict(): Promise<string | null> {
		return this.root.locator('[data-verdict]').getAttribute('data-verdict');
	}

	startButton(): Locator {
		const words = new RegExp(`^(${this.#lab.word('policy_start')}|${this.#lab.word('policy_start_slow')})$`);
		return this.root.getByRole('button', { name: words });
	}

	start(): Promise<void> {
		return this.startButton().and(this.#lab.page.locator(':not([aria-disabled])')).click();
	}

	/** The state of a run, or a step of the panel. */
	async until(state: string): Promise<void> {
		const page = this.#lab.page;
		const run = page.locator(`[data-policy-state="${state}"]`);
		const step = page.locator(`[data-policy-step="${state}"]`);
		await run.or(step).first().waitFor({ timeout: PATIENCE_MS });
	}

	/** Resolves when the run is over and wants to be judged. */
	async rated(): Promise<void> {
		await this.root.locator('[data-outcome]').waitFor({ timeout: PATIENCE_MS });
	}

	async outcome(): Promise<{ outcome: string | null; judge: string | null }> {
		const found = this.root.locator('[data-outcome]');
		return {
			outcome: await found.getAttribute('data-outcome'),
			judge: await found.getAttribute('data-judge')
		};
	}

	async say(key: 'policy_outcome_succeeded' | 'policy_outcome_failed'): Promise<void> {
		await this.root.getByRole('radio', { name: this.#lab.word(key), exact: true }).check();
	}

	async rate(stars: 1 | 2 | 3 | 4 | 5, words: string): Promise<void> {
		await this.root.getByRole('radio', { name: String(stars), exact: true }).check();
		const field = this.root.getByLabel(this.#lab.word('policy_rate_run_words'));
		await field.fill(words);
		await field.press('Enter');
	}
}
