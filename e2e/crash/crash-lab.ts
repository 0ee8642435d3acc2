// The lab in a browser that is going to be killed: what the crash test does with it beyond what any test does.
import { expect } from '@playwright/test';
import { LabPage } from '../pages/lab-page';
import type { KillableBrowser } from './killable-browser';

const PATIENCE_MS = 60_000;

export interface Killed {
	readonly killedAtEpochMs: number;
	/** Rows that RECORDER had told the page of. */
	readonly toldFrames: number;
}

export interface CrashLab {
	readonly lab: LabPage;
	readonly browser: KillableBrowser;
}

export async function openCrashLab(browser: KillableBrowser, site: string): Promise<CrashLab> {
	return { lab: await LabPage.open(browser.page, site, { physics: false }), browser };
}

/** An episode of at least `frames` rows, sealed and kept. */
export async function recordWhole({ lab }: CrashLab, frames: number): Promise<void> {
	await lab.startRecording();
	await lab.untilFrames(frames, PATIENCE_MS);
	await lab.stopRecording();
	await lab.decide('keep');
}

/** Kills the browser a while after `frames` rows were told of, or while it seals. */
export async function recordAndKill(
	{ lab, browser }: CrashLab,
	{ frames, laterMs }: { readonly frames: number; readonly laterMs: number },
	inSealing: boolean
): Promise<Killed> {
	await lab.button('record_start').click();
	let toldFrames = 0;
	await lab.until(
		({ recording: { now } }) => {
			if (now.state === 'recording') toldFrames = Math.max(toldFrames, now.counts.frames);
			return now.state === 'recording' && toldFrames >= frames;
		},
		`${frames} rows`,
		PATIENCE_MS
	);
	// The instant itself is drawn by lot; nothing is waited for here.
	const instant = new Promise((resolve) => setTimeout(resolve, laterMs));
	if (inSealing) await lab.button('record_stop').click();
	else await instant;
	return { ...(await browser.kill()), toldFrames };
}

/** The card is there and tells the right number; after "keep" the recording is an episode like any other. */
export async function keepRecovered({ lab }: CrashLab, id: string, frames: number): Promise<void> {
	const { recoverable } = await lab.until(
		(now) => now.recoverable.length > 0,
		'an offer to recover',
		PATIENCE_MS
	);
	expect(recoverable).toEqual([expect.objectContaining({ id, frames })]);
	const notes = lab.page.getByRole('region', { name: lab.word('lab_notes') });
	await expect(notes.getByText(lab.word('recover_title'))).toBeVisible();
	await expect(notes.getByText(new RegExp(`\\b${frames}\\b`)).first()).toBeVisible();
	await notes.getByRole('button', { name: lab.word('recover_keep') }).click();
	await lab.until(
		(now) =>
			now.recoverable.length === 0 &&
			now.datasets.some(({ episodes }) =>
				episodes.some((episode) => episode.id === id && episode.interrupted)
			),
		'the recovered episode in its dataset',
		PATIENCE_MS
	);
}
