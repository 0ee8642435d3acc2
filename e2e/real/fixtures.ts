// A real Chromium with real Web Serial, among the rig's two USB serial ports, in front of the built app. One browser and one
// rig per test, so that every test begins with an empty profile. Where the machine refuses the namespace, every test is
// skipped and says why.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from '@playwright/test';
import { inNamespace, refusal } from '../../tools/real-rig/namespace.js';
import { test as base } from '../fixtures';
import { startRig, type Rig, type RigStart } from './rig-client';

interface RealTest {
	/** How the arms are when the test begins. */
	readonly start: RigStart;
	readonly rig: Rig;
	/** The namespace's browser, its profile empty. */
	readonly lab: BrowserContext;
}

/** A file that starts `browser` in the namespace: Playwright takes a path, not a command line. */
function launcher(folder: string, rigDir: string, browser: string): string {
	const words = inNamespace(rigDir, [browser]).map((word) => `'${word}'`);
	const path = join(folder, 'browser.sh');
	writeFileSync(path, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 });
	return path;
}

export const test = base.extend<RealTest, { readonly refused: string | null }>({
	// eslint-disable-next-line no-empty-pattern -- the runner reads the parameter list
	refused: [async ({}, use) => use(await refusal()), { scope: 'worker' }],
	start: [{}, { option: true }],
	rig: async ({ refused, start, site }, use) => {
		base.skip(refused !== null, `real Web Serial: ${refused ?? ''}`);
		const rig = await startRig(start);
		await rig.allow([site.url]);
		await use(rig);
		await rig.close();
	},
	lab: async ({ rig }, use, { project }) => {
		const folder = mkdtempSync(join(tmpdir(), 'edubotics-real-'));
		const { executablePath = '', args = [] } = project.use.launchOptions ?? {};
		const { locale, viewport } = project.use;
		const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
			executablePath: launcher(folder, rig.dir, executablePath),
			args,
			...(locale === undefined ? {} : { locale }),
			...(viewport === undefined ? {} : { viewport })
		});
		await use(context);
		await context.close();
		rmSync(folder, { recursive: true, force: true });
	}
});

export { expect } from '@playwright/test';
