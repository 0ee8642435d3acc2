// Has a camera moved since the training? What stands still in the training's pictures is laid over what stands still now, and
// slid until the two agree best. Whatever moves within either (the arm, what it carries) is left out. Knows pictures; knows no
// verdict and no words.
//
// [Note: what it cannot see] A turn of the camera shows as a slide only in part, and a move along its line of sight hardly at
// all. A camera on the arm shows another view at every instant: nothing stands still in it, and nothing is said of it.

/** One brightness per pixel, row by row, 0..255. */
export interface LumaPicture {
	readonly width: number;
	readonly height: number;
	readonly luma: Float32Array;
}

/** What stands still in many pictures of one camera. */
export interface Background extends LumaPicture {
	/** 1 where at least half of the pictures agree. */
	readonly still: Uint8Array;
}

export interface CameraShift {
	/** Where the training's background is found now, pixels of these pictures: right and down are positive. */
	readonly dx: number;
	readonly dy: number;
	/** Length of that, share of the picture's width. */
	readonly share: number;
	/** Mean disagreement at edges, levels of 255: slid like that, and as they lie. */
	readonly bestLevels: number;
	readonly asTheyLieLevels: number;
}

/** Why nothing can be said of this camera. */
export type ShiftUnjudged =
	/** Most of the picture changes while the arm moves: a camera that looks past the arm it rides on, or a shaking one. */
	| 'moves_along'
	/** Nothing that stands still has an edge to hold on to, or the arm hides it in the episode. */
	| 'no_edges';

/** A pixel nearer than this to its middle value agrees with it, levels. */
const REST_LEVELS = 8;
/** Share of the pictures that have to agree. */
const REST_SHARE = 0.5;
/** Share of the pixels that have to be background. */
const STILL_SHARE = 0.4;
/** Difference to a neighbour that makes an edge, levels. */
const EDGE_LEVELS = 8;
/** Pixels with an edge that are needed. */
const LEAST_EDGES = 20;
/** Share of them that has to be seen for a slide to be believed. */
const IN_VIEW_SHARE = 0.6;
/** Disagreement beyond this is another thing lying there: it counts as this much. */
const OTHER_LEVELS = 24;
/** As far as it is slid, share of the width, and in which steps at last, pixels. */
const REACH_SHARE = 0.25;
const STEP_PX = 0.25;
/** So many whole-pixel slides are looked at more finely. */
const REFINED = 6;

/** RGB channels first, 0..255 -> brightness. */
export function lumaOf(bytes: Uint8Array, width: number, height: number): LumaPicture {
	const pixels = width * height;
	const luma = Float32Array.from(
		{ length: pixels },
		(_, at) =>
			0.299 * (bytes[at] ?? 0) + 0.587 * (bytes[pixels + at] ?? 0) + 0.114 * (bytes[2 * pixels + at] ?? 0)
	);
	return { width, height, luma };
}

/** Per pixel the middle value of all pictures, and whether at least half of them agree with it. */
export function backgroundOf(pictures: readonly LumaPicture[]): Background {
	const { width = 0, height = 0 } = pictures[0] ?? {};
	const luma = new Float32Array(width * height);
	const still = new Uint8Array(width * height);
	const values = new Float32Array(pictures.length);
	for (let at = 0; at < luma.length; at++) {
		for (const [n, picture] of pictures.entries()) values[n] = picture.luma[at] ?? 0;
		values.sort();
		const middle = values[pictures.length >> 1] ?? 0;
		let agree = 0;
		for (const value of values) if (Math.abs(value - middle) <= REST_LEVELS) agree++;
		luma[at] = middle;
		still[at] = agree >= REST_SHARE * pictures.length ? 1 : 0;
	}
	return { width, height, luma, still };
}

/**
 * How far the camera's view slid between two backgrounds of the same size. Light that grew or fell evenly is taken out before.
 * @param now of pictures spread over the episode
 */
export function cameraShift(training: Background, now: Background): CameraShift | ShiftUnjudged {
	const { width, height } = training;
	const atRest = now.still.reduce((sum, one) => sum + one, 0);
	if (atRest < STILL_SHARE * width * height) return 'moves_along';
	const edges = edgePixels(training);
	if (edges.length < LEAST_EDGES) return 'no_edges';
	const light = lighter(training, now);
	const live = { ...now, luma: now.luma.map((value) => value - light) };
	const asTheyLie = disagreement(training, live, edges, 0, 0);
	if (asTheyLie === null) return 'no_edges';
	const levelsAt = (dx: number, dy: number): number =>
		disagreement(training, live, edges, dx, dy) ?? OTHER_LEVELS;
	const best = search(Math.round(REACH_SHARE * width), { levels: asTheyLie, dx: 0, dy: 0 }, levelsAt);
	const share = Math.hypot(best.dx, best.dy) / width;
	return { dx: best.dx, dy: best.dy, share, bestLevels: best.levels, asTheyLieLevels: asTheyLie };
}

interface Slide {
	readonly levels: number;
	readonly dx: number;
	readonly dy: number;
}

/** Whole pixels first, then finer around the best few of them. */
function search(reach: number, still: Slide, levelsAt: (dx: number, dy: number) => number): Slide {
	const coarse: Slide[] = [still];
	for (let dy = -reach; dy <= reach; dy++)
		for (let dx = -reach; dx <= reach; dx++) coarse.push({ levels: levelsAt(dx, dy), dx, dy });
	coarse.sort(nearerFirst);
	let best = still;
	const steps = Math.round(1 / STEP_PX);
	for (const { dx, dy } of coarse.slice(0, REFINED))
		for (let v = -steps; v <= steps; v++)
			for (let u = -steps; u <= steps; u++) {
				const at = { dx: dx + u * STEP_PX, dy: dy + v * STEP_PX };
				const slide = { levels: levelsAt(at.dx, at.dy), ...at };
				if (nearerFirst(slide, best) < 0) best = slide;
			}
	return best;
}

/** Of two that agree alike, the smaller move is the one to believe. */
function nearerFirst(a: Slide, b: Slide): number {
	const apart = a.levels - b.levels;
	return Math.abs(apart) > 1e-9 ? apart : Math.hypot(a.dx, a.dy) - Math.hypot(b.dx, b.dy);
}

/** By how much it is lighter now, the middle over what stands still in both, levels. */
function lighter(training: Background, now: Background): number {
	const apart: number[] = [];
	for (const [at, still] of training.still.entries())
		if (still === 1 && now.still[at] === 1) apart.push((now.luma[at] ?? 0) - (training.luma[at] ?? 0));
	apart.sort((a, b) => a - b);
	return apart[apart.length >> 1] ?? 0;
}

/** Indices of background pixels beside an edge. */
function edgePixels({ width, height, luma, still }: Background): readonly number[] {
	const edges: number[] = [];
	for (let row = 1; row < height - 1; row++)
		for (let column = 1; column < width - 1; column++) {
			const at = row * width + column;
			const [left, right, up, down] = [at - 1, at + 1, at - width, at + width];
			if ([at, left, right, up, down].some((pixel) => still[pixel] !== 1)) continue;
			const steep = (a: number, b: number): boolean =>
				Math.abs((luma[a] ?? 0) - (luma[b] ?? 0)) > EDGE_LEVELS;
			if (steep(left, right) || steep(up, down)) edges.push(at);
		}
	return edges;
}

/** Mean of what they differ by at edges, each at most OTHER_LEVELS; what moves now has no say. Null: too few are in view. */
function disagreement(
	{ width, height, luma: before }: Background,
	{ luma: now, still }: Background,
	edges: readonly number[],
	dx: number,
	dy: number
): number | null {
	const [left, top] = [Math.floor(dx), Math.floor(dy)];
	const [u, v] = [dx - left, dy - top];
	let sum = 0;
	let count = 0;
	for (const at of edges) {
		const column = (at % width) + left;
		const row = Math.floor(at / width) + top;
		if (column < 0 || row < 0 || column + 1 >= width || row + 1 >= height) continue;
		const from = row * width + column;
		const below = from + width;
		if (still[from] !== 1 || still[from + 1] !== 1 || still[below] !== 1 || still[below + 1] !== 1) continue;
		const upper = (now[from] ?? 0) * (1 - u) + (now[from + 1] ?? 0) * u;
		const lower = (now[below] ?? 0) * (1 - u) + (now[below + 1] ?? 0) * u;
		const value = upper * (1 - v) + lower * v;
		sum += Math.min(Math.abs(value - (before[at] ?? 0)), OTHER_LEVELS);
		count++;
	}
	return count < IN_VIEW_SHARE * edges.length ? null : sum / count;
}
