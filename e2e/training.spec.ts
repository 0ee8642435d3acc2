// A pupil lets the expert show the task a few times and trains on it in the tab: paused, gone on, torn by a reload, continued
// from its checkpoint, kept as a model that the lab lists. Few steps: whether it can do the task is measured elsewhere.
import type { Page } from '@playwright/test';
import { expect, test, type Site } from './fixtures';
import { LabPage } from './pages/lab-page';

test.describe.configure({ timeout: 600_000 });
/** Five demonstrations are recorded, and MuJoCo and jax-js are loaded, before the first step. */
const PATIENCE = { timeout: 400_000 };

const state = (page: Page) => page.locator('[data-training]');

async function open(page: Page, site: Site, steps: number): Promise<LabPage> {
	await page.goto(`${site.url}/training?episodes=5&steps=${steps}`);
	await page.waitForSelector('[data-training="ready"]');
	return LabPage.at(page);
}

test('the expert shows it, the tab learns, a reload loses nothing, the model comes to the lab', async ({
	page,
	site
}) => {
	const problems: string[] = [];
	page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
	page.on('pageerror', (error) => problems.push(String(error)));
	const lab = await open(page, site, 60);
	const button = (key: string) => page.getByRole('button', { name: lab.word(key), exact: true });

	await button('training_start').click();
	await expect(page.getByText(lab.word('training_phase_learning')).first()).toBeVisible(PATIENCE);
	// The first measurement is the first checkpoint.
	const first = lab.word('training_curve_words').split('{')[0] ?? '';
	const curve = page.getByRole('img', { name: first });
	await expect(curve).not.toHaveAccessibleName(/–/, PATIENCE);
	await button('training_pause').click();
	await expect(state(page)).toHaveAttribute('data-training', 'paused');
	await expect(page.getByText(lab.word('training_state_paused'))).toBeVisible();

	await page.reload();
	await page.waitForSelector('[data-training="ready"]');
	await button('training_continue').click();
	await expect(page.getByText(lab.word('training_phase_learning')).first()).toBeVisible(PATIENCE);
	await expect(page.getByRole('link', { name: lab.word('training_use') })).toBeVisible(PATIENCE);

	await page.reload();
	await page.waitForSelector('[data-training="ready"]');
	// Its package is kept, so its checkpoint is gone.
	await expect(button('training_continue')).toHaveCount(0);
	await page.goto(`${site.url}/models`);
	const name = lab.word('training_expert_name').replace('{count}', '5');
	await expect(page.getByRole('heading', { name })).toBeVisible();
	await page.getByRole('link', { name: lab.word('models_drive') }).click();
	await expect(page.getByText(name).first()).toBeVisible(PATIENCE);
	expect(problems).toEqual([]);
});
