// A policy's model in a worker of its own (the engine). The caller stays able to answer while a run blocks the engine, a run
// that takes too long ends with the engine, closing gives all its memory back at once, and every number of threads gets
// the fresh realm that ONNX Runtime wants. Knows no ONNX.

import type { PolicyFailure, PolicyManifest, PolicyPrecision, PolicyRuntime } from '$lib/contracts';
import { err, ok, type Result, type Scheduler } from '$lib/core';
import { createEnding } from './ending';
import type { EngineLine, FromEngine } from './engine-protocol';
import { guardRuntime } from './guarded-runtime';
import type { LocalBackend } from './ort-module';
import type { OpenFailure } from './ort-runtime';

export interface FarOptions {
	readonly manifest: PolicyManifest;
	readonly model: Blob;
	readonly precision: PolicyPrecision;
	readonly backend: LocalBackend;
	readonly threads: number;
	/** Longest that opening may take, ms. */
	readonly openLimitMs: number;
	/** Longest that a run may take, ms; see `setRunLimit`. */
	readonly runLimitMs: number;
	readonly scheduler: Scheduler;
}

export interface FarRuntime extends PolicyRuntime {
	readonly threads: number;
	/** The model's own time in the newest run that gave a chunk, ms. */
	readonly lastRunMs: number;
	/** The first run may compile shaders; later ones have no excuse. */
	setRunLimit(limitMs: number): void;
	/** Resolves when the engine is of no more use: graphics card lost, crashed, too slow. Never after `close`. */
	readonly gone: Promise<PolicyFailure>;
}

export async function openFarRuntime(
	line: EngineLine,
	options: FarOptions
): Promise<Result<FarRuntime, OpenFailure>> {
	const { manifest, model, precision, backend, threads, openLimitMs, scheduler } = options;
	const opened = await new Promise<Result<void, OpenFailure>>((resolve) => {
		const refuse = (detail: string): void => resolve(err({ code: 'policy_did_not_open', detail }));
		const timer = scheduler.at(scheduler.now() + openLimitMs, () =>
			refuse(`not open after ${openLimitMs} ms`)
		);
		line.onBroken = refuse;
		line.onMessage = (message) => {
			timer.cancel();
			if (message.did === 'refuse') resolve(err({ code: message.code, detail: message.detail }));
			else if (message.did === 'open') resolve(ok(undefined));
			else refuse(`answered ${message.did}`);
		};
		line.postMessage({ do: 'open', manifest, model, precision, backend, threads });
	});
	if (!opened.ok) {
		line.terminate();
		return opened;
	}
	return ok(farRuntime(line, options));
}

type Inferred = Result<Float32Array, PolicyFailure>;

function farRuntime(line: EngineLine, options: FarOptions): FarRuntime {
	const { manifest, precision, backend, threads, scheduler } = options;
	/** Once it is gone every run answers what it ended with. */
	const ending = createEnding<Inferred>();
	let runLimitMs = options.runLimitMs;
	let lastRunMs = 0;
	let id = 0;
	let answer: ((message: FromEngine) => void) | null = null;
	let tellGone: (failure: PolicyFailure) => void;
	const gone = new Promise<PolicyFailure>((resolve) => (tellGone = resolve));

	const end = (failure: PolicyFailure): void => {
		if (ending.value !== undefined) return;
		ending.end(err(failure));
		line.terminate();
		if (failure.code !== 'policy_closed') tellGone(failure);
	};

	line.onBroken = (detail) => end({ code: 'policy_run_failed', detail });
	line.onMessage = (message) => {
		if (message.did === 'lose') end({ code: 'policy_gpu_lost', detail: message.detail });
		else answer?.(message);
	};

	const guarded = guardRuntime(
		{ backend, precision, manifest },
		{
			infer(observation) {
				if (ending.value !== undefined) return Promise.resolve(ending.value);
				const mine = ++id;
				const limitMs = runLimitMs;
				const timer = scheduler.at(scheduler.now() + limitMs, () =>
					end({ code: 'policy_run_failed', detail: `no answer in ${limitMs} ms` })
				);
				const work = new Promise<Inferred>((resolve) => {
					answer = (message) => {
						if (!('id' in message) || message.id !== mine) return;
						if (message.did === 'run') lastRunMs = message.runMs;
						resolve(
							message.did === 'run'
								? ok(message.actions)
								: err({ code: message.code, detail: message.detail })
						);
					};
				});
				line.postMessage({ do: 'run', id: mine, observation });
				return ending.orEnd(work).finally(() => timer.cancel());
			},
			dispose: () => Promise.resolve()
		}
	);

	return {
		...guarded,
		threads,
		gone,
		get lastRunMs() {
			return lastRunMs;
		},
		setRunLimit(limitMs) {
			runLimitMs = limitMs;
		},
		close() {
			end({ code: 'policy_closed', detail: 'closed' });
			return guarded.close();
		}
	};
}
