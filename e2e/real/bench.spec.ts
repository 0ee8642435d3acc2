// The bench through real Web Serial: the arm behind the rig's port is measured as a real one, its cable is pulled and its
// supply switched off while the page asks for it, and file and trace say that nothing was virtual.
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { LabPage } from '../pages/lab-page';
import { answerChooser } from './chooser';
import { expect, test } from './fixtures';

/** A busy machine takes its time over a thousand turns. */
const MEASURE_MS = 120_000;

interface ResultStep {
	readonly step: string;
	readonly outcome: string;
	readonly arm: string | null;
	readonly facts: Readonly<Record<string, string>>;
	readonly figures: readonly { readonly name: string; readonly value: number | null }[];
}

async function take(page: Page, name: string): Promise<Buffer> {
	const [download] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('button', { name }).click()
	]);
	return readFile(await download.path());
}

test('connect, loop, cable and supply are measured on the port itself', async ({ lab, rig, site }) => {
	test.setTimeout(480_000);
	await rig.port('leader', { do: 'unplug' });
	await answerChooser(lab);
	const page = await lab.newPage();
	const words = LabPage.at(page, 'de');
	const word = (key: string): string => words.word(`bench_${key}`);
	const card = (step: string): Locator => page.locator(`li:has(#bench-${step})`);
	const measured = (step: string): Promise<void> =>
		expect(card(step).getByText(word('status_measured'), { exact: true })).toBeVisible({
			timeout: MEASURE_MS
		});
	const asked = (prompt: string): Promise<void> =>
		expect(page.getByText(word(`prompt_${prompt}`), { exact: true })).toBeVisible({ timeout: 30_000 });
	const measure = async (step: string): Promise<void> => {
		await page.getByRole('button', { name: word('next') }).click();
		await card(step)
			.getByRole('button', { name: word('run') })
			.click();
	};

	await page.goto(`${site.url}/bench`);
	await page.getByRole('button', { name: word('connect_real') }).click();
	await measured('connect');
	await measure('loop');
	await measured('loop');
	await measure('unplug');
	await asked('pull_cable');
	await rig.port('follower', { do: 'unplug' });
	await asked('put_cable_back');
	await rig.port('follower', { do: 'plug' });
	await measured('unplug');
	await measure('power');
	await asked('switch_off');
	await rig.arm('follower', { do: 'power', on: false });
	await asked('switch_on');
	await rig.arm('follower', { do: 'power', on: true });
	await measured('power');

	const result = JSON.parse((await take(page, word('download_result'))).toString()) as {
		steps: ResultStep[];
	};
	const done = result.steps.filter(({ outcome }) => outcome !== 'not_done');
	expect(done.map(({ step, outcome, arm }) => [step, outcome, arm])).toEqual(
		['connect', 'loop', 'unplug', 'power'].map((step) => [step, 'measured', 'real'])
	);
	expect(done[0]?.facts).toMatchObject({ usb: '1a86:55d3', calibrated: 'yes' });
	const value = (step: number, name: string): number | null | undefined =>
		done[step]?.figures.find((figure) => figure.name === name)?.value;
	expect([value(0, 'servos'), value(3, 'silent_servos')]).toEqual([6, 6]);
	for (const { step, figures } of done)
		test.info().annotations.push({
			type: 'figure',
			description: `${step}: ${figures.map((figure) => `${figure.name} ${figure.value ?? '-'}`).join(', ')}`
		});
	const trace = await take(page, word('download_trace'));
	expect(trace.subarray(0, 8).toString()).toBe('EDBTRACE');
	expect(trace.readUInt16LE(10) & 1).toBe(0);
});
