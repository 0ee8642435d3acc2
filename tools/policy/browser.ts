/**
 * The bundled policy counted in a real Chromium: every start opens the built lab in lockstep, puts the cube where its seed says,
 * and lets a person's clicks choose, unlock and start. INFER, ROBOT, RENDER and PLANT are the product's workers; the exercise
 * judges, as in the panel. Knows one browser; the same starts without one are in `evaluate`.
 */
import { chromium, type Page } from '@playwright/test';
import { LabPage } from '../../e2e/pages/lab-page';
import { PolicyPanelPage } from '../../e2e/pages/policy-panel-page';
import type { LabSnapshot } from '../../src/lib/lab/page/probe';

export interface BrowserTrial {
	readonly seed: number;
	readonly success: boolean;
	/** Virtual time in which it drove. */
	readonly seconds: number;
	/** The exercise's word; `unknown`: nobody's, time was up. */
	readonly outcome: string;
	readonly endedBy: string;
	readonly backend: string;
}

export interface BrowserOptions {
	readonly executablePath: string;
	/** Where the built app is served, without a slash at the end. */
	readonly site: string;
	/** Name in the package that is served. */
	readonly name: string;
	readonly seeds: readonly number[];
	readonly speed: 'normal' | 'first_minute';
	/** Virtual time after which a start has failed. */
	readonly limitS: number;
	readonly onTrial: (trial: BrowserTrial) => void;
}

const LOOK_EVERY_MS = 200;
const CLICK_MS = 5000;
/** Per virtual second, for a computer that has other things to do. */
const PATIENCE_PER_S_MS = 30_000;

export async function evaluateInBrowser(options: BrowserOptions): Promise<void> {
	const browser = await chromium.launch({
		executablePath: options.executablePath,
		args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update']
	});
	try {
		const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
		for (const seed of options.seeds) {
			const page = await context.newPage();
			options.onTrial(await oneStart(page, seed, options));
			await page.close();
		}
	} finally {
		await browser.close();
	}
}

/** As if this policy had driven the virtual arm for its first minute, or never. */
function rememberMinute(page: Page, id: string, speed: BrowserOptions['speed']): Promise<void> {
	return page.evaluate(
		([key, known]) => (known ? localStorage.setItem(key, '0') : localStorage.removeItem(key)),
		[`edubotics.policy-first-minute.${id}.virtual`, speed === 'normal'] as const
	);
}

async function oneStart(page: Page, seed: number, options: BrowserOptions): Promise<BrowserTrial> {
	const { site, name, speed, limitS } = options;
	const lab = await LabPage.open(page, site, { clock: 'lockstep', seed });
	const panel = new PolicyPanelPage(lab);
	await panel.show();
	const card = panel.root.locator('[data-policy]');
	const fetchIt = panel.root.getByRole('button', { name: lab.word('models_bundled') });
	await card.or(fetchIt).first().waitFor();
	if ((await card.count()) === 0) await fetchIt.click();
	await rememberMinute(page, (await card.getAttribute('data-policy')) ?? '', speed);
	await panel.choose(name);
	await lab.arm();
	await panel.start();
	const began = await lab.until(
		({ policies }) => policies?.run?.state === 'running',
		'the model to drive',
		120_000
	);
	const { record, run } = await untilOver(lab, began.tMs ?? Number.NaN, limitS);
	return {
		seed,
		success: record?.outcome === 'succeeded',
		seconds: (record?.end?.durationMs ?? Number.NaN) / 1000,
		outcome: record?.outcome ?? 'none',
		endedBy: record?.end?.endedBy ?? 'none',
		backend: run?.backend ?? 'unknown'
	};
}

/** Resolves when the run is over, by itself or, after its time, by the panel's button. */
async function untilOver(
	lab: LabPage,
	startMs: number,
	limitS: number
): Promise<NonNullable<LabSnapshot['policies']>> {
	const endMs = Date.now() + limitS * PATIENCE_PER_S_MS;
	for (;;) {
		const { policies, tMs } = await lab.snapshot();
		if (policies?.step === 'rate') return policies;
		if (Date.now() > endMs) throw new Error(`still driving: ${JSON.stringify(policies?.run)}`);
		const end = lab.button('policy_end');
		// It may have ended by itself in this very moment.
		if ((tMs ?? Number.NaN) - startMs > 1000 * limitS)
			await end.click({ timeout: CLICK_MS }).catch(() => undefined);
		await lab.page.waitForTimeout(LOOK_EVERY_MS);
	}
}
