// A real Chromium with real Web Serial, among the rig's two USB serial ports, in front of the built app. One browser per
// test, so that every test begins with an empty profile; one rig for all, healed before each. Where the machine refuses the namespace, every test is
// skipped and says why.
import { writeFileSync } from 'node:fs';
import type { BrowserContext, TestInfo } from '@playwright/test';
import { refusal } from '../../tools/real-rig/namespace.js';
import { test as base } from '../fixtures';
import { launchReal, policyOf, type SerialRule } from './real-browser';
import { startRig, type Rig } from './rig-client';

interface RealTest {
	readonly rig: Rig;
	readonly rule: SerialRule;
	/** More of the browser's command line. */
	readonly browserArgs: readonly string[];
	/** The namespace's browser, its profile empty. */
	readonly lab: BrowserContext;
}

interface RealWorker {
	/** Why the suite cannot run here; null when it can. */
	readonly refused: string | null;
	readonly sharedRig: Rig | null;
}

/** What a person would look at when a test failed. */
async function keepEvidence(context: BrowserContext, said: readonly string[], info: TestInfo): Promise<void> {
	for (const [index, page] of context.pages().entries())
		await page
			.screenshot({ path: info.outputPath(`page-${index}.png`), timeout: 5000 })
			.catch(() => undefined);
	writeFileSync(info.outputPath('console.txt'), said.join('\n'));
}

export const test = base.extend<RealTest, RealWorker>({
	// eslint-disable-next-line no-empty-pattern -- the runner reads the parameter list
	refused: [async ({}, use) => use(await refusal()), { scope: 'worker' }],
	sharedRig: [
		async ({ refused }, use) => {
			const rig = refused === null ? await startRig() : null;
			await use(rig);
			await rig?.close();
		},
		{ scope: 'worker' }
	],
	rule: ['granted', { option: true }],
	browserArgs: [[], { option: true }],
	rig: async ({ refused, sharedRig, rule, site }, use) => {
		base.skip(refused !== null, `real Web Serial: ${refused ?? ''}`);
		if (sharedRig === null) throw new TypeError('no rig');
		await sharedRig.reset();
		await sharedRig.rule(policyOf(rule, site.url));
		await use(sharedRig);
	},
	lab: async ({ rig, browserArgs }, use, info) => {
		const { executablePath = '', args = [] } = info.project.use.launchOptions ?? {};
		const { locale, viewport } = info.project.use;
		const browser = await launchReal(rig.dir, executablePath, {
			args: [...args, ...browserArgs],
			...(locale === undefined ? {} : { locale }),
			...(viewport === undefined ? {} : { viewport })
		});
		const { context } = browser;
		const said: string[] = [];
		context.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
		context.on('weberror', (error) => said.push(`uncaught: ${String(error.error())}`));
		await use(context);
		if (info.status !== info.expectedStatus) await keepEvidence(context, said, info);
		await browser.close();
	}
});

export { expect } from '@playwright/test';
