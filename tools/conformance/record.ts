// Records the dataset that is judged: real Chromium, the lab in lockstep with painted picture numbers, the virtual arm
// driven by its sliders, several episodes of two tasks, downloaded through the page.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { LabPage, type EpisodeCountsSeen, type Wave } from '../../e2e/pages/lab-page';
import { tapRawPictures } from './raw-pictures';

export interface RecordedEpisode {
	readonly task: string;
	/** What the page said in the review. */
	readonly counts: EpisodeCountsSeen;
}

export interface Recorded {
	readonly zip: string;
	/** Folder of the pictures as they were before the codec (./raw-pictures.ts). */
	readonly raw: string;
	readonly episodes: readonly RecordedEpisode[];
	readonly seconds: number;
	/** Errors of the page's console and uncaught ones. */
	readonly pageErrors: readonly string[];
}

export const SEED = 7;

/** Words that break careless writers: quotes, umlauts, an emoji beyond the basic plane, a backslash, a combining accent. */
const TASKS = [
	'Greif den „roten“ Würfel & leg ihn in die Schüssel 🤖',
	'Say "hello" with the gripper, then it\'s café time \\o/'
] as const;

/** Per episode: which task, and how long a joint's wave takes. All six joints move, away from table and cube. */
const EPISODES = [
	{ task: 0, periodS: 5.1 },
	{ task: 1, periodS: 6.3 },
	{ task: 0, periodS: 4.4 }
] as const;
const LEAST_FRAMES = 120;
/** On a computer that has other things to do. */
const PATIENCE_PER_FRAME_MS = 500;

function wavesOf(periodS: number): Wave[] {
	const mids = [0, -65, 70, 45, 0, 35];
	const swings = [22, 9, 9, 14, 24, 22];
	return mids.map((mid, joint) => ({
		mid,
		swing: swings[joint] ?? 0,
		periodS: periodS * (1 + joint / 9),
		phase: joint / 6
	}));
}

async function episode(
	lab: LabPage,
	task: string,
	periodS: number,
	leastFrames: number
): Promise<RecordedEpisode> {
	await lab.setTask(task);
	const waves = wavesOf(periodS);
	await lab.moveTo(waves.map(({ mid }) => mid));
	const swaying = lab.sway(waves);
	await lab.startRecording();
	await lab.untilFrames(leastFrames, Math.max(60_000, leastFrames * PATIENCE_PER_FRAME_MS));
	const counts = await lab.stopRecording();
	await swaying;
	await lab.decide('keep');
	return { task, counts };
}

function watchErrors(page: Page): string[] {
	const errors: string[] = [];
	page.on('pageerror', (error) => errors.push(String(error)));
	page.on('console', (message) => {
		if (message.type() === 'error') errors.push(message.text());
	});
	return errors;
}

/**
 * @param executable Chromium @param site where the app is served @param folder where the zip and the raw pictures go
 * @param leastFrames rows of an episode
 */
export async function record(
	executable: string,
	site: string,
	folder: string,
	leastFrames = LEAST_FRAMES
): Promise<Recorded> {
	const startMs = Date.now();
	const raw = join(folder, 'raw');
	mkdirSync(raw, { recursive: true });
	const browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
	try {
		const page = await browser.newPage({ viewport: { width: 1366, height: 768 }, acceptDownloads: true });
		const pageErrors = watchErrors(page);
		const lab = await LabPage.open(page, site, { clock: 'lockstep', stamp: true, seed: SEED });
		const pictures = await tapRawPictures(page);
		await lab.arm();
		const episodes: RecordedEpisode[] = [];
		for (const { task, periodS } of EPISODES)
			episodes.push(await episode(lab, TASKS[task], periodS, leastFrames));
		await lab.show('datasets');
		const zip = join(folder, 'dataset.zip');
		await (await lab.download()).saveAs(zip);
		await pictures.take(
			raw,
			episodes.map(({ counts }) => counts.frames)
		);
		return { zip, raw, episodes, seconds: (Date.now() - startMs) / 1000, pageErrors };
	} finally {
		await browser.close();
	}
}
