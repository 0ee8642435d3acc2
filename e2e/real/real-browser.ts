// A real Chromium among the rig's USB serial ports: Playwright's own launch, through a file that enters the namespace first.
// An empty profile each time; everything it leaves is removed with it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from '@playwright/test';
import { inNamespace } from '../../tools/real-rig/namespace.js';

type LaunchOptions = NonNullable<Parameters<typeof chromium.launchPersistentContext>[1]>;

/** What an administrator rules: the lab may use every port unasked, it has to ask, it may not even ask. */
export type SerialRule = 'granted' | 'asks' | 'blocked';

/** Chromium's policies for serial ports. */
export function policyOf(rule: SerialRule, site: string): Readonly<Record<string, unknown>> {
	if (rule === 'granted') return { SerialAllowAllPortsForUrls: [site] };
	return rule === 'blocked' ? { DefaultSerialGuardSetting: 2 } : {};
}

/** A file that starts `browser` in the namespace: Playwright takes a path, not a command line. */
function launcher(folder: string, rigDir: string, browser: string): string {
	const words = inNamespace(rigDir, [browser]).map((word) => `'${word}'`);
	const path = join(folder, 'browser.sh');
	writeFileSync(path, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 });
	return path;
}

export interface RealBrowser {
	readonly context: BrowserContext;
	close(): Promise<void>;
}

/** @param browser path of the Chromium; `options` are Playwright's, without a path. */
export async function launchReal(
	rigDir: string,
	browser: string,
	options: Omit<LaunchOptions, 'executablePath'>
): Promise<RealBrowser> {
	const folder = mkdtempSync(join(tmpdir(), 'edubotics-real-'));
	const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
		...options,
		executablePath: launcher(folder, rigDir, browser)
	});
	return {
		context,
		async close() {
			await context.close();
			rmSync(folder, { recursive: true, force: true });
		}
	};
}
