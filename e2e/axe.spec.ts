// Every screen and state passes axe, in both languages: the site, the help, the gallery in its three themes, and the lab
// from disarmed to stopped.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { LabPage } from './pages/lab-page';
import { PolicyPanelPage } from './pages/policy-panel-page';

const SITE = [
	'/',
	'/training',
	'/models',
	'/classroom',
	'/bench',
	'/docs',
	'/docs/wiring',
	'/docs/connect',
	'/docs/connect/no_serial_api',
	'/docs/print',
	'/docs/print/it-letter',
	'/docs/print/risk-assessment',
	'/docs/print/safety-card',
	'/docs/errors',
	'/docs/errors/storage_full'
];
const GALLERY = ['/gallery', '/gallery/connect', '/gallery/procedures', '/gallery/policies'];
/** A page that is still being brought to life would set its own theme over the test's. */
const SETTLED = { waitUntil: 'networkidle' } as const;
const THEMES = ['light', 'dark', 'projector'] as const;

async function expectNoViolations(page: Page, what: string): Promise<void> {
	// What fades from one colour to another has neither.
	await page.waitForFunction(() => document.getAnimations().every((one) => !(one instanceof CSSTransition)));
	// The stop pad is a frame of its own origin: axe cannot enter it; it holds one labelled button.
	const found = await new AxeBuilder({ page }).exclude('iframe').analyze();
	const seen = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
	expect(seen, what).toEqual([]);
}

for (const prefix of ['', '/en']) {
	test(`site and help ${prefix === '' ? 'in German' : 'in English'}`, async ({ page, site }) => {
		test.setTimeout(300_000);
		for (const path of SITE) {
			await page.goto(`${site.url}${path === '/' ? prefix || '/' : `${prefix}${path}`}`, SETTLED);
			await expectNoViolations(page, path);
		}
	});
}

for (const theme of THEMES) {
	test(`gallery, ${theme}`, async ({ page, site }) => {
		test.setTimeout(300_000);
		// A page that breaks while it comes to life is empty, and an empty page has no violations.
		const broken: string[] = [];
		page.on('pageerror', (error) => broken.push(String(error)));
		// A colour on its way from one theme to the other is no theme.
		await page.emulateMedia({ reducedMotion: 'reduce' });
		for (const path of GALLERY) {
			await page.goto(`${site.url}${path}`, SETTLED);
			await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme);
			await expectNoViolations(page, `${path}, ${theme}`);
			expect(broken, path).toEqual([]);
		}
	});
}

const PACKAGE = new URL('../src/lib/inference/package/fixtures/policy.zip', import.meta.url).pathname;

for (const locale of ['de', 'en'] as const) {
	test(`models, and the lab's panel of them in every state, ${locale}`, async ({ page, site }) => {
		test.setTimeout(300_000);
		await page.goto(`${site.url}${locale === 'en' ? '/en' : ''}/models`);
		await page.waitForSelector('[data-models="ready"]');
		await page.setInputFiles('input[type="file"]', PACKAGE);
		await page.waitForSelector('[data-policy]');
		await expectNoViolations(page, '/models with one');
		const lab = await LabPage.open(page, site.url, { locale, clock: 'lockstep', physics: false });
		const panel = new PolicyPanelPage(lab);
		await panel.show();
		await expectNoViolations(page, 'choose');
		await panel.choose('Fixture');
		await expectNoViolations(page, 'check');
		await lab.arm();
		await panel.start();
		await panel.until('running');
		await expectNoViolations(page, 'running');
		await lab.button('policy_pause').click();
		await panel.until('paused');
		await expectNoViolations(page, 'paused');
		await lab.nudge(0, 'ArrowRight', 2);
		await panel.until('by_hand');
		await expectNoViolations(page, 'by hand');
		await lab.button('policy_end').click();
		await panel.rated();
		await expectNoViolations(page, 'rate');
		await panel.say('policy_outcome_failed');
		await expectNoViolations(page, 'judged');
	});

	test(`lab in every state, ${locale}`, async ({ page, site }) => {
		test.setTimeout(240_000);
		const lab = await LabPage.open(page, site.url, { locale, clock: 'lockstep', physics: false });
		await expectNoViolations(page, 'disarmed');
		await lab.arm();
		await expectNoViolations(page, 'armed');
		await lab.setTask('axe');
		await lab.startRecording();
		await expectNoViolations(page, 'recording');
		await lab.stopRecording();
		await expectNoViolations(page, 'review');
		await lab.decide('keep');
		await lab.show('datasets');
		await expectNoViolations(page, 'datasets');
		await page.keyboard.press('Escape');
		await lab.until(({ report }) => report.status === 'stopped', 'the latched stop');
		await expectNoViolations(page, 'stopped');
		await lab.kill('plant');
		await lab.until(({ problem }) => problem !== null, 'the problem');
		await expectNoViolations(page, 'problem');
	});
}
