// The one door to jax-js (`@jax-js/jax`, 0.1.x, one maintainer): what this room uses of it, and how it is started. Loaded on
// demand, in the TRAINING worker only.
//
// [Note: one thread] jax-js starts a pool of workers of its own, from text, wherever it finds both shared memory and
// `Worker`. The page's policy forbids code made of text, and training is to leave the other cores to the arm. So `Worker` is
// hidden from the whole TRAINING worker, and jax-js computes on the thread that asks. That needs no shared memory either.
//
// [Note: ownership] An operation of jax-js consumes its operands; `.ref` makes one more. Every function here that takes an
// array consumes it, as jax-js' own do.

import type * as JaxModule from '@jax-js/jax';

export type Jax = typeof JaxModule;
export type Tensor = JaxModule.Array;

let opened: Promise<Jax> | null = null;

/** Loads jax-js once and makes its WASM backend the default one. Rejects where the browser cannot run it. */
export function openJax(): Promise<Jax> {
	opened ??= open();
	return opened;
}

async function open(): Promise<Jax> {
	// For good: the backend asks again for every kernel it writes, and the answer has to stay the same.
	Object.defineProperty(globalThis, 'Worker', { value: undefined, configurable: true });
	const jax = await import('@jax-js/jax');
	await jax.init('wasm');
	jax.defaultDevice('wasm');
	return jax;
}

/** SIMD of WebAssembly, which every kernel uses: a module of one function with one vector instruction. */
export function hasWasmSimd(): boolean {
	const module = [
		0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15
	];
	return WebAssembly.validate(Uint8Array.from([...module, 253, 98, 11]));
}
