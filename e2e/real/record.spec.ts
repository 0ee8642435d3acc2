// An episode of a real arm behind its real port with two device cameras (Chromium's own two test devices): recorded,
// downloaded, and every row and picture of it counted again in the file. That LeRobot reads such a file is judged elsewhere.
import { readFile } from 'node:fs/promises';
import { validateTree } from '$lib/dataset';
import { storedZipTree } from '$lib/dataset/sinks/zip-tree';
import { answerChooser } from './chooser';
import { ConnectPage } from './connect-page';
import { expect, test } from './fixtures';
import type { EpisodeCountsSeen } from '../pages/lab-page';
import type { Rig } from './rig-client';

const TASK = 'Wave at both cameras';
const ROWS = 60;
const PAN = 0;
/** Two cameras are opened one after the other. */
const CAMERAS_MS = 30_000;

test.use({
	browserArgs: ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=device-count=2,fps=30']
});

/**
 * Records until an episode is long enough and nothing ended it: a machine that is busy elsewhere may lock the arm, and a person
 * discards what that cut off.
 */
async function recordWhole(pupil: ConnectPage, rig: Rig): Promise<EpisodeCountsSeen> {
	for (let attempt = 1; ; attempt++) {
		await pupil.drive(rig);
		await pupil.lab.button('record_start').click();
		await pupil.lab.nudge(PAN, 'PageUp', 1);
		const { recording, report } = await pupil.lab.until(
			({ recording: { now }, report: { status } }) =>
				(now.state === 'recording' && now.counts.frames >= ROWS) ||
				now.state === 'review' ||
				(now.state === 'idle' && status !== 'armed'),
			`${ROWS} rows`,
			60_000
		);
		if (recording.now.state === 'recording') {
			const counts = await pupil.lab.stopRecording();
			const { now } = (await pupil.lab.snapshot()).recording;
			if (now.state === 'review' && now.interrupted === null) return counts;
		}
		if (attempt === 4) throw new Error(`no whole episode: ${JSON.stringify({ recording, report })}`);
		if ((await pupil.lab.snapshot()).recording.now.state === 'review') await pupil.lab.decide('discard');
	}
}

test('an episode with two device cameras: as many rows and pictures in the download as the page counted', async ({
	lab,
	rig,
	site
}) => {
	test.setTimeout(180_000);
	await rig.port('leader', { do: 'unplug' });
	await answerChooser(lab);
	const page = await lab.newPage();
	const pupil = await ConnectPage.open(page, site.url);
	await pupil.connect();
	await pupil.lab.button('camera_panel_title').click();
	for (const role of ['top', 'wrist'])
		await expect(page.locator(`[data-camera="${role}"][data-condition="live"]`)).toBeVisible({
			timeout: CAMERAS_MS
		});
	await pupil.lab.button('connect_do_close').click();
	await pupil.lab.setTask(TASK);

	const before = (await rig.state('follower')).pose[PAN] ?? Number.NaN;
	const counts = await recordWhole(pupil, rig);
	// One step of the slider is 10 degrees; gravity and stiction keep a little of it.
	expect(Math.abs(((await rig.state('follower')).pose[PAN] ?? before) - before)).toBeGreaterThan(8);
	expect(counts.cameras.map(({ name }) => name)).toEqual(['top', 'wrist']);
	await pupil.lab.decide('keep');
	const { datasets } = await pupil.lab.until(({ recording }) => recording.keptEpisodes === 1, 'one episode');
	expect(datasets.find(({ active }) => active)).toMatchObject({ simulated: false });

	await pupil.lab.show('datasets');
	const download = await pupil.lab.download(pupil.lab.dataset(TASK));
	const folder = download.suggestedFilename().replace(/\.zip$/, '');
	const tree = await storedZipTree(new Blob([await readFile(await download.path())]), folder);
	// Rows of the table and samples of both videos are counted in the files themselves.
	expect(await validateTree(tree)).toEqual({ episodes: 1, frames: counts.frames, problems: [] });
	const videos = (await tree.list()).filter((path) => path.endsWith('.mp4'));
	expect(videos.map((path) => path.split('/')[1])).toEqual([
		'observation.images.top',
		'observation.images.wrist'
	]);
	const rows = [`${counts.frames} rows at ${counts.achievedFps?.toFixed(1) ?? '-'}/s`];
	for (const { name, dup, skip, encoderDrop } of counts.cameras)
		rows.push(`${name}: doubled ${dup}, skipped ${skip}, dropped ${encoderDrop}`);
	test.info().annotations.push({ type: 'figure', description: rows.join('; ') });
});
