// ONNX Runtime's WASM in Node, for tests and evaluation: the same build that the browser runs, on one thread.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { LoadOrt, OrtModule } from '../ort-module';

const require = createRequire(import.meta.url);

/** Rejects for anything but WASM: Node has no WebGPU here. */
export const loadOrtInNode: LoadOrt = async (backend) => {
	if (backend !== 'wasm') throw new TypeError(`no ${backend} in Node`);
	const ort: OrtModule = await import('onnxruntime-web/wasm');
	// It would fetch a file address, which Node does not.
	ort.env.wasm.wasmBinary = await readFile(require.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
	ort.env.wasm.numThreads = 1;
	ort.env.logLevel = 'error';
	return ort;
};
