// A policy over the rows of a dataset, twice each: from the pictures as they were before the codec, through the one frameToTensor,
// and from the pictures as LeRobot decodes them. The product's engine computes; what PyTorch says of it is judged elsewhere.

import { frameToTensor, i420Size } from '$lib/camera';
import type { PolicyManifest } from '$lib/contracts';
import { createWallScheduler } from '$lib/core';
import { openFarRuntime, type FarRuntime } from '$lib/inference/run';
import { workerLine } from '$lib/lab/hosts/infer-device';
import { spawnWorker } from '$lib/lab/spawn-worker';
import engineUrl from './engine.worker.ts?worker&url';
import type { OpenWish, ParityAnswer, ParityRow } from './names';
import { loadable, type Wired } from './wired';

/** Only so that something that hangs is named. */
const LIMIT_MS = 600_000;

interface Open {
	readonly manifest: PolicyManifest;
	readonly runtime: FarRuntime;
	/** INFER has the same policy open. */
	readonly wired: Wired;
}

function base64(values: Float32Array): string {
	const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
	const pieces: string[] = [];
	for (let at = 0; at < bytes.length; at += 0x8000)
		pieces.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
	return btoa(pieces.join(''));
}

function joined(parts: readonly Float32Array[]): Float32Array {
	const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		all.set(part, at);
		at += part.length;
	}
	return all;
}

async function bytesOf(url: string): Promise<ArrayBuffer> {
	const response = await fetch(url);
	if (!response.ok) throw new Error(`${url}: ${response.status}`);
	return response.arrayBuffer();
}

/** Per camera [3 * height * width]. */
function split({ cameras }: PolicyManifest, all: Float32Array): Float32Array[] {
	let at = 0;
	return cameras.map(({ width, height }) => all.slice(at, (at += 3 * width * height)));
}

async function recordedTensors(manifest: PolicyManifest, url: string): Promise<Float32Array[]> {
	const bytes = await bytesOf(url);
	if (url.endsWith('.f32')) return split(manifest, new Float32Array(bytes));
	return split(
		manifest,
		Float32Array.from(new Uint8Array(bytes), (step) => step / 255)
	);
}

async function chunkOf(
	runtime: FarRuntime,
	state: Float32Array,
	images: Float32Array[]
): Promise<Float32Array> {
	const ran = await runtime.run({ tick: 0, state, images });
	if (!ran.ok) throw new Error(`${ran.error.code}: ${ran.error.detail}`);
	return ran.value.actions;
}

async function throughInfer(
	{ manifest, wired }: Open,
	{ rawSize }: ParityRow,
	state: Float32Array,
	planes: readonly Uint8Array[]
): Promise<Float32Array> {
	const t = performance.now();
	for (const [at, { name }] of manifest.cameras.entries())
		wired.show(name, { ...rawSize, data: (planes[at] ?? new Uint8Array()).slice() }, t);
	const answer = await wired.ask(state, t);
	if (answer.ch !== 'policy-chunk') throw new Error(`INFER answered ${JSON.stringify(answer)}`);
	return answer.body.actions;
}

async function live(open: Open, row: ParityRow, url: string): Promise<ParityAnswer['live']> {
	const { manifest, runtime } = open;
	const state = Float32Array.from(row.state);
	const all = new Uint8Array(await bytesOf(url));
	const size = i420Size(row.rawSize.width, row.rawSize.height);
	const planes = manifest.cameras.map((_, at) => all.subarray(at * size, (at + 1) * size));
	const images = manifest.cameras.map((camera, at) =>
		frameToTensor({ ...row.rawSize, data: planes[at] ?? new Uint8Array() }, camera)
	);
	const tensors = row.tensors ? base64(joined(images)) : null;
	const infer = await throughInfer(open, row, state, planes);
	const chunk = await chunkOf(runtime, state, images);
	const inferSame = infer.length === chunk.length && infer.every((value, at) => Object.is(value, chunk[at]));
	return { chunk: base64(chunk), inferSame, tensors };
}

/** @param infer with the policy that is to be compared opened in it, on the same backend and threads */
export function createParity(infer: () => Promise<Wired>) {
	let opened: Open | null = null;
	return {
		async open({ what, precision, backend, threads }: OpenWish): Promise<void> {
			await opened?.runtime.close();
			const { manifest, model } = await loadable(what, precision);
			if (backend === 'auto' || threads === null || !(model instanceof Blob))
				throw new TypeError('one backend, one number of threads, one package');
			const answer = await openFarRuntime(workerLine(spawnWorker(engineUrl, 'policy-engine')), {
				...{ manifest, model, precision, backend, threads },
				...{ openLimitMs: LIMIT_MS, runLimitMs: LIMIT_MS, scheduler: createWallScheduler() }
			});
			if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.detail}`);
			opened = { manifest, runtime: answer.value, wired: await infer() };
		},

		async row(row: ParityRow): Promise<ParityAnswer> {
			if (opened === null) throw new TypeError('open first');
			const { manifest, runtime } = opened;
			const images = await recordedTensors(manifest, row.recorded);
			const recorded = base64(await chunkOf(runtime, Float32Array.from(row.state), images));
			return { recorded, live: row.live === null ? null : await live(opened, row, row.live) };
		}
	};
}
