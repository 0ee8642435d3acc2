// What we check of a recording ourselves before LeRobot sees it, because only we know how it came about: that the page's
// counts are those of the files, that state and pictures of a row were taken at the same instant, and that a row's picture
// really shows the arm in the row's state (drawn anew from the state and compared with the decoded video, against the
// pictures before and after). Also writes what the judge shall expect.

import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { planesOf, readFrameNumber, rgbaToI420 } from '$lib/camera';
import { SO101, so101ToRad } from '$lib/contracts';
import { validateTree, type TreeReader } from '$lib/dataset';
import { ffmpeg } from '$lib/dataset/testing/ffmpeg';
import { createCameraRenderer } from '$lib/scene/camera-renderer';
import { loadMujoco, MujocoPlant, PickPlaceTask } from '$lib/sim/mujoco';
import { armPoses, PICK_PLACE_SCENE } from '$lib/sim/so101-model';
import { SEED, type Recorded } from './record';

export interface Finding {
	readonly what: string;
	readonly problems: readonly string[];
	/** Figures worth printing. */
	readonly note?: string;
}

interface Row {
	readonly state: readonly number[];
	/** Seconds: of the state, then of each camera. */
	readonly captureTime: readonly number[];
}

const CAMERAS = ['top', 'wrist'] as const;
const SIZE = { width: 320, height: 240 } as const;
const FPS = 30;
/** One tick of the lab clock: picture and state of a row may differ by that, not more. */
const TICK_S = 1 / 210;
const LEAST_RANGE = 8;
/** Rows per episode whose picture is drawn anew: those in which the arm moves fastest. */
const DRAWN_ROWS = 24;
const SHIFTS = [-2, -1, 0, 1, 2] as const;
/** Mean difference of luma (of 219) that encoding may cost. */
const CODING_LOSS = 4;
/** The neighbours' pictures must differ this many times as much. */
const CLEARLY = 1.5;

function folderTree(root: string): TreeReader {
	return {
		async list() {
			const entries = await readdir(root, { recursive: true, withFileTypes: true });
			const files = entries.filter((entry) => entry.isFile());
			return files
				.map((entry) =>
					join(entry.parentPath, entry.name)
						.slice(root.length + 1)
						.replaceAll(sep, '/')
				)
				.sort();
		},
		read: (path) => readFile(join(root, path))
	};
}

const fileNumber = (episode: number): string => String(episode).padStart(3, '0');

async function readRows(root: string, episode: number): Promise<Row[]> {
	const bytes = await readFile(join(root, `data/chunk-000/file-${fileNumber(episode)}.parquet`));
	const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
	const rows = await parquetReadObjects({ file, columns: ['observation.state', 'capture_time'] });
	return rows.map((row) => ({
		state: row['observation.state'] as number[],
		captureTime: row['capture_time'] as number[]
	}));
}

/** All pictures of one video, 4:2:0 as encoded. */
async function readPictures(root: string, camera: string, episode: number): Promise<Uint8Array[]> {
	const path = join(root, `videos/observation.images.${camera}/chunk-000/file-${fileNumber(episode)}.mp4`);
	const all = await ffmpeg(['-i', path, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-']);
	const size = (SIZE.width * SIZE.height * 3) / 2;
	return Array.from({ length: all.length / size }, (_, n) => all.subarray(n * size, (n + 1) * size));
}

function checkPage({ episodes, pageErrors }: Recorded): Finding {
	const problems = pageErrors.map((error) => `console: ${error}`);
	episodes.forEach(({ counts }, n) => {
		const lost = counts.cameras.reduce(
			(sum, { dup, skip, encoderDrop }) => sum + dup + skip + encoderDrop,
			0
		);
		if (lost + counts.failedTicks > 0) problems.push(`episode ${n}: ${JSON.stringify(counts)}`);
		if (Math.abs((counts.achievedFps ?? 0) - FPS) > 0.01)
			problems.push(`episode ${n}: ${counts.achievedFps} fps achieved`);
	});
	return { what: 'the page lost nothing: dup 0, skip 0, encoderDrop 0, failed 0, 30.0 fps', problems };
}

function checkMotion(episodes: readonly (readonly Row[])[]): Finding {
	const problems: string[] = [];
	episodes.forEach((rows, n) =>
		SO101.joints.forEach(({ name }, joint) => {
			const values = rows.map(({ state }) => state[joint] ?? Number.NaN);
			const range = Math.max(...values) - Math.min(...values);
			if (!(range >= LEAST_RANGE)) problems.push(`episode ${n}: ${name} moved by ${range.toFixed(1)} only`);
		})
	);
	return { what: `all six joints move by ${LEAST_RANGE} or more in every episode`, problems };
}

function checkTimes(episodes: readonly (readonly Row[])[]): Finding {
	const problems: string[] = [];
	let worst = 0;
	episodes.forEach((rows, n) => {
		const first = rows[0]?.captureTime[1] ?? Number.NaN;
		rows.forEach(({ captureTime: [state = NaN, top = NaN, wrist = NaN] }, k) => {
			worst = Math.max(worst, Math.abs(state - top));
			const due = first + k / FPS;
			if (!(Math.abs(top - due) < 1e-6 && Math.abs(wrist - due) < 1e-6))
				problems.push(`episode ${n} row ${k}: pictures at ${top} and ${wrist} s, due at ${due}`);
			if (!(Math.abs(state - top) <= TICK_S))
				problems.push(`episode ${n} row ${k}: state at ${state} s, pictures at ${top}`);
		});
	});
	return {
		what: 'state and pictures of a row are taken within one tick of the lab clock, rows 1/30 s apart',
		problems,
		note: `at most ${(worst * 1000).toFixed(2)} ms apart`
	};
}

/** Mean difference of luma below the painted strip. */
function difference(a: Uint8Array, b: Uint8Array): number {
	const from = (SIZE.height / 10 + 2) * SIZE.width;
	const to = SIZE.height * SIZE.width;
	let sum = 0;
	for (let i = from; i < to; i++) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0));
	return sum / (to - from);
}

function fastestRows(rows: readonly Row[]): number[] {
	const reach = Math.max(...SHIFTS);
	const speed = (k: number): number =>
		Math.hypot(...(rows[k]?.state.map((value, j) => value - (rows[k - 1]?.state[j] ?? value)) ?? []));
	return Array.from({ length: Math.max(0, rows.length - 2 * reach) }, (_, k) => k + reach)
		.sort((a, b) => speed(b) - speed(a))
		.slice(0, DRAWN_ROWS);
}

/** Draws the arm from the state of a row, with cube and target where the exercise puts them. */
async function createDrawing(): Promise<Draw> {
	const plant = new MujocoPlant(await loadMujoco());
	const task = new PickPlaceTask(plant, { resetArm: false });
	task.reset(SEED);
	const poses = task.poses().slice();
	const renderer = createCameraRenderer(PICK_PLACE_SCENE, SIZE, CAMERAS);
	return (camera, state) => {
		armPoses(so101ToRad(state), poses);
		return rgbaToI420(renderer.render(camera, poses).pixels, SIZE.width, SIZE.height);
	};
}

interface CameraSeen {
	readonly pictures: number;
	/** Painted numbers, null where none can be read. */
	readonly numbers: readonly (number | null)[];
	/** Mean difference to what the row's state looks like, per shift. */
	readonly means: readonly number[];
}

type Draw = (camera: string, state: readonly number[]) => Uint8Array;

async function see(
	root: string,
	camera: string,
	episode: number,
	rows: readonly Row[],
	draw: Draw
): Promise<CameraSeen> {
	const pictures = await readPictures(root, camera, episode);
	const chosen = fastestRows(rows);
	const sums = SHIFTS.map(() => 0);
	for (const k of chosen) {
		const own = planesOf({ ...SIZE, data: draw(camera, rows[k]?.state ?? []) }).y;
		SHIFTS.forEach((shift, i) => {
			const picture = pictures[k + shift];
			sums[i] = (sums[i] ?? 0) + (picture === undefined ? Number.NaN : difference(own, picture));
		});
	}
	return {
		pictures: pictures.length,
		numbers: pictures.map((data) => readFrameNumber({ ...SIZE, data })),
		means: sums.map((sum) => sum / chosen.length)
	};
}

/** Every camera of every episode, in order. */
type Seen = readonly (readonly CameraSeen[])[];

function checkLengths(recorded: Recorded, rows: readonly (readonly Row[])[], seen: Seen): Finding {
	const problems = recorded.episodes.flatMap(({ counts }, n) => {
		const lengths = [rows[n]?.length, ...(seen[n] ?? []).map(({ pictures }) => pictures)];
		return lengths.every((length) => length === counts.frames)
			? []
			: [`episode ${n}: ${counts.frames} on the page, ${lengths.join(', ')} in data and videos`];
	});
	return { what: 'as many rows and pictures as the page counted', problems };
}

function checkNumbers(seen: Seen): Finding {
	const problems: string[] = [];
	let next = 0;
	seen.forEach((cameras, n) => {
		const first = cameras[0]?.numbers[0] ?? -1;
		if (first < next) problems.push(`episode ${n} begins with picture ${first}, ${next} or more is due`);
		cameras.forEach(({ numbers }, c) =>
			numbers.forEach((number, k) => {
				if (number !== first + k)
					problems.push(`episode ${n} row ${k}: ${CAMERAS[c]} shows ${number}, ${first + k} is due`);
			})
		);
		next = first + (cameras[0]?.pictures ?? 0);
	});
	return { what: 'every picture carries the next number, the same in both cameras', problems };
}

function checkShown(seen: Seen): Finding {
	const problems: string[] = [];
	const middle = SHIFTS.indexOf(0);
	let worst = 0;
	let nearest = Number.POSITIVE_INFINITY;
	seen.forEach((cameras, n) =>
		cameras.forEach(({ means }, c) => {
			const own = means[middle] ?? Number.NaN;
			const beside = Math.min(...means.filter((_, i) => i !== middle));
			worst = Math.max(worst, own);
			nearest = Math.min(nearest, beside / own);
			if (!(own < CODING_LOSS && CLEARLY * own < beside))
				problems.push(`episode ${n}: ${CAMERAS[c]}: ${means.map((mean) => mean.toFixed(2)).join(' ')}`);
		})
	);
	return {
		what: "a row's picture shows the arm in that row's state, and not in its neighbour's",
		problems,
		note: `luma differs by ${worst.toFixed(2)} of 219 at most; next to it by ${nearest.toFixed(1)} times as much or more`
	};
}

function expectation(recorded: Recorded, seen: Seen): object {
	return {
		version: 1,
		episodes: recorded.episodes.map(({ task, counts }, n) => ({
			length: counts.frames,
			task,
			painted: Object.fromEntries(
				CAMERAS.map((camera, c) => [
					`observation.images.${camera}`,
					{ offset: seen[n]?.[c]?.numbers[0] ?? -1 }
				])
			)
		})),
		// The one column whose value at every row is known beforehand: the capture time of the state.
		joint: { feature: 'capture_time', index: 0, from: 'row', start: 0, slope: 1 / FPS, tolerance: TICK_S },
		columns: ['capture_time']
	};
}

export interface Examined {
	readonly findings: readonly Finding[];
	/** What conformance/judge_dataset.py takes as --expect. */
	readonly expect: object;
}

/** Examines the unpacked dataset at `root`. */
export async function examine(root: string, recorded: Recorded): Promise<Examined> {
	const draw = await createDrawing();
	const rows = await Promise.all(recorded.episodes.map((_, n) => readRows(root, n)));
	const seen: CameraSeen[][] = [];
	for (const [n, episode] of rows.entries()) {
		const cameras: CameraSeen[] = [];
		for (const camera of CAMERAS) cameras.push(await see(root, camera, n, episode, draw));
		seen.push(cameras);
	}
	const { problems } = await validateTree(folderTree(root));
	const own = problems.map(({ path, problem }) => `${path}: ${problem}`);
	const findings = [
		checkPage(recorded),
		{ what: 'our own validator finds the tree whole', problems: own },
		checkLengths(recorded, rows, seen),
		checkNumbers(seen),
		checkMotion(rows),
		checkTimes(rows),
		checkShown(seen)
	];
	return { findings, expect: expectation(recorded, seen) };
}
