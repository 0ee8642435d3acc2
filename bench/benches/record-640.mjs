// What a machine can record: two 640x480 pattern cameras at 30 fps; a picture the encoder cannot take in time is a drop.
import { withChromium } from '../lib/chromium.mjs';
import { figure, round, verdict } from '../lib/figures.mjs';

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
	const seconds = quick ? 10 : 60;
	const found = await withChromium(async (browser) => {
		await browser.recorder('clean', 'none');
		const before = await browser.cpuSeconds();
		const result = await browser.recorder('record', { seat: 'bench-640', seconds, width: 640, height: 480 });
		return { ...result, cpuSeconds: (await browser.cpuSeconds()) - before };
	});
	if ('missing' in found)
		return [figure({ id: 'record-640', what: `recording: ${found.missing}`, verdict: 'skipped' })];
	const drops = found.cameras.map((/** @type {{ encoderDrop: number }} */ camera) => camera.encoderDrop);
	const dup = found.cameras.map((/** @type {{ dup: number }} */ camera) => camera.dup);
	return [
		figure({
			id: 'record-640.drops',
			what: 'encoderDrop, two 640x480 pattern cameras at 30 fps',
			ours: `${drops.join(' + ')} (dup ${dup.join(' + ')}), ${found.frames} rows at ${round(found.achievedFps, 2)} fps, ${round(found.cpuSeconds / seconds)} cores`,
			goal: '0',
			n: `${seconds} s`,
			verdict: verdict(
				drops.every((/** @type {number} */ value) => value === 0) && found.frames >= seconds * 30 - 2
			),
			counts: true,
			detail: found
		})
	];
}
