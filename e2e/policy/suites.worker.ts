// The contract of policy runtimes over everything that runs in a browser, in a worker as in the lab.

import { expose } from 'comlink';
import { createWallScheduler } from '$lib/core';
import type { PolicyManifest, PolicyRuntime } from '$lib/contracts';
import { runCase } from '$lib/core/testing/contract';
import { openFarRuntime, openOrtRuntime, type LocalBackend } from '$lib/inference/run';
import { policyRuntimeContract, type RuntimeHarness } from '$lib/inference/run/policy-runtime.contract';
import { runtimeHarness, scriptedHarness, type NetName } from '$lib/inference/run/testing/runtime-harness';
import { workerLine } from '$lib/lab/hosts/infer-device';
import { spawnWorker } from '$lib/lab/spawn-worker';
import hazardUrl from '../../src/lib/inference/run/fixtures/hazard.onnx?url';
import lookUrl from '../../src/lib/inference/run/fixtures/look.onnx?url';
import engineUrl from './engine.worker.ts?worker&url';
import type { RuntimeName, SuiteReport } from './names';

/** A case that takes this long hangs; its name must still be told. */
const PATIENCE_MS = 120_000;

async function modelOf(net: NetName): Promise<Blob> {
	return (await fetch(net === 'look' ? lookUrl : hazardUrl)).blob();
}

async function here(manifest: PolicyManifest, net: NetName): Promise<PolicyRuntime> {
	const model = new Uint8Array(await (await modelOf(net)).arrayBuffer());
	const opened = await openOrtRuntime({ manifest, model, precision: 'fp32', backend: 'wasm', threads: 1 });
	if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.detail}`);
	return opened.value;
}

function inEngine(backend: LocalBackend, threads: number) {
	return async (manifest: PolicyManifest, net: NetName): Promise<PolicyRuntime> => {
		const opened = await openFarRuntime(workerLine(spawnWorker(engineUrl, 'policy-engine')), {
			manifest,
			model: await modelOf(net),
			precision: 'fp32',
			backend,
			threads,
			openLimitMs: PATIENCE_MS,
			runLimitMs: PATIENCE_MS,
			scheduler: createWallScheduler()
		});
		if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.detail}`);
		return opened.value;
	};
}

const HARNESSES: Readonly<Record<RuntimeName, () => Promise<RuntimeHarness>>> = {
	scripted: scriptedHarness,
	'WASM, in its own thread': () => runtimeHarness(here),
	'WASM, two threads, in an engine': () => runtimeHarness(inEngine('wasm', 2)),
	'WebGPU, in an engine': () => runtimeHarness(inEngine('webgpu', 1))
};

function within(work: Promise<void>): Promise<void> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(`not done after ${PATIENCE_MS} ms`)), PATIENCE_MS);
		work.then(resolve, reject).finally(() => clearTimeout(timer));
	});
}

const worker = {
	async run(name: RuntimeName): Promise<SuiteReport> {
		const failures: string[] = [];
		for (const contractCase of policyRuntimeContract) {
			await within(runCase(contractCase, HARNESSES[name])).catch((error: unknown) => {
				failures.push(`${contractCase.name}: ${error instanceof Error ? error.message : String(error)}`);
			});
		}
		return { cases: policyRuntimeContract.map((one) => one.name), failures };
	}
};

export type SuitesWorker = typeof worker;

expose(worker);
