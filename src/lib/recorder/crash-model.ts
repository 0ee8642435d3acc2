// A model of a disk that loses power. A scripted life of a store runs once over memory and leaves a trace of committed
// transactions; from the trace every state a crash could have left is built: at any operation, in the middle of a
// transaction, with relaxed transactions forgotten, kept or half written. Knows what the store promised by then and says
// what a reopened store owes. Used by the seeded test and its long form.

import { createRandom, type Random } from '$lib/core';
import { blockDurability } from './durability';
import { decodeBlock } from './episode-codec';
import { applyWrites, createMemoryEngine, type MemoryTables, type WriteOperation } from './memory-engine';
import { openStore, type StoreOptions } from './open-store';
import type { EpisodeWriter, RecordingStore } from './recording-store';
import type { Durability } from './storage-engine';
import { fixtureBlock, fixtureEpisode, fixtureProgress } from './store-fixtures';
import { createMemoryWriterLocks } from './writer-locks';

interface Commit {
	readonly writes: readonly WriteOperation[];
	readonly durability: Durability;
}

/** What the store has acknowledged about one episode, and after which commit (index into the trace, exclusive). */
interface Promised {
	readonly id: string;
	/** Row content of block i, to compare with. */
	readonly states: Float32Array[];
	/** Block i was acknowledged after this many commits. */
	readonly acked: number[];
	sealedAt: number;
	/** Spans in which the episode was being discarded, was discarded or was brought back: not a sealed one. */
	readonly goneFrom: number[];
	readonly backAt: number[];
	purging: number;
}

export interface StoreLife {
	readonly commits: readonly Commit[];
	readonly episodes: readonly Promised[];
}

export interface CrashPoint {
	/** Commits that were complete. */
	readonly at: number;
	/** `kill`: the process died. `power`: also forgets relaxed transactions since the last strict one, any of them. */
	readonly kind: 'kill' | 'power';
	readonly seed: number;
}

const storeOptions = (seed: number): StoreOptions => {
	let ids = 0;
	return {
		seatId: 'model',
		locks: createMemoryWriterLocks(),
		epochMs: () => 0,
		newId: () => `id-${seed}-${ids++}`
	};
};

/** Lives a store from empty through `episodes` recordings, discards, undos and purges, all drawn from the seed. */
export async function liveStore(seed: number, episodes: number): Promise<StoreLife> {
	const random = createRandom(seed);
	const commits: Commit[] = [];
	const engine = createMemoryEngine({
		copyValues: false,
		onCommit: (writes, durability) => void commits.push({ writes, durability })
	});
	const store = await openStore(engine, storeOptions(seed));
	const known: Promised[] = [];
	for (let n = 0; n < episodes; n++) {
		const writer = await store.beginEpisode(fixtureEpisode('d'));
		const promised: Promised = {
			id: writer.meta.id,
			states: [],
			acked: [],
			sealedAt: Infinity,
			goneFrom: [],
			backAt: [],
			purging: Infinity
		};
		known.push(promised);
		await recordEpisode(writer, promised, commits, random);
		await regret(store, known, commits, random);
	}
	return { commits, episodes: known };
}

async function recordEpisode(
	writer: EpisodeWriter,
	promised: Promised,
	commits: readonly Commit[],
	random: Random
): Promise<void> {
	const blocks = 1 + random.int(9);
	for (let index = 0; index < blocks; index++) {
		if (random.chance(0.1)) await writer.setThumbnail(0, Uint8Array.of(index));
		const block = fixtureBlock(writer.meta.id, index, index * 3, random);
		promised.states.push(block.rows.state);
		await writer.append(block, fixtureProgress(), blockDurability(index));
		promised.acked.push(commits.length);
	}
	const last = random.chance(0.5) ? fixtureBlock(writer.meta.id, blocks, blocks * 3, random) : null;
	if (last) promised.states.push(last.rows.state);
	await writer.seal({ block: last, progress: fixtureProgress(), interrupted: false });
	if (last) promised.acked.push(commits.length);
	promised.sealedAt = commits.length;
}

/** Discards, brings back or purges what was recorded before, now and then. */
async function regret(
	store: RecordingStore,
	known: readonly Promised[],
	commits: readonly Commit[],
	random: Random
): Promise<void> {
	const promised = known[random.int(known.length)];
	if (!promised || promised.purging !== Infinity || random.chance(0.5)) return;
	promised.goneFrom.push(commits.length);
	await store.discard(promised.id);
	const next = random.next();
	if (next < 0.5) {
		await store.undoDiscard(promised.id);
		promised.backAt.push(commits.length);
	} else if (next < 0.75) {
		for (const one of known) if (one.goneFrom.length > one.backAt.length) one.purging = commits.length;
		await store.purge();
	}
}

/** The disk as the crash left it. Strict commits hold, and everything committed before them; younger ones may not. */
export function diskAfter(
	life: StoreLife,
	point: CrashPoint
): { readonly tables: MemoryTables; readonly horizon: number } {
	const random = createRandom(point.seed);
	const tables: MemoryTables = new Map();
	let horizon = point.at;
	if (point.kind === 'power')
		while (horizon > 0 && life.commits[horizon - 1]?.durability !== 'strict') horizon -= 1;
	const inFlight = random.chance(0.5) ? life.commits[point.at] : undefined;
	// A strict transaction goes to the disk behind what was committed before it: traces of it mean that this is there.
	const kept = inFlight?.durability === 'strict' ? point.at : horizon;
	life.commits.slice(0, point.at).forEach(({ writes }, index) => {
		const fate = index < kept ? 1 : random.next();
		// A relaxed transaction may be lost whole, kept whole, or torn; later ones may survive earlier ones.
		if (fate > 0.6) applyWrites(tables, writes);
		else if (fate > 0.4) applyWrites(tables, torn(writes, random));
	});
	if (inFlight) applyWrites(tables, torn(inFlight.writes, random));
	return { tables, horizon };
}

/** Some of the writes, and one value cut short or with a byte turned: worse than IndexedDB allows. */
function torn(writes: readonly WriteOperation[], random: Random): WriteOperation[] {
	return writes
		.filter(() => random.chance(0.7))
		.map((write) => {
			if (!(write.value instanceof Uint8Array) || random.chance(0.5)) return write;
			const cut = write.value.slice(0, random.chance(0.5) ? random.int(write.value.length) : undefined);
			const at = random.int(cut.length);
			cut[at] = (cut[at] ?? 0) ^ (1 + random.int(255));
			return { ...write, value: cut };
		});
}

/** Opens what is left, recovers what is torn (crashing once more on the way if asked) and returns every broken promise. */
export async function brokenPromises(life: StoreLife, point: CrashPoint): Promise<string[]> {
	const { tables, horizon } = diskAfter(life, point);
	const options = storeOptions(point.seed);
	if (point.seed % 4 === 0) await crashInRecovery(tables, point.seed);
	const store = await openStore(createMemoryEngine({ tables, copyValues: false }), options);
	for (const { meta } of await store.recoverable()) await store.recover(meta.id);
	const sealed = new Map((await store.listEpisodes()).map((meta) => [meta.id, meta]));
	const broken: string[] = [];
	for (const promised of life.episodes) {
		const blocks = sealed.has(promised.id) ? await statesOf(store, promised.id) : null;
		const problem =
			blocks === 'damaged' ? 'a sealed episode is damaged' : judge(promised, blocks, horizon, point.at);
		if (problem) broken.push(`${promised.id}: ${problem}`);
	}
	return broken;
}

/** What is owed for one episode, given the blocks found (null = not listed). */
function judge(
	promised: Promised,
	blocks: Float32Array[] | null,
	horizon: number,
	at: number
): string | null {
	const wrong = blocks?.findIndex((state, i) => !sameNumbers(state, promised.states[i])) ?? -1;
	if (wrong >= 0) return `block ${wrong} is not what was recorded`;
	if (promised.purging <= at) return null;
	const gone = promised.goneFrom.filter((from) => from <= at).length;
	const back = promised.backAt.filter((from) => from <= at).length;
	if (gone > back) return null;
	if (promised.sealedAt <= at)
		return blocks?.length === promised.states.length ? null : 'a sealed episode is not whole';
	const owed = promised.acked.filter((after) => after <= horizon).length;
	return (blocks?.length ?? 0) >= owed ? null : `${blocks?.length ?? 0} of ${owed} durable blocks`;
}

async function statesOf(store: RecordingStore, id: string): Promise<Float32Array[] | 'damaged'> {
	const states: Float32Array[] = [];
	try {
		for await (const block of (await store.openEpisode(id)).blocks()) states.push(block.rows.state);
	} catch {
		return 'damaged';
	}
	return states;
}

function sameNumbers(a: Float32Array, b: Float32Array | undefined): boolean {
	return b !== undefined && a.length === b.length && a.every((value, i) => value === b[i]);
}

/** A first attempt at recovery dies at its n-th commit, with that commit torn. */
async function crashInRecovery(tables: MemoryTables, seed: number): Promise<void> {
	const random = createRandom(seed ^ 0x5bd1e995);
	let left = random.int(3);
	const engine = createMemoryEngine({
		tables,
		copyValues: false,
		onCommit(writes) {
			if (left-- > 0) return;
			applyWrites(tables, random.chance(0.5) ? torn(writes, random) : []);
			throw new Error('power is gone');
		}
	});
	try {
		const store = await openStore(engine, storeOptions(seed));
		for (const { meta } of await store.recoverable()) await store.recover(meta.id);
	} catch {
		// That is the crash.
	}
}

/** Newest block a disk holds for an episode, decoded; for looking into a failing crash point. */
export function describeDisk(tables: MemoryTables): string[] {
	return [...tables]
		.filter(([key]) => key.startsWith('blocks\n'))
		.map(([key, value]) => `${key.slice(7)} ${decodeBlock(value as Uint8Array).ok ? 'whole' : 'bad'}`);
}
