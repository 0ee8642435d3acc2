// Policies without the rest of the lab: a package is read, INFER opens it, this page plays ROBOT (wants) and RENDER
// (pictures) over the product's own ports and messages.

import { proxy, wrap, type Remote } from 'comlink';
import type { PolicyPrecision } from '$lib/contracts';
import { spawnWorker } from '$lib/lab/spawn-worker';
import type { BareWorker } from './bare.worker';
import bareUrl from './bare.worker.ts?worker&url';
import type { LossReport, OpenReport, OpenWish, RuntimeName, SuiteReport } from './names';
import { createParity } from './parity';
import type { SuitesWorker } from './suites.worker';
import suitesUrl from './suites.worker.ts?worker&url';
import { loadable, Wired } from './wired';

interface Gpu {
	requestAdapter(): Promise<unknown>;
}

let wired: Wired | null = null;
let bare: Remote<BareWorker> | null = null;

async function infer(): Promise<Wired> {
	if (wired === null) {
		wired = new Wired();
		await wired.attach();
	}
	return wired;
}

const policies = {
	isolated: globalThis.crossOriginIsolated,

	/** Whether there is any WebGPU, emulated or not. */
	async webgpu(): Promise<boolean> {
		const { gpu } = navigator as unknown as { gpu?: Gpu };
		return gpu !== undefined && (await gpu.requestAdapter()) !== null;
	},

	contract(name: RuntimeName): Promise<SuiteReport> {
		return wrap<SuitesWorker>(spawnWorker(suitesUrl, 'suites')).run(name);
	},

	async open({ what, precision, backend, threads, emulatedGpu }: OpenWish): Promise<OpenReport> {
		const { host, events } = await infer();
		await host.takeEmulatedGpu(emulatedGpu);
		const found = await loadable(what, precision);
		events.length = 0;
		const remembered = threads === null || backend === 'auto' ? null : { backend, threads, medianMs: 1000 };
		const answer = await host.load(
			{ ...found, precision, backend, remembered },
			proxy((event) => void events.push(event))
		);
		const none = { backend: '', threads: 0, reason: '', measured: [] };
		const weightBytes = found.model instanceof Blob ? found.model.size : found.model.length;
		const chunkMs = (1000 * found.manifest.chunk_size) / found.manifest.fps;
		if (!answer.ok) {
			const problem = `${answer.error.code}: ${answer.error.detail}`;
			return { problem, ...none, largestDifference: NaN, medianMs: NaN, readyMs: NaN, weightBytes, chunkMs };
		}
		if (wired !== null) Object.assign(wired, { manifest: found.manifest, policyId: found.policyId });
		await host.watch(found.manifest.cameras.map(({ name }) => ({ name, source: 'virtual' })));
		const { choice, largestDifference, medianMs, readyMs } = answer.value;
		const measured = choice.measured.map(
			(one) => `${one.backend} ${one.threads}: ${one.medianMs?.toFixed(1) ?? one.failure?.detail ?? '?'} ms`
		);
		const { reason, chosen } = choice;
		return {
			problem: null,
			...chosen,
			reason,
			measured,
			largestDifference,
			medianMs,
			readyMs,
			weightBytes,
			chunkMs
		};
	},

	/** Wants one after another with fresh pictures; each chunk's times. */
	async drive(chunks: number) {
		const lab = await infer();
		const times: { totalMs: number; runMs: number; pictureAgeMs: number; roundTripMs: number }[] = [];
		while (times.length < chunks) {
			lab.showPictures();
			const startMs = performance.now();
			const answer = await lab.ask();
			const roundTripMs = performance.now() - startMs;
			if (answer.ch !== 'policy-chunk') continue;
			const { totalMs, runMs, pictureAgeMs } = answer.body;
			times.push({ totalMs, runMs, pictureAgeMs, roundTripMs });
		}
		return times;
	},

	async loseGpu(): Promise<LossReport> {
		const lab = await infer();
		await lab.untilChunk();
		const startMs = performance.now();
		await lab.host.loseGpu();
		// The loss is heard a moment later: what is answered before it still comes from the card that was there.
		while (!lab.events.some(({ stage }) => stage === 'lost')) {
			lab.showPictures();
			await lab.ask();
		}
		const answers = await lab.untilChunk();
		const tookMs = performance.now() - startMs;
		const reasons = answers.flatMap((answer) =>
			answer.ch === 'policy-failed' ? answer.body.code : answer.ch === 'policy-wait' ? answer.body.reason : []
		);
		const stages = lab.events.map(({ stage }) => stage);
		return { answers: answers.map(({ ch }) => ch), reasons, stages, tookMs };
	},

	/** The same model in ONNX Runtime alone, for the bench; `bareRun` after it. */
	async bareOpen(what: OpenWish['what'], precision: PolicyPrecision, threads: number): Promise<void> {
		const { manifest, model, reference } = await loadable(what, precision);
		const [observation] = reference.observations;
		if (observation === undefined || !(model instanceof Blob)) throw new Error('nothing to run');
		const inputs = [
			{ name: 'observation.state', shape: [1, manifest.joints.length], data: observation.state },
			...manifest.cameras.map(({ name, width, height }, at) => ({
				name: `observation.images.${name}`,
				shape: [1, 3, height, width],
				data: observation.images[at] ?? new Float32Array()
			}))
		];
		bare ??= wrap<BareWorker>(spawnWorker(bareUrl, 'bare'));
		await bare.open(model, inputs, threads);
	},

	bareRun: (times: number): Promise<number[]> =>
		bare?.run(times) ?? Promise.reject(new Error('bareOpen first')),

	/** Many recorded frames, for the comparison with PyTorch. */
	parity: createParity(infer),

	close: async (): Promise<void> => (await infer()).host.close()
};

export type PolicyPage = typeof policies;

Object.assign(globalThis, { policies });
