// The contracts of transports, stores, cameras and sinks in a real Chromium, in a page and in a worker: the same cases that
// vitest runs in Node, over the browser's own message ports, database, storage and pixels.
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { bundlePage, serveFolder } from '../tools/lib/browser-page.mjs';
import { root } from '../tools/lib/run.mjs';
import type { ContractsPage } from './contracts/main';
import { REALMS, SUITES } from './contracts/names';

interface Opened {
	readonly page: Page;
	readonly close: () => Promise<void>;
}

let opened: Opened | null = null;

test.describe.configure({ timeout: 180_000 });

test.beforeAll(async ({ browser }) => {
	const outDir = join(root, '.cache', 'contracts');
	const site = await serveFolder(await bundlePage({ page: join(root, 'e2e', 'contracts'), outDir }));
	const page = await browser.newPage();
	await page.goto(site.url);
	await page.waitForFunction(() => 'contracts' in globalThis);
	const close = async (): Promise<void> => {
		await page.close();
		site.close();
	};
	opened = { page, close };
});

test.afterAll(() => opened?.close());

function thePage(): Page {
	if (opened === null) throw new TypeError('the page is not open');
	return opened.page;
}

test('the page of the contracts is isolated like the lab', async () => {
	const isolated = await thePage().evaluate(
		() => (globalThis as unknown as { contracts: ContractsPage }).contracts.isolated
	);
	expect(isolated).toBe(true);
});

for (const realm of REALMS) {
	for (const suite of SUITES) {
		test(`${suite}, in a ${realm}`, async () => {
			const report = await thePage().evaluate(
				([name, where]) => (globalThis as unknown as { contracts: ContractsPage }).contracts.run(name, where),
				[suite, realm] as const
			);
			expect(report.cases.length).toBeGreaterThan(2);
			expect(report.failures).toEqual([]);
		});
	}
}
