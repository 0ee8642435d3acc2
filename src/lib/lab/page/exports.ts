// Exports as the page asks for them: the DATASET worker, which reads the store and never writes it, started anew when it
// died.

import { proxy } from 'comlink';
import type { DatasetApi, ExportAnswer } from '../hosts/api';
import type { RunningWorker, WorkerSet } from './worker-set';

export interface Exports {
	/** Starts DATASET, or starts it anew. An export asked for meanwhile waits for it. */
	start(): Promise<void>;
	/** Writes a dataset as a zip; rejects when DATASET is gone before it is done. */
	zip(
		seatId: string,
		datasetId: string,
		onProgress: Parameters<DatasetApi['exportZip']>[2]
	): Promise<ExportAnswer>;
	cancel(): void;
}

export function createExports(workers: WorkerSet): Exports {
	let worker: Promise<RunningWorker<DatasetApi>> | null = null;
	return {
		async start() {
			worker = workers.start<DatasetApi>('dataset');
			await worker;
		},
		async zip(seatId, datasetId, onProgress) {
			if (worker === null) return { ok: false, code: 'dataset_worker_died', details: {} };
			const running = await worker;
			return running.orGone<ExportAnswer>(running.api.exportZip(seatId, datasetId, proxy(onProgress)));
		},
		cancel() {
			void worker?.then(({ api }) => api.cancel());
		}
	};
}
