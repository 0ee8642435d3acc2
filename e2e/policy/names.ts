// What the runner of the policy specs and their page share: which runtimes there are, what is asked, what is told. Plain data.

import type { PolicyPrecision } from '../../src/lib/contracts/policy';

export const RUNTIMES = [
	'scripted',
	'WASM, in its own thread',
	'WASM, two threads, in an engine',
	'WebGPU, in an engine'
] as const;

export type RuntimeName = (typeof RUNTIMES)[number];

export interface SuiteReport {
	readonly cases: readonly string[];
	/** One line per case that failed. */
	readonly failures: readonly string[];
}

export interface OpenWish {
	/** The small net of the contract, or the address of a package. */
	readonly what: 'look' | { readonly url: string };
	readonly precision: PolicyPrecision;
	/** `auto` measures. */
	readonly backend: 'auto' | 'wasm' | 'webgpu';
	/** Taken without measuring; null measures. */
	readonly threads: number | null;
	/** WebGPU of a browser without a graphics card is emulated, which the product leaves alone. */
	readonly emulatedGpu: boolean;
}

export interface OpenReport {
	readonly problem: string | null;
	readonly backend: string;
	readonly threads: number;
	readonly reason: string;
	/** `wasm 1: 12.3 ms` or why not. */
	readonly measured: readonly string[];
	readonly largestDifference: number;
	readonly medianMs: number;
	readonly readyMs: number;
	readonly weightBytes: number;
	/** How long the actions of one chunk last. */
	readonly chunkMs: number;
}

/** One row of a dataset as the page fetches it. */
export interface ParityRow {
	/** Of the joints, dataset units, as a float32 holds them. */
	readonly state: readonly number[];
	/** Planes of all cameras one after the other, as they were before the codec, 4:2:0 at `rawSize`; null: none kept. */
	readonly live: string | null;
	readonly rawSize: { readonly width: number; readonly height: number };
	/** Tensors of all cameras one after the other; `.u8` in steps of 1/255, `.f32` as they are. */
	readonly recorded: string;
	/** Whether the tensors of the live pictures are wanted back. */
	readonly tensors: boolean;
}

/** Everything float32, little-endian, base64. */
export interface ParityAnswer {
	/** Chunk from the recorded tensors. */
	readonly recorded: string;
	readonly live: null | {
		readonly chunk: string;
		/** INFER, given the same planes as RENDER gives them, answers the same chunk to the last bit. */
		readonly inferSame: boolean;
		readonly tensors: string | null;
	};
}

export interface LossReport {
	/** Channels of the answers, in order, from the loss to the first chunk. */
	readonly answers: readonly string[];
	/** Failure codes and wait reasons among them. */
	readonly reasons: readonly string[];
	/** Of the events that the page was told. */
	readonly stages: readonly string[];
	/** From the loss to the first chunk, ms. */
	readonly tookMs: number;
}
