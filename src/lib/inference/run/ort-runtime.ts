// A policy's model in ONNX Runtime, in this realm. With WASM a run blocks the realm until it is done: an app opens one in a
// worker of its own (far-runtime.ts). Whoever calls has examined the model before (`$lib/inference/package`).

import type { PolicyFailure, PolicyManifest, PolicyPrecision, PolicyRuntime } from '$lib/contracts';
import { err, ok, type Result } from '$lib/core';
import type { InferenceSession } from 'onnxruntime-web';
import { createEnding } from './ending';
import { guardRuntime } from './guarded-runtime';
import { ACTION_OUTPUT, modelInputs } from './model-values';
import { loadOrt, type LoadOrt, type LocalBackend, type OrtModule } from './ort-module';

export type OpenFailureCode =
	/** ONNX Runtime's own files could not be loaded: no network, and they were never kept. */
	| 'policy_runtime_missing'
	/** ONNX Runtime refused the model, ran out of memory, or the model is not what its manifest says. */
	| 'policy_did_not_open';

export interface OpenFailure {
	readonly code: OpenFailureCode;
	/** For the log. */
	readonly detail: string;
}

export interface OpenOptions {
	readonly manifest: PolicyManifest;
	/** ONNX. Free again when this resolves. */
	readonly model: Uint8Array;
	readonly precision: PolicyPrecision;
	readonly backend: LocalBackend;
	/** 1 where the page is not isolated, whatever was asked. */
	readonly threads: number;
}

export interface OrtRuntime extends PolicyRuntime {
	/** Resolves with the reason if the graphics card is lost; never otherwise. */
	readonly lost: Promise<string>;
}

/** Of WebGPU, whose types this project has no other use for. */
interface GpuDevice {
	readonly lost: Promise<{ readonly message: string }>;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Opens a session. The first run on WebGPU compiles its shaders and takes seconds: warm it up. */
export async function openOrtRuntime(
	options: OpenOptions,
	load: LoadOrt = loadOrt
): Promise<Result<OrtRuntime, OpenFailure>> {
	const { manifest, model, precision, backend, threads } = options;
	let ort: OrtModule;
	try {
		ort = await load(backend, threads);
	} catch (error) {
		return err({ code: 'policy_runtime_missing', detail: textOf(error) });
	}
	let session: InferenceSession;
	try {
		session = await ort.InferenceSession.create(model, {
			executionProviders: [backend],
			graphOptimizationLevel: 'all'
		});
	} catch (error) {
		const detail = textOf(error);
		// ONNX Runtime fetches its files here, not when its module is imported.
		const missing = /failed to fetch|no available backend|dynamically imported module/i.test(detail);
		return err({ code: missing ? 'policy_runtime_missing' : 'policy_did_not_open', detail });
	}
	const lie = arityProblem(manifest, session);
	if (lie !== null) {
		await session.release();
		return err({ code: 'policy_did_not_open', detail: lie });
	}
	const device = backend === 'webgpu' ? ((await ort.env.webgpu.device) as GpuDevice) : null;
	return ok(runtimeOf({ manifest, precision, backend, ort, session, device }));
}

/** What the session wants and gives against what the manifest says. */
function arityProblem(manifest: PolicyManifest, session: InferenceSession): string | null {
	const wanted = modelInputs(manifest);
	const names = wanted.map(({ name }) => name);
	if (session.inputNames.length !== names.length || !names.every((name) => session.inputNames.includes(name)))
		return `inputs are ${session.inputNames.join(', ')}`;
	if (!session.outputNames.includes(ACTION_OUTPUT)) return `outputs are ${session.outputNames.join(', ')}`;
	for (const { name, shape } of wanted) {
		const found = session.inputMetadata.find((input) => input.name === name);
		if (found?.isTensor !== true || found.type !== 'float32' || String(found.shape) !== String(shape))
			return `${name} is ${found?.isTensor === true ? `${found.type} [${found.shape.join()}]` : 'no tensor'}`;
	}
	return null;
}

interface Parts {
	readonly manifest: PolicyManifest;
	readonly precision: PolicyPrecision;
	readonly backend: LocalBackend;
	readonly ort: OrtModule;
	readonly session: InferenceSession;
	readonly device: GpuDevice | null;
}

function runtimeOf({ manifest, precision, backend, ort, session, device }: Parts): OrtRuntime {
	const inputs = modelInputs(manifest);
	const loss = createEnding<Result<Float32Array, PolicyFailure>>();
	const lost = new Promise<string>((resolve) => {
		void device?.lost.then(({ message }) => {
			loss.end(err({ code: 'policy_gpu_lost', detail: message }));
			resolve(message);
		});
	});

	const infer = async (values: readonly Float32Array[]): Promise<Result<Float32Array, PolicyFailure>> => {
		const feeds = Object.fromEntries(
			inputs.map(({ name, shape }, at) => [
				name,
				new ort.Tensor('float32', values[at] ?? new Float32Array(), shape)
			])
		);
		const { [ACTION_OUTPUT]: action } = await session.run(feeds, [ACTION_OUTPUT]);
		const data = action?.data;
		if (!(data instanceof Float32Array))
			return err({ code: 'policy_output_invalid', detail: `action is ${action?.type ?? 'missing'}` });
		return ok(data);
	};

	const guarded = guardRuntime(
		{ backend, precision, manifest },
		{
			// A run on a lost device may throw or may never end: the loss is the answer either way.
			infer: ({ state, images }) =>
				loss.orEnd(
					infer([state, ...images]).catch(async (error: unknown) => {
						// The device's own word may come a moment after the run has thrown.
						await new Promise((resolve) => setTimeout(resolve, 0));
						if (loss.value !== undefined) return loss.value;
						const detail = textOf(error);
						const gone = backend === 'webgpu' && /device (is|was)? ?lost/i.test(detail);
						return err({ code: gone ? ('policy_gpu_lost' as const) : 'policy_run_failed', detail });
					})
				),
			dispose: () => session.release()
		}
	);
	return { ...guarded, lost };
}
