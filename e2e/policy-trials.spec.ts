// A fixed trial as a pupil runs it: three starts of the bundled model on the virtual arm in virtual time, each laid by the lab and
// judged by the exercise, the rate with its interval counted from them, and still there after a reload.
import { wilson } from '../tools/policy/wilson.mjs';
import { expect, test } from './fixtures';
import { LabPage } from './pages/lab-page';
import { PolicyPanelPage } from './pages/policy-panel-page';

const NAME = 'Pick and place';
const STARTS = 3;
/** Of a policy that places 98 in 100: fewer in three are a finding, not bad luck (1 in 900). */
const LEAST_PLACED = 2;
const DRIVE_PATIENCE_MS = 480_000;

test.describe.configure({ timeout: 700_000 });

test('three starts in a row, judged by the exercise, counted with an interval, kept', async ({
	page,
	site
}) => {
	const lab = await LabPage.open(page, site.url, { clock: 'lockstep' });
	const panel = new PolicyPanelPage(lab);
	await panel.show();
	await panel.root.getByRole('button', { name: lab.word('models_bundled') }).click();
	await panel.root.locator('[data-policy]').waitFor();
	await panel.choose(NAME);
	await lab.arm();

	const trials = panel.root.locator('[data-trials]');
	await trials.getByLabel(lab.word('policy_trials_count')).selectOption(String(STARTS));
	const begin = lab.word('policy_trials_start').replace('{count}', String(STARTS));
	await trials.getByRole('button', { name: begin }).click();
	await panel.until('run');
	await expect(trials).toHaveAttribute('data-trials', 'running');
	await panel.root.locator('[data-trials="done"]').waitFor({ timeout: DRIVE_PATIENCE_MS });

	const words = lab.word('policy_trials_start_word');
	const said = await trials.getByRole('listitem').locator('.visually-hidden').allInnerTexts();
	const of = (number: number, outcome: string): string =>
		words.replace('{number}', String(number)).replace('{outcome}', lab.word(`policy_outcome_${outcome}`));
	const outcomes = said.map((text, at) =>
		['succeeded', 'failed'].find((outcome) => text.trim() === of(at + 1, outcome))
	);
	expect(outcomes, said.join(', ')).toHaveLength(STARTS);
	expect(outcomes, said.join(', ')).not.toContain(undefined);
	const placed = outcomes.filter((outcome) => outcome === 'succeeded').length;
	expect(placed).toBeGreaterThanOrEqual(LEAST_PLACED);
	// The newest start: by the exercise, not by a person.
	expect((await panel.outcome()).judge).toBe('sim_task');

	const { low, high } = wilson(placed, STARTS);
	const interval = lab
		.word('policy_rate_interval')
		.replace('{low}', String(Math.floor(low * 100)))
		.replace('{high}', String(Math.ceil(high * 100)));
	const counts = lab
		.word('policy_rate_counts')
		.replace('{successes}', String(placed))
		.replace('{trials}', String(STARTS));
	await expect(trials.getByText(`${counts}, ${interval}`)).toBeVisible();

	await page.goto(`${site.url}/models`);
	const card = page.locator('[data-policy]');
	await expect(card.getByText(`${counts}, ${interval}`)).toBeVisible();
	await page.reload();
	await expect(card.getByText(`${counts}, ${interval}`)).toBeVisible();
});
