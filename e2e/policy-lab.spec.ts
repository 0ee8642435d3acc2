// A model drives the virtual arm as a pupil lets it: brought in on /models, checked before torque, driven, paused, taken over by
// hand, ended, judged, and all of it is there after a reload. The package has random weights: what it does is no matter here.
import type { Page } from '@playwright/test';
import { expect, test, type Site } from './fixtures';
import { LabPage } from './pages/lab-page';
import { PolicyPanelPage } from './pages/policy-panel-page';

const PACKAGE = new URL('../src/lib/inference/package/fixtures/policy.zip', import.meta.url).pathname;
const NAME = 'Fixture';

test.describe.configure({ timeout: 300_000 });

async function bringIn(page: Page, site: Site): Promise<void> {
	await page.goto(`${site.url}/models`);
	await page.waitForSelector('[data-models="ready"]');
	await page.setInputFiles('input[type="file"]', PACKAGE);
	await expect(page.getByRole('heading', { name: NAME })).toBeVisible();
}

async function checked(page: Page, site: Site): Promise<{ lab: LabPage; panel: PolicyPanelPage }> {
	await bringIn(page, site);
	const lab = await LabPage.open(page, site.url, { clock: 'lockstep' });
	const panel = new PolicyPanelPage(lab);
	await panel.show();
	await panel.choose(NAME);
	return { lab, panel };
}

test('/models: in by file, out and back, compared with what is wrong', async ({ page, site }) => {
	await bringIn(page, site);
	const lab = LabPage.at(page);
	const card = page.locator('[data-policy]');
	await expect(card).toHaveCount(1);
	// Nobody measured it: no rate is shown.
	await expect(card.getByText(lab.word('policy_rate_unknown')).first()).toBeVisible();

	await page.setInputFiles('input[type="file"]', PACKAGE);
	await expect(page.getByText(lab.word('models_import_known').replace('{name}', NAME))).toBeVisible();
	await expect(card).toHaveCount(1);

	await page.getByRole('button', { name: lab.word('models_delete').replace('{name}', NAME) }).click();
	await expect(card).toHaveCount(0);
	await page.getByRole('button', { name: lab.word('undo') }).click();
	await expect(card).toHaveCount(1);

	const torn = { name: 'torn.zip', mimeType: 'application/zip', buffer: Buffer.from('PK\x03\x04 torn') };
	await page.setInputFiles('input[type="file"]', torn);
	await expect(page.getByText(lab.word('error_policy_package_damaged_title'))).toBeVisible();
	await expect(card).toHaveCount(1);

	const address = page.getByLabel(lab.word('models_import_address'));
	await address.fill('http://example.org/a.zip');
	await address.press('Enter');
	await expect(page.getByText(lab.word('error_policy_address_refused_title'))).toBeVisible();
	await address.fill('/policies/there-is-none.zip');
	await address.press('Enter');
	await expect(page.getByText(lab.word('error_policy_fetch_failed_title'))).toBeVisible();

	await page.reload();
	await expect(card).toHaveCount(1);
});

test('chosen, checked, driven, paused, ended, judged, kept', async ({ page, site }) => {
	const asked: string[] = [];
	page.on('request', (request) => asked.push(new URL(request.url()).pathname));
	const runtime = (): string[] => asked.filter((path) => /\/ort[.-]/.test(path));
	await bringIn(page, site);
	const lab = await LabPage.open(page, site.url, { clock: 'lockstep' });
	const panel = new PolicyPanelPage(lab);
	await panel.show();
	expect(runtime(), 'nothing of the runtime before a model is chosen').toEqual([]);
	await panel.choose(NAME);
	// Its training pictures are 24 x 16, the lab's 320 x 240: another shape.
	expect(await panel.verdict()).toBe('warn');
	await expect(panel.root.locator('[data-reason="camera_shape"]')).toHaveCount(2);

	// Not before the arm is free, and the button says so.
	await expect(panel.startButton()).toHaveAttribute('aria-disabled', 'true');
	await expect(panel.root.getByText(lab.word('policy_start_blocked_locked')).first()).toBeVisible();
	await lab.arm();
	await panel.start();
	await panel.until('running');
	await expect(panel.root.getByText(/\b(60|5\d) s/)).toBeVisible();
	expect((await lab.snapshot()).report.source).toBe('policy');

	await lab.button('policy_pause').click();
	await panel.until('paused');
	await lab.button('policy_resume').click();
	await panel.until('running');
	await lab.button('policy_end').click();
	await panel.rated();
	expect(await panel.outcome()).toEqual({ outcome: 'unknown', judge: 'nobody' });

	await panel.say('policy_outcome_failed');
	await expect.poll(() => panel.outcome()).toEqual({ outcome: 'failed', judge: 'person' });
	await panel.rate(2, 'greift daneben');
	await lab.button('policy_rate_run_done').click();
	await panel.until('choose');

	await page.goto(`${site.url}/models`);
	const counts = lab.word('policy_rate_counts').replace('{successes}', '0').replace('{trials}', '1');
	await expect(page.getByText(new RegExp(`^${counts},`))).toBeVisible();
});

test('a hand on a slider takes over at once, and gives back', async ({ page, site }) => {
	const { lab, panel } = await checked(page, site);
	await lab.arm();
	await panel.start();
	await panel.until('running');
	await lab.nudge(0, 'ArrowRight', 2);
	await panel.until('by_hand');
	await lab.until(({ report }) => report.source === 'sliders', 'the sliders to drive');
	await lab.button('policy_resume').click();
	await panel.until('running');
	await lab.nudge(1, 'ArrowRight');
	await panel.until('by_hand');
	await lab.button('policy_end').click();
	await panel.rated();
	await expect(panel.root.getByText(lab.word('policy_rate_run_ended_taken_over'))).toBeVisible();
});

test('the worker that computes dies: the arm holds and a person is told', async ({ page, site }) => {
	const { lab, panel } = await checked(page, site);
	await lab.arm();
	await panel.start();
	await panel.until('running');
	await lab.kill('infer');
	await lab.until(({ problem }) => problem?.code === 'infer_worker_died', 'the death to be told');
	await panel.rated();
	const { report } = await lab.snapshot();
	expect(report.status).toBe('armed');
	expect(report.source).not.toBe('policy');
});
