// What INFER and the engine (the worker in which one model runs) say to each other. Types only.

import type { PolicyFailure, PolicyManifest, PolicyObservation, PolicyPrecision } from '$lib/contracts';
import type { LocalBackend } from './ort-module';
import type { OpenFailure } from './ort-runtime';

export type ToEngine =
	| {
			readonly do: 'open';
			readonly manifest: PolicyManifest;
			/** ONNX. A Blob is handed over without its bytes. */
			readonly model: Blob;
			readonly precision: PolicyPrecision;
			readonly backend: LocalBackend;
			readonly threads: number;
	  }
	| { readonly do: 'run'; readonly id: number; readonly observation: PolicyObservation };

export type FromEngine =
	| { readonly did: 'open' }
	| ({ readonly did: 'refuse' } & OpenFailure)
	/** `actions` [chunk_size * N], transferred. `runMs` is the model's own time. */
	| { readonly did: 'run'; readonly id: number; readonly actions: Float32Array; readonly runMs: number }
	| ({ readonly did: 'fail'; readonly id: number } & PolicyFailure)
	/** Told whether anything runs or not. */
	| { readonly did: 'lose'; readonly detail: string };

/** The far end of an engine: a Worker, or a port in a test. */
export interface EngineLine {
	postMessage(message: ToEngine): void;
	/** Called with whatever the engine says. */
	onMessage: ((message: FromEngine) => void) | null;
	/** Called when the engine itself broke. */
	onBroken: ((detail: string) => void) | null;
	/** The engine is gone at once, whatever it does; its memory is free. */
	terminate(): void;
}
