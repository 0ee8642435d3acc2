// The one place that knows where ONNX Runtime's own files are: hashed files of our own origin, fetched when a policy is
// opened and never before. Two entries, never the default one: `/wasm` is smaller and faster on the processor, `/webgpu`
// has the native WebGPU provider.
//
// [Note: as they are] The entries are not bundled but served as files: ONNX Runtime starts its threads from its own entry, and
// files that keep their name can be told apart by who decides what a first visit fetches (src/service-worker).
//
// [Note: threads] The number of threads is fixed when ONNX Runtime first starts in a realm and cannot be changed there.
// Whoever wants another number needs another worker (far-runtime.ts).

import type { Env, InferenceSession, Tensor } from 'onnxruntime-web';
import asyncifyUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import plainUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import plainEntryUrl from 'onnxruntime-web/wasm?url';
import webgpuEntryUrl from 'onnxruntime-web/webgpu?url';

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
	wasm: { entry: plainEntryUrl, wasm: plainUrl },
	webgpu: { entry: webgpuEntryUrl, wasm: asyncifyUrl }
} as const;

export const loadOrt: LoadOrt = async (backend, threads) => {
	// Absolute: a worker's script lies in another folder than its assets.
	const urlOf = (path: string): string => new URL(path, globalThis.location.href).href;
	const { entry, wasm } = FILES[backend];
	const ort = (await import(/* @vite-ignore */ urlOf(entry))) as OrtModule;
	ort.env.wasm.wasmPaths = { wasm: urlOf(wasm) };
	ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? threads : 1;
	ort.env.logLevel = 'error';
	return ort;
};
