// What is kept of a training between two sittings, and how a row is believed when it comes back. Knows tables; opens none.

import type { TrainingPoint, TrainingRequest, UnfinishedTraining } from '$lib/contracts';
import type { TrainedState } from '../net/optimiser';

export const CHECKPOINT_VERSION = 1;
const TABLE = 'trainings';

/** The best averaged weights so far. */
export interface BestWeights {
	readonly step: number;
	readonly heldOutDegrees: number;
	readonly weights: readonly Float32Array[];
}

export interface Checkpoint {
	readonly schemaVersion: typeof CHECKPOINT_VERSION;
	readonly request: TrainingRequest;
	/** Of the examples: on other ones it does not go on. */
	readonly fingerprint: string;
	readonly state: TrainedState;
	readonly best: BestWeights;
	readonly curve: readonly TrainingPoint[];
	/** Running mean of the loss. */
	readonly loss: number;
	/** Time spent so far, s. */
	readonly seconds: number;
	readonly savedAtEpochMs: number;
}

/** What the store needs of a transaction; the recorder room's StorageEngine, by shape. */
export interface TrainingTransaction {
	get(table: typeof TABLE, key: string): Promise<unknown>;
	getAll(table: typeof TABLE): Promise<unknown[]>;
	put(table: typeof TABLE, key: string, value: unknown): Promise<void>;
	delete(table: typeof TABLE, key: string): Promise<void>;
}

export interface TrainingEngine {
	read<T>(body: (transaction: TrainingTransaction) => Promise<T>): Promise<T>;
	write<T>(
		durability: 'relaxed' | 'strict',
		body: (transaction: TrainingTransaction) => Promise<T>
	): Promise<T>;
	close(): void;
}

export interface CheckpointStore {
	/** Replaces what was kept of the same training. Rejects with a CodedError when it was not kept. */
	keep(checkpoint: Checkpoint, durability: 'relaxed' | 'strict'): Promise<void>;
	/** undefined where there is none, or none that can be believed. */
	find(id: string): Promise<Checkpoint | undefined>;
	/** Newest first. */
	list(): Promise<readonly UnfinishedTraining[]>;
	forget(id: string): Promise<void>;
	close(): void;
}

/** A row of another version or shape is left where it is and left out: a store outlives the program that wrote it. */
function believed(row: unknown): Checkpoint | undefined {
	const found = row as Partial<Checkpoint> | undefined;
	if (found?.schemaVersion !== CHECKPOINT_VERSION) return undefined;
	const { request, state, best, curve } = found;
	const floats = (list: readonly unknown[] | undefined): boolean =>
		Array.isArray(list) && list.every((one) => one instanceof Float32Array);
	const groups = [state?.weights, state?.first, state?.second, state?.averaged, best?.weights];
	const whole = typeof request?.id === 'string' && typeof state?.step === 'number' && Array.isArray(curve);
	return whole && groups.every(floats) ? (found as Checkpoint) : undefined;
}

export function createCheckpointStore(engine: TrainingEngine): CheckpointStore {
	return {
		keep: (checkpoint, durability) =>
			engine.write(durability, (tx) => tx.put(TABLE, checkpoint.request.id, checkpoint)),
		find: async (id) => believed(await engine.read((tx) => tx.get(TABLE, id))),
		async list() {
			const rows = await engine.read((tx) => tx.getAll(TABLE));
			return rows
				.flatMap((row) => believed(row) ?? [])
				.map(({ request, state, savedAtEpochMs }) => ({ request, step: state.step, savedAtEpochMs }))
				.sort((a, b) => b.savedAtEpochMs - a.savedAtEpochMs);
		},
		forget: (id) => engine.write('strict', (tx) => tx.delete(TABLE, id)),
		close: () => engine.close()
	};
}
