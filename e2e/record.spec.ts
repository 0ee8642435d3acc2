// Recording as a person does it, in virtual time: what the review says, keep, discard and once more, the list with its
// pictures, delete and undo, renaming, the download, and that all of it is still there after a reload. That LeRobot reads
// the download is judged by tools/conformance.mjs.
import { readFile } from 'node:fs/promises';
import { validateTree } from '$lib/dataset';
import { storedZipTree } from '$lib/dataset/sinks/zip-tree';
import type { Download, Locator, Page } from '@playwright/test';
import { expect, test, type Site } from './fixtures';
import { LabPage } from './pages/lab-page';

const TASK = 'Dreh dich – „langsam“ 🐢';
const FRAMES = 15;

test.describe.configure({ timeout: 120_000 });

async function armed(page: Page, site: Site): Promise<LabPage> {
	const lab = await LabPage.open(page, site.url, { clock: 'lockstep' });
	await lab.arm();
	await lab.setTask(TASK);
	return lab;
}

/** Records and stops; in review afterwards. */
async function recordOne(lab: LabPage): Promise<number> {
	await lab.startRecording();
	await lab.nudge(0, 'ArrowRight', 3);
	await lab.untilFrames(FRAMES);
	return (await lab.stopRecording()).frames;
}

/** Says that the picture of an episode is really there. */
async function expectPicture(picture: Locator): Promise<void> {
	await expect(picture).toBeVisible();
	await expect
		.poll(() => picture.evaluate((image: HTMLImageElement) => (image.complete ? image.naturalWidth : 0)))
		.toBeGreaterThan(0);
}

test('the review says what was recorded, and nothing was lost', async ({ page, site }) => {
	const lab = await armed(page, site);
	const frames = await recordOne(lab);
	expect(frames).toBeGreaterThanOrEqual(FRAMES);
	await expect(page.getByText(lab.word('record_review_title'))).toBeVisible();
	expect(await lab.counter('record_frames')).toBe(String(frames));
	expect(await lab.counter('record_rate')).toBe('30,0\u00a0fps');
	for (const loss of ['record_dup', 'record_skip', 'record_encoder_drop', 'record_failed_ticks'])
		expect(await lab.counter(loss), loss).toBe('0');
	const { recording } = await lab.snapshot();
	if (recording.now.state !== 'review') throw new TypeError('no review');
	expect(recording.now.interrupted).toBeNull();
	expect(recording.now.counts.cameras.map(({ name }) => name)).toEqual(['top', 'wrist']);
});

test('keep, discard and once more leave what they say', async ({ page, site }) => {
	const lab = await armed(page, site);
	await recordOne(lab);
	await lab.decide('discard');
	await lab.until(({ datasets }) => datasets.flatMap(({ episodes }) => episodes).length === 0, 'no episode');

	await recordOne(lab);
	await lab.button('record_rerecord').click();
	await lab.untilFrames(FRAMES);
	const { frames } = await lab.stopRecording();
	await lab.decide('keep');
	const { datasets } = await lab.until(({ recording }) => recording.keptEpisodes === 1, 'one episode');
	expect(datasets.flatMap(({ episodes }) => episodes).map((episode) => episode.frames)).toEqual([frames]);
});

test('datasets: pictures, delete and undo, rename, download, and all is there after a reload', async ({
	page,
	site
}) => {
	const lab = await armed(page, site);
	const counted: number[] = [];
	for (let n = 0; n < 2; n++) {
		counted.push(await recordOne(lab));
		await lab.decide('keep');
	}
	await lab.show('datasets');
	const item = lab.dataset(TASK);
	await expect(item.getByText('30,0\u00a0fps')).toHaveCount(2);
	for (const picture of await item.locator('img').all()) await expectPicture(picture);

	await item.getByRole('button', { name: lab.word('episode_delete').replace('{number}', '1') }).click();
	await lab.until(({ datasets }) => datasets[0]?.episodes.length === 1, 'one episode');
	await page.getByRole('button', { name: lab.word('undo') }).click();
	await lab.until(({ datasets }) => datasets[0]?.episodes.length === 2, 'two episodes');

	await item.getByRole('button', { name: lab.word('dataset_rename') }).click();
	await page.getByLabel(lab.word('dataset_name_label')).fill('Würfel "drehen"');
	await page.keyboard.press('Enter');
	const renamed = lab.dataset('Würfel "drehen"');
	await expect(renamed).toBeVisible();

	const frames = (counted[0] ?? 0) + (counted[1] ?? 0);
	await expectWhole(await lab.download(renamed), frames);

	await page.reload();
	await lab.ready();
	await lab.show('datasets');
	await expect(renamed.locator('img')).toHaveCount(2);
	const { datasets } = await lab.snapshot();
	expect(datasets[0]?.episodes.map((episode) => episode.frames)).toEqual(counted);

	await renamed.getByRole('button', { name: lab.word('dataset_delete') }).click();
	await expect(renamed).toBeHidden();
	await page.getByRole('button', { name: lab.word('undo') }).click();
	await expect(renamed).toBeVisible();
});

/** The download is a whole LeRobot tree of that many frames. */
async function expectWhole(download: Download, frames: number): Promise<void> {
	const folder = download.suggestedFilename().replace(/\.zip$/, '');
	const tree = await storedZipTree(new Blob([await readFile(await download.path())]), folder);
	const report = await validateTree(tree);
	expect(report.problems).toEqual([]);
	expect(report).toMatchObject({ episodes: 2, frames });
}

test('counts down when asked to, and can be called off', async ({ page, site }) => {
	const lab = await armed(page, site);
	await page.getByText(lab.word('record_countdown')).click();
	await lab.button('record_start').click();
	const timer = page.getByRole('timer');
	await expect(timer).toContainText('3');
	await lab.button('record_cancel_countdown').click();
	await expect(timer).toBeHidden();
	await lab.until(({ recording }) => recording.now.state === 'idle', 'idle again');

	await lab.button('record_start').click();
	await expect(timer).toContainText('2');
	await lab.untilFrames(FRAMES);
	await lab.stopRecording();
	await lab.decide('discard');
});

test('one key starts, stops and keeps', async ({ page, site }) => {
	const lab = await armed(page, site);
	// A focused control keeps its own meaning of Enter.
	await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
	await page.keyboard.press('Enter');
	await lab.untilFrames(FRAMES);
	await page.keyboard.press('Enter');
	await lab.review();
	// Two presses close together count as one: a bouncing switch must not keep what it has just stopped.
	await page.waitForTimeout(400);
	await page.keyboard.press('Enter');
	await lab.until(({ recording }) => recording.keptEpisodes === 1, 'the kept episode');
});
