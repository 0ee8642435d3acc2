// What every back-end of training keeps to, whether it computes in this tab, on a computer of the school or on a rented one.
// The harness says what a training with it looks like that ends well, one that cannot, and how to wait.

import { describe, expect, it } from 'vitest';
import {
	TRAINING_SCHEMA_VERSION,
	type ErrorCode,
	type TrainingBackend,
	type TrainingData,
	type TrainingJob,
	type TrainingRequest,
	type TrainingStatus
} from '$lib/contracts';
import { hasEnded, trainingTransition } from './job-machine';

export interface TrainingBackendHarness {
	/** Opened on the same storage each time: a second one is what a reload makes. */
	readonly open: () => Promise<TrainingBackend>;
	/** A few episodes that can be learned from. */
	readonly data: TrainingData;
	/** Data that this back-end has to refuse, and with what. */
	readonly refused: { readonly data: TrainingData; readonly code: ErrorCode };
	/** Throws when this is no policy package. */
	readonly examine: (file: Blob) => Promise<void>;
}

let ids = 0;
const request = (data: TrainingData, steps: number): TrainingRequest => ({
	schemaVersion: TRAINING_SCHEMA_VERSION,
	id: `contract-${ids++}`,
	name: 'Contract',
	data,
	settings: { steps, batch: 8, rate: 1e-3, seed: 1 }
});

/** Resolves with the first status that fits. */
function until(job: TrainingJob, fits: (status: TrainingStatus) => boolean): Promise<TrainingStatus> {
	return new Promise((resolve) => {
		if (fits(job.status)) {
			resolve(job.status);
			return;
		}
		const end = job.onStatus((status) => {
			if (!fits(status)) return;
			end();
			resolve(status);
		});
	});
}

const learning = ({ progress }: TrainingStatus): boolean =>
	progress.phase === 'learning' && progress.done > 0;

export function trainingBackendContract(name: string, setUp: () => Promise<TrainingBackendHarness>): void {
	describe(`training back-end: ${name}`, () => {
		it('trains to a package, and its states follow the table', async () => {
			const { open, data, examine } = await setUp();
			const job = await (await open()).start(request(data, 6));
			const seen = [job.status.state];
			job.onStatus(({ state }) => {
				if (seen.at(-1) !== state) seen.push(state);
			});
			const result = await job.result();
			if (!result.ok || result.value === null) throw new Error(JSON.stringify(result));
			await examine(result.value.file);
			expect(seen).toEqual(['pending', 'running', 'completed']);
			expect(job.status.progress).toMatchObject({ done: 6, total: 6 });
			expect(job.status.progress.curve.at(-1)?.step).toBe(6);
		});

		it('says with a code why it cannot', async () => {
			const { open, refused } = await setUp();
			const job = await (await open()).start(request(refused.data, 6));
			expect(await job.result()).toMatchObject({ ok: false, error: { code: refused.code } });
			expect(job.status).toMatchObject({ state: 'failed', failure: { code: refused.code } });
		});

		it('pauses and goes on', async () => {
			const { open, data } = await setUp();
			const job = await (await open()).start(request(data, 12));
			await until(job, learning);
			job.pause();
			expect(job.status.state).toBe('paused');
			job.resume();
			expect((await job.result()).ok).toBe(true);
			expect(job.status).toMatchObject({ state: 'completed', progress: { done: 12 } });
		});

		it('that is stopped gives the best so far, also while it is paused', async () => {
			const { open, data, examine } = await setUp();
			const job = await (await open()).start(request(data, 100_000));
			await until(job, learning);
			job.pause();
			job.stop();
			const result = await job.result();
			if (!result.ok || result.value === null) throw new Error(JSON.stringify(result));
			await examine(result.value.file);
			expect(job.status.state).toBe('completed');
			expect(job.status.progress.done).toBeLessThan(100_000);
		});

		it('that is cancelled gives nothing, and hears nothing more', async () => {
			const { open, data } = await setUp();
			const job = await (await open()).start(request(data, 100_000));
			await until(job, learning);
			job.cancel();
			expect(await job.result()).toEqual({ ok: true, value: null });
			for (const word of ['pause', 'resume', 'stop', 'cancel'] as const) job[word]();
			expect(job.status.state).toBe('cancelled');
			expect(hasEnded(job.status.state)).toBe(true);
			expect(trainingTransition(job.status.state, 'resume')).toBeNull();
		});

		it('finds an unfinished training after a reload and goes on with it', async () => {
			const { open, data } = await setUp();
			const asked = request(data, 60);
			const first = await (await open()).start(asked);
			await until(first, ({ progress }) => progress.bestStep !== null);
			first.pause();
			await until(first, ({ progress }) => progress.curve.length > 0);
			const again = await open();
			const found = await askUntil(async () =>
				(await again.unfinished()).find(({ request: one }) => one.id === asked.id)
			);
			expect(found.step).toBeGreaterThan(0);
			first.cancel();
			const job = await again.start(found.request);
			const status = await until(job, learning);
			expect(status.progress.done).toBeGreaterThan(found.step - 1);
			expect((await job.result()).ok).toBe(true);
			await again.forget(asked.id);
			expect((await again.unfinished()).some(({ request: one }) => one.id === asked.id)).toBe(false);
		});
	});
}

/** Asks again, each time after everything that was waiting has had its turn. */
async function askUntil<T>(ask: () => Promise<T | undefined>): Promise<T> {
	for (;;) {
		const found = await ask();
		if (found !== undefined) return found;
		await new Promise((resolve) => setImmediate(resolve));
	}
}
