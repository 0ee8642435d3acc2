// Each worker ended in the running lab, as a crash would end it: what the person sees and keeps is what
// docs/architecture.md states. What lasts only a moment is caught by a watch that is set up before.
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import type { LabProbe, LabSnapshot } from '../src/lib/lab/page/probe';
import { readRawStore } from './crash/raw-store';
import { listZip } from './crash/zip-listing';
import { expect, test } from './fixtures';
import { LabPage, type WorkerName } from './pages/lab-page';

const PATIENCE_MS = 60_000;
/** 250 ms at 30 fps are 7.5 rows. */
const MAX_LOST_ROWS = 8;

test.describe.configure({ timeout: 180_000 });

async function armedLab(page: Page, url: string): Promise<LabPage> {
	const lab = await LabPage.open(page, url, { physics: false });
	await lab.arm();
	await lab.setTask('Würfel in die Schale');
	return lab;
}

/** Resolves when the page has said so, however shortly. To be called before what causes it, and awaited after. */
function seen(lab: LabPage, what: 'lost arm' | 'lost cameras'): Promise<unknown> {
	return lab.page.waitForFunction(
		(wanted) => {
			const now = (globalThis as { edubotics?: LabProbe }).edubotics?.snapshot();
			return wanted === 'lost arm' ? now?.report.status === 'lost' : now?.camerasLost;
		},
		what,
		{ timeout: PATIENCE_MS }
	);
}

/** Records, ends a worker in the middle, and waits for the page to say it. */
async function killWhileRecording(lab: LabPage, worker: WorkerName): Promise<number> {
	await lab.startRecording();
	const { recording } = await lab.untilFrames(15, PATIENCE_MS);
	await lab.kill(worker);
	await lab.until(
		({ problem }) => problem?.code === `${worker}_worker_died`,
		'the page to say it',
		PATIENCE_MS
	);
	await expect(lab.page.getByText(lab.word(`error_${worker}_worker_died_title`)).first()).toBeVisible();
	return recording.now.state === 'recording' ? recording.now.counts.frames : 0;
}

/** The episode ended early and is sealed; keeps it. */
async function keepInterrupted(lab: LabPage, code: string, atLeast: number): Promise<void> {
	const counts = await lab.review();
	const { now } = (await lab.snapshot()).recording;
	expect(now).toMatchObject({ state: 'review', interrupted: code });
	expect(counts.frames).toBeGreaterThanOrEqual(atLeast);
	await lab.decide('keep');
	const kept = await lab.until(({ datasets }) => episodesOf(datasets).length > 0, 'the kept episode');
	expect(episodesOf(kept.datasets)).toEqual([
		expect.objectContaining({ interrupted: true, frames: counts.frames })
	]);
}

function episodesOf(datasets: LabSnapshot['datasets']): LabSnapshot['datasets'][number]['episodes'] {
	return datasets.flatMap(({ episodes }) => episodes);
}

/** A whole episode can be recorded (again). */
async function recordOne(lab: LabPage): Promise<void> {
	const before = episodesOf((await lab.snapshot()).datasets).length;
	await lab.startRecording();
	await lab.untilFrames(5, PATIENCE_MS);
	await lab.stopRecording();
	await lab.decide('keep');
	await lab.until(
		({ datasets }) => episodesOf(datasets).length === before + 1,
		'one more episode',
		PATIENCE_MS
	);
}

/** How many colours the previews show; a canvas nobody draws on has one. */
async function coloursOfPreviews(page: Page): Promise<number> {
	const png = (await page.locator('canvas[width="320"]').first().screenshot()).toString('base64');
	return page.evaluate(async (base64) => {
		const image = new Image();
		image.src = `data:image/png;base64,${base64}`;
		await image.decode();
		const surface = new OffscreenCanvas(image.width, image.height).getContext('2d');
		surface?.drawImage(image, 0, 0);
		const pixels = surface?.getImageData(0, 0, image.width, image.height).data ?? new Uint8ClampedArray();
		return new Set(new Uint32Array(pixels.buffer)).size;
	}, png);
}

test('ROBOT dies: not controlled, the episode is kept, a new one connects disarmed and hears Stop', async ({
	page,
	site
}) => {
	const lab = await armedLab(page, site.url);
	const lost = seen(lab, 'lost arm');
	const frames = await killWhileRecording(lab, 'robot');
	await lost;
	await keepInterrupted(lab, 'robot_worker_died', frames - MAX_LOST_ROWS);
	await lab.until(({ report }) => report.status === 'disarmed', 'a new ROBOT, disarmed', PATIENCE_MS);
	await lab.arm();
	await recordOne(lab);
	await page.frameLocator('iframe').getByRole('button').click();
	await lab.until(({ report }) => report.status === 'stopped', 'the new ROBOT to hear Stop', PATIENCE_MS);
});

test('PLANT dies: the arm is lost like a pulled cable until a person connects again', async ({
	page,
	site
}) => {
	const lab = await armedLab(page, site.url);
	const frames = await killWhileRecording(lab, 'plant');
	await keepInterrupted(lab, 'plant_worker_died', frames - MAX_LOST_ROWS);
	expect((await lab.snapshot()).report.status).toBe('lost');
	await lab.button('step_reconnect_action').click();
	await lab.until(({ report }) => report.status === 'disarmed', 'a connected arm, disarmed', PATIENCE_MS);
	await lab.arm();
	await recordOne(lab);
});

test('RENDER dies: the cameras are lost, the episode is kept, the arm goes on, the cameras come back', async ({
	page,
	site
}) => {
	const lab = await armedLab(page, site.url);
	await expect.poll(() => coloursOfPreviews(page), { timeout: PATIENCE_MS }).toBeGreaterThan(8);
	const { report } = await lab.snapshot();
	const lost = seen(lab, 'lost cameras');
	const frames = await killWhileRecording(lab, 'render');
	await lost;
	await keepInterrupted(lab, 'render_worker_died', frames - MAX_LOST_ROWS);
	const back = await lab.until(
		(now) => !now.camerasLost && (now.cameraFps ?? 0) > 0,
		'the cameras',
		PATIENCE_MS
	);
	expect(back.report.epoch, 'the arm was not armed anew').toBe(report.epoch);
	await expect.poll(() => coloursOfPreviews(page), { timeout: PATIENCE_MS }).toBeGreaterThan(8);
	await recordOne(lab);
});

test('RECORDER dies: at most 250 ms are lost, the rest is offered, the arm is not disturbed', async ({
	page,
	site
}) => {
	const lab = await armedLab(page, site.url);
	const { report } = await lab.snapshot();
	const frames = await killWhileRecording(lab, 'recorder');
	const offered = await lab.until(({ recoverable }) => recoverable.length > 0, 'the offer', PATIENCE_MS);
	expect(offered.recoverable[0]?.frames).toBeGreaterThanOrEqual(frames - MAX_LOST_ROWS);
	expect(offered.report.epoch).toBe(report.epoch);
	expect(['armed', 'holding']).toContain(offered.report.status);
	const notes = page.getByRole('region', { name: lab.word('lab_notes') });
	await expect(notes.getByText(lab.word('recover_title'))).toBeVisible();
	await notes.getByRole('button', { name: lab.word('recover_keep') }).click();
	const kept = await lab.until(
		({ datasets, recoverable }) => recoverable.length === 0 && episodesOf(datasets).length === 1,
		'the recovered episode',
		PATIENCE_MS
	);
	expect(episodesOf(kept.datasets)[0]).toMatchObject({
		interrupted: true,
		frames: offered.recoverable[0]?.frames
	});
	await recordOne(lab);
});

test('DATASET dies: the download ends with an error, the store is as it was, the next download works', async ({
	page,
	site
}) => {
	const lab = await armedLab(page, site.url);
	await recordOne(lab);
	const before = await readRawStore(page);
	await lab.show('datasets');
	// In one go with the click: the download has begun and cannot be done yet.
	await lab.button('dataset_download').evaluate((button: HTMLElement) => {
		button.click();
		(globalThis as { edubotics?: LabProbe }).edubotics?.kill('dataset');
	});
	const ended = await lab.until(({ download }) => download?.state === 'cancelled', 'the end', PATIENCE_MS);
	expect(ended.problem?.code).toBe('dataset_worker_died');
	await expect(page.getByText(lab.word('error_dataset_worker_died_title')).first()).toBeVisible();
	expect(await readRawStore(page)).toEqual(before);
	const zip = listZip(readFileSync(await (await lab.download()).path()));
	const name = zip.names.find((candidate) => candidate.endsWith('meta/info.json')) ?? '';
	expect(JSON.parse(zip.read(name).toString())).toMatchObject({ total_episodes: 1 });
});

test('a second tab watches until it takes over; the first stops, and keeps what it recorded', async ({
	context,
	page,
	site
}) => {
	const first = await armedLab(page, site.url);
	const second = await LabPage.open(await context.newPage(), site.url, { physics: false });
	const watching = await second.until(
		({ problem }) => problem !== null,
		'word of the other tab',
		PATIENCE_MS
	);
	expect(watching).toMatchObject({
		otherTab: true,
		problem: { code: 'second_tab' },
		nextStep: 'take_over_tab'
	});
	await expect(second.page.getByText(second.word('error_second_tab_title')).first()).toBeVisible();
	expect((await first.snapshot()).otherTab).toBe(false);

	await first.page.bringToFront();
	await first.startRecording();
	await first.untilFrames(5, PATIENCE_MS);
	await second.button('step_take_over_tab_action').click();
	await second.until(({ otherTab }) => !otherTab, 'the seat', PATIENCE_MS);
	const stopped = await first.until(({ otherTab }) => otherTab, 'the first tab to notice', PATIENCE_MS);
	expect(stopped.problem?.code).toBe('second_tab');
	await first.review();
	await first.until(({ report }) => report.status !== 'armed', 'the first arm to stop', PATIENCE_MS);
	expect((await first.snapshot()).recording.now).toMatchObject({ interrupted: 'second_tab' });
	await second.arm();
	expect((await second.snapshot()).problem).toBeNull();
});

test('an arm that is locked ends the recording, which is kept as it is', async ({ page, site }) => {
	const lab = await armedLab(page, site.url);
	await lab.startRecording();
	await lab.untilFrames(5, PATIENCE_MS);
	await lab.button('arm_lock').click();
	await lab.review();
	expect((await lab.snapshot()).recording.now).toMatchObject({ state: 'review', interrupted: null });
});
