// The same ONNX Runtime and nothing of ours: what a run costs by itself, for the bench.

import { expose } from 'comlink';
import type * as Ort from 'onnxruntime-web/wasm';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import entryUrl from 'onnxruntime-web/wasm?url';

interface Input {
	readonly name: string;
	readonly shape: readonly number[];
	readonly data: Float32Array;
}

let session: Ort.InferenceSession | null = null;
let feeds: Record<string, Ort.Tensor> = {};

const worker = {
	async open(model: Blob, inputs: readonly Input[], threads: number): Promise<void> {
		const here = self.location.href;
		const ort = (await import(/* @vite-ignore */ new URL(entryUrl, here).href)) as typeof Ort;
		ort.env.wasm.wasmPaths = { wasm: new URL(wasmUrl, here).href };
		ort.env.wasm.numThreads = threads;
		session = await ort.InferenceSession.create(new Uint8Array(await model.arrayBuffer()), {
			executionProviders: ['wasm'],
			graphOptimizationLevel: 'all'
		});
		feeds = Object.fromEntries(
			inputs.map(({ name, data, shape }) => [name, new ort.Tensor('float32', data, shape)])
		);
		await session.run(feeds);
	},

	/** Times of so many runs, ms. */
	async run(times: number): Promise<number[]> {
		const tookMs: number[] = [];
		for (let k = 0; k < times; k++) {
			const startMs = performance.now();
			await session?.run(feeds, ['action']);
			tookMs.push(performance.now() - startMs);
		}
		return tookMs;
	}
};

export type BareWorker = typeof worker;

expose(worker);
