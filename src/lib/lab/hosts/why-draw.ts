// Every finding with the picture that shows it: the training's beside the episode's. Knows where the pictures are; knows no
// threshold.

import type { I420Planes } from '$lib/camera';
import type { PolicyManifest, WhyFinding, WhyPicture } from '$lib/contracts';
import type { BareFinding } from '$lib/inference/why';
import type { EpisodeFrames } from '$lib/recorder';
import { overlayPng, pngOf } from './why-pictures';

interface Sources {
	readonly frames: EpisodeFrames;
	readonly manifest: PolicyManifest;
	/** Per camera of the manifest; empty where the package holds none. */
	readonly training: readonly Blob[];
	/** Per camera of the manifest, of the episode's first row. */
	readonly first: readonly I420Planes[];
}

export async function drawFindings(
	findings: readonly BareFinding[],
	sources: Sources
): Promise<readonly WhyFinding[]> {
	const drawn: WhyFinding[] = [];
	for (const finding of findings) drawn.push({ ...finding, pictures: await picturesFor(finding, sources) });
	return drawn;
}

async function picturesFor(finding: BareFinding, sources: Sources): Promise<readonly WhyPicture[]> {
	const { cameras } = sources.manifest;
	switch (finding.kind) {
		case 'start_unseen':
			return (await Promise.all(cameras.map((_, at) => beside(at, sources)))).flat();
		case 'camera_moved': {
			const at = cameras.findIndex(({ name }) => name === finding.camera);
			return beside(at, sources, true);
		}
		case 'gripper_late': {
			const expected = await atTime(finding.expectedS, 'expected', sources);
			return [...expected, ...(await atTime(finding.happenedS, 'happened', sources))];
		}
	}
}

/** The training's picture of one camera and the episode's first, and both in one if asked for. */
async function beside(
	at: number,
	{ manifest, training, first }: Sources,
	overlaid = false
): Promise<readonly WhyPicture[]> {
	const camera = manifest.cameras[at]?.name ?? '';
	const picture = first[at];
	const shown = training[at];
	const pictures: WhyPicture[] = [];
	if (shown !== undefined)
		pictures.push({ role: 'training', camera, atS: null, png: new Uint8Array(await shown.arrayBuffer()) });
	if (picture !== undefined) pictures.push({ role: 'now', camera, atS: 0, png: await pngOf(picture) });
	if (overlaid && shown !== undefined && picture !== undefined)
		pictures.push({ role: 'overlay', camera, atS: 0, png: await overlayPng(shown, picture) });
	return pictures;
}

/** What every camera of the policy showed at that time. */
async function atTime(
	atS: number,
	role: WhyPicture['role'],
	{ frames, manifest }: Sources
): Promise<readonly WhyPicture[]> {
	const { timesMs, count } = frames.rows;
	let row = 0;
	while (row < count - 1 && (timesMs[row] ?? Infinity) < 1000 * atS) row++;
	const pictures: WhyPicture[] = [];
	for (const { name } of manifest.cameras) {
		const camera = frames.meta.cameras.findIndex(({ info }) => info.name === name);
		for await (const picture of frames.pictures(camera, [row]))
			pictures.push({ role, camera: name, atS, png: await pngOf(picture) });
	}
	return pictures;
}
