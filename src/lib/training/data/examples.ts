// What a training learns from, in memory: pictures as bytes, cut into patches once, and rows of state and action. Pictures
// never become floats here; a batch does that for the few it takes. Knows rows; knows no store, no codec and no network.

import { patchesOf, patchValuesOf, type NetShape } from '../net/shape';

/** One episode at the policy's rate. */
export interface EpisodeExamples {
	readonly rows: number;
	/** Per camera [rows, patches, 3 * patchPx * patchPx], RGB bytes. */
	readonly pictures: readonly Uint8Array[];
	/** [rows, joints], dataset units. */
	readonly state: Float32Array;
	readonly action: Float32Array;
}

/** What all episodes have in common, and what the package says of them. */
export interface ExampleFacts {
	readonly dataset: string;
	readonly task: string;
	readonly robotType: string;
	readonly simulated: boolean;
	/** LeRobot's names without `.pos`. */
	readonly jointNames: readonly string[];
	/** Rows per second. */
	readonly fps: number;
	readonly calibrationFingerprints: readonly string[];
	/** Left out because nothing moved in them. */
	readonly motionless: number;
}

export interface Examples {
	readonly shape: NetShape;
	readonly facts: ExampleFacts;
	readonly episodes: readonly EpisodeExamples[];
	/** SHA-256 over the SHA-256 of every episode's bytes, lower-case hex. */
	readonly fingerprint: string;
}

export const rowsOf = (episodes: readonly EpisodeExamples[]): number =>
	episodes.reduce((sum, { rows }) => sum + rows, 0);

export const bytesPerRow = (shape: NetShape): number =>
	shape.cameras.length * patchesOf(shape) * patchValuesOf(shape) + 8 * shape.joints;

/** Position in the picture [3, size, size] of every byte of the patches [patches, 3, patchPx, patchPx], as net.py's to_patches. */
export function patchOrder(shape: NetShape): Int32Array {
	const { sizePx, patchPx } = shape;
	const grid = sizePx / patchPx;
	const order = new Int32Array(3 * sizePx * sizePx);
	let at = 0;
	for (let row = 0; row < grid; row++)
		for (let column = 0; column < grid; column++)
			for (let channel = 0; channel < 3; channel++)
				for (let y = 0; y < patchPx; y++)
					for (let x = 0; x < patchPx; x++)
						order[at++] = (channel * sizePx + row * patchPx + y) * sizePx + column * patchPx + x;
	return order;
}

/** Writes picture [3, size, size] as patches to `out` at row `row`. */
export function writePatches(picture: Uint8Array, order: Int32Array, out: Uint8Array, row: number): void {
	const start = row * order.length;
	for (let k = 0; k < order.length; k++) out[start + k] = picture[order[k] ?? 0] ?? 0;
}

/** The picture [3, size, size] of row `row`. */
export function readPicture(patches: Uint8Array, order: Int32Array, row: number): Uint8Array<ArrayBuffer> {
	const picture = new Uint8Array(order.length);
	const start = row * order.length;
	for (let k = 0; k < order.length; k++) picture[order[k] ?? 0] = patches[start + k] ?? 0;
	return picture;
}

const hex = (digest: ArrayBuffer): string =>
	Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');

export async function sha256(bytes: Uint8Array): Promise<string> {
	return hex(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
}

const bytesOf = (values: Float32Array): Uint8Array =>
	new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Of everything that is learned from, in order. */
export async function fingerprintOf(episodes: readonly EpisodeExamples[]): Promise<string> {
	const lines: string[] = [];
	for (const { pictures, state, action } of episodes)
		for (const part of [...pictures, bytesOf(state), bytesOf(action)]) lines.push(await sha256(part));
	return sha256(new TextEncoder().encode(lines.join('\n')));
}
