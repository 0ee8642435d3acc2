// The bench of the real device with its virtual stand-in: measured, skipped and failed are told apart on the page and in
// the file, everything virtual is marked, and the byte trace belongs to the file.
import { readFile } from 'node:fs/promises';
import type { Download, Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { LabPage } from './pages/lab-page';

interface BenchStep {
	readonly step: string;
	readonly outcome: string;
	readonly arm: string | null;
	readonly figures: readonly { readonly name: string; readonly value: number | null }[];
}

/** A busy machine takes its time over a thousand turns. */
const MEASURE_MS = 90_000;

function card(page: Page, step: string): Locator {
	return page.locator(`li:has(#bench-${step})`);
}

async function take(page: Page, name: string): Promise<{ download: Download; bytes: Buffer }> {
	const [download] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('button', { name }).click()
	]);
	return { download, bytes: await readFile(await download.path()) };
}

for (const locale of ['de', 'en'] as const) {
	test(`bench with the virtual arm, ${locale}`, async ({ page, site }) => {
		test.setTimeout(240_000);
		const words = LabPage.at(page, locale);
		const word = (key: string): string => words.word(`bench_${key}`);
		await page.goto(`${site.url}${locale === 'en' ? '/en' : ''}/bench`);
		await expect(page.getByRole('button', { name: word('download_trace') })).toHaveAttribute(
			'aria-disabled',
			'true'
		);
		await page.getByRole('button', { name: word('connect_virtual') }).click();
		const connect = card(page, 'connect');
		await expect(connect.getByText(word('status_measured'), { exact: true })).toBeVisible({
			timeout: MEASURE_MS
		});
		await expect(connect.getByText(word('virtual'), { exact: true })).toBeVisible();
		await expect(page.getByText(word('virtual_title'), { exact: true })).toBeVisible();
		await connect.getByRole('button', { name: word('next') }).click();
		const loop = card(page, 'loop');
		await loop.getByRole('button', { name: word('run') }).click();
		await expect(loop.getByText(word('status_measured'), { exact: true })).toBeVisible({
			timeout: MEASURE_MS
		});
		await loop.getByRole('button', { name: word('next') }).click();
		await card(page, 'unplug')
			.getByRole('button', { name: word('skip') })
			.click();
		await expect(card(page, 'unplug').getByText(word('status_skipped'), { exact: true })).toBeVisible();

		const { download, bytes } = await take(page, word('download_result'));
		expect(download.suggestedFilename()).toMatch(/^edubotics-bench-\d{4}-\d\d-\d\d-virtual\.json$/);
		const result = JSON.parse(bytes.toString()) as { version: number; trace: string; steps: BenchStep[] };
		expect(result).toMatchObject({ format: 'edubotics-bench', version: 1 });
		const outcomes = result.steps.slice(0, 4).map(({ step, outcome, arm }) => [step, outcome, arm]);
		expect(outcomes).toEqual([
			['connect', 'measured', 'virtual'],
			['loop', 'measured', 'virtual'],
			['unplug', 'skipped', null],
			['power', 'not_done', null]
		]);
		const cycles = result.steps[1]?.figures.find(({ name }) => name === 'cycles')?.value ?? 0;
		expect(cycles).toBeGreaterThanOrEqual(1000);

		const trace = await take(page, word('download_trace'));
		expect(trace.bytes.subarray(0, 8).toString()).toBe('EDBTRACE');
		// Bit 0 of the flags: virtual.
		expect(trace.bytes.readUInt16LE(10) & 1).toBe(1);
	});
}
