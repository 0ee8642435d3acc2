// What a seat has to tell its class, kept until the class has it. Events get their number in the transaction that stores
// them, so that two tabs never give the same one; a note (such as "episode X is sealed") is taken once however often it is
// made, so that nobody has to remember what was told. Knows tables, no network.
// [Note: identity] (deviceId, seq). The device is made up per seat: two pupils on one computer are not linked by it.

import type { LabEvent, LabEventFacts, LabEventKind } from '$lib/contracts';
import type { StorageEngine } from '$lib/recorder';

/** Meaning of the rows. */
const SCHEMA_VERSION = 1;
const ABOUT_KEY = 'outbox';

interface About {
	readonly schemaVersion: number;
	readonly deviceId: string;
	/** Number of the last event ever stored. */
	readonly lastSeq: number;
}

export interface Note {
	readonly kind: LabEventKind;
	readonly payload?: LabEventFacts;
	/** Given: told once for ever under this name. */
	readonly once?: string;
}

export interface OutboxOptions {
	readonly newId: () => string;
	readonly nowEpochMs: () => number;
}

const keyOf = (seq: number): string => String(seq).padStart(15, '0');

export class Outbox {
	readonly #engine: StorageEngine;
	readonly #options: OutboxOptions;

	constructor(engine: StorageEngine, options: OutboxOptions) {
		this.#engine = engine;
		this.#options = options;
	}

	/** Stores the notes in their order, all or none; how many of them were new. Rejects as the engine does. */
	note(notes: readonly Note[]): Promise<number> {
		if (notes.length === 0) return Promise.resolve(0);
		return this.#engine.write('strict', async (tx) => {
			const about = ((await tx.get('about', ABOUT_KEY)) as About | undefined) ?? {
				schemaVersion: SCHEMA_VERSION,
				deviceId: this.#options.newId(),
				lastSeq: 0
			};
			let { lastSeq } = about;
			for (const { kind, payload = {}, once } of notes) {
				if (once !== undefined && (await tx.get('noted', once)) !== undefined) continue;
				lastSeq += 1;
				const event: LabEvent = {
					id: this.#options.newId(),
					deviceId: about.deviceId,
					seq: lastSeq,
					kind,
					happenedAt: new Date(this.#options.nowEpochMs()).toISOString(),
					payload
				};
				await tx.put('events', keyOf(lastSeq), event);
				if (once !== undefined) await tx.put('noted', once, { name: once });
			}
			await tx.put('about', ABOUT_KEY, { ...about, lastSeq });
			return lastSeq - about.lastSeq;
		});
	}

	/** Names that were noted once, by their start. */
	async noted(prefix: string): Promise<string[]> {
		const rows = await this.#engine.read((tx) => tx.getAll('noted', prefix));
		return rows.map((row) => (row as { name: string }).name);
	}

	/** The oldest events the class has not confirmed, in their order. */
	async oldest(count: number): Promise<LabEvent[]> {
		const rows = (await this.#engine.read((tx) => tx.getAll('events'))) as LabEvent[];
		return rows.slice(0, count);
	}

	/** The class has everything of this device up to this number. */
	confirmed(lastSeq: number): Promise<void> {
		return this.#engine.write('relaxed', async (tx) => {
			const rows = (await tx.getAll('events')) as LabEvent[];
			for (const { seq } of rows) if (seq <= lastSeq) await tx.delete('events', keyOf(seq));
		});
	}

	async waiting(): Promise<number> {
		return (await this.#engine.read((tx) => tx.getAll('events'))).length;
	}

	close(): void {
		this.#engine.close();
	}
}
