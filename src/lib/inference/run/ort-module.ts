// The one place that knows where ONNX Runtime's own files are: hashed files of our own origin, fetched when a policy is
// opened and never before. Two entries, never the default one: `/wasm` is smaller and faster on the processor, `/webgpu`
// has the native WebGPU provider.
//
// [Note: threads] The number of threads is fixed when ONNX Runtime first starts in a realm and cannot be changed there.
// Whoever wants another number needs another worker (far-runtime.ts).

import type { Env, InferenceSession, Tensor } from 'onnxruntime-web';
import asyncifyModuleUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import asyncifyUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import plainModuleUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import plainUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

export type LocalBackend = 'wasm' | 'webgpu';

/** What is used of ONNX Runtime's module. */
export interface OrtModule {
	readonly env: Env;
	readonly InferenceSession: {
		create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
	};
	readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => Tensor;
}

/** Starts ONNX Runtime in this realm. Rejects when its files cannot be had. */
export type LoadOrt = (backend: LocalBackend, threads: number) => Promise<OrtModule>;

const FILES = {
	wasm: { wasm: plainUrl, mjs: plainModuleUrl },
	webgpu: { wasm: asyncifyUrl, mjs: asyncifyModuleUrl }
} as const;

export const loadOrt: LoadOrt = async (backend, threads) => {
	const ort: OrtModule =
		backend === 'wasm' ? await import('onnxruntime-web/wasm') : await import('onnxruntime-web/webgpu');
	const { wasm, mjs } = FILES[backend];
	// Both must be absolute: a worker's script lies in another folder than its assets.
	const here = globalThis.location.href;
	ort.env.wasm.wasmPaths = { wasm: new URL(wasm, here).href, mjs: new URL(mjs, here).href };
	ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? threads : 1;
	ort.env.logLevel = 'error';
	return ort;
};
