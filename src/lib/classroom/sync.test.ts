// The outbox against a class that is away, half there, or answers with a proxy's page; and a seeded simulation of tabs,
// network and server that must end with every event counted exactly once and in order.
import { describe, expect, it } from 'vitest';
import { createRandom, createVirtualScheduler } from '$lib/core';
import type { LabEvent } from '$lib/contracts';
import { createMemoryEngine, type MemoryTables } from '../recorder/memory-engine';
import { Outbox } from './outbox';
import { OutboxSync, type SendAnswer } from './sync';
import { FakeClass } from './testing/fake-class';

const SEEDS = Number(process.env['SOAK_SYNC_SEEDS'] ?? 5000);
const FIRST_SEED = Number(process.env['SOAK_SEED'] ?? 1);

/** Lets every promise that can go on go on. */
async function settle(): Promise<void> {
	await new Promise((resolve) => setImmediate(resolve));
}

function rig(send: (events: readonly LabEvent[]) => Promise<SendAnswer>, tables: MemoryTables = new Map()) {
	let next = 0;
	const scheduler = createVirtualScheduler();
	const outbox = new Outbox(createMemoryEngine({ tables }), {
		newId: () => `id-${next++}`,
		nowEpochMs: () => 0
	});
	const sync = new OutboxSync({ outbox, send, scheduler, random: () => 0.5, onChange: () => undefined });
	return { scheduler, outbox, sync };
}

describe('sync', () => {
	it('sends what was noted and forgets it', async () => {
		const classroom = new FakeClass();
		const { outbox, sync } = rig((events) => Promise.resolve(classroom.take(events)));
		await outbox.note(Array.from({ length: 120 }, () => ({ kind: 'episode_sealed' as const })));
		sync.kick();
		await settle();
		expect(classroom.kinds).toHaveLength(120);
		expect(await outbox.waiting()).toBe(0);
		expect(sync.state).toBe('idle');
	});

	it('comes back after longer and longer pauses while nobody answers, and at once when asked', async () => {
		let asked = 0;
		const { outbox, sync, scheduler } = rig(() => {
			asked += 1;
			return Promise.resolve({ kind: 'away' });
		});
		await outbox.note([{ kind: 'hand_raised' }]);
		sync.kick();
		await settle();
		const pauses: number[] = [];
		for (let n = 0; n < 8; n++) {
			const at = scheduler.nextAt() ?? Number.NaN;
			pauses.push(at - scheduler.now());
			scheduler.advanceTo(at);
			await settle();
		}
		expect(asked).toBe(9);
		expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
		expect(sync.waiting).toBe(1);
		sync.kick();
		await settle();
		expect(asked).toBe(10);
	});

	it.each(['signed_out', 'refused'] as const)('keeps everything and says so when %s', async (kind) => {
		const { outbox, sync } = rig(() => Promise.resolve({ kind }));
		await outbox.note([{ kind: 'hand_raised' }]);
		sync.kick();
		await settle();
		expect(sync.state).toBe(kind);
		expect(await outbox.waiting()).toBe(1);
	});

	it('is not caught by a class that says thank you and takes nothing', async () => {
		let asked = 0;
		const { outbox, sync } = rig(() => {
			asked += 1;
			return Promise.resolve({ kind: 'taken', lastSeq: 0 });
		});
		await outbox.note([{ kind: 'hand_raised' }]);
		sync.kick();
		await settle();
		expect(asked).toBe(1);
		expect(sync.state).toBe('refused');
		expect(await outbox.waiting()).toBe(1);
	});

	it('does not send beside itself', async () => {
		let inFlight = 0;
		let most = 0;
		const classroom = new FakeClass();
		const { outbox, sync } = rig(async (events) => {
			most = Math.max(most, ++inFlight);
			await settle();
			inFlight -= 1;
			return classroom.take(events);
		});
		await outbox.note([{ kind: 'connected' }]);
		sync.kick();
		sync.kick();
		await outbox.note([{ kind: 'hand_raised' }]);
		sync.kick();
		for (let n = 0; n < 10; n++) await settle();
		expect(most).toBe(1);
		expect(classroom.kinds).toEqual(['connected', 'hand_raised']);
	});
});

/** One lesson: two tabs on one outbox, a network that loses requests and answers, a server that is away for a while. */
async function simulate(seed: number): Promise<{ told: number; classroom: FakeClass; left: number }> {
	const random = createRandom(seed);
	const tables: MemoryTables = new Map();
	const classroom = new FakeClass();
	const scheduler = createVirtualScheduler();
	let calm = false;
	let serial = 0;
	const send = async (events: readonly LabEvent[]): Promise<SendAnswer> => {
		await Promise.resolve();
		if (calm) return classroom.take(events);
		const luck = random.next();
		if (luck < 0.25) return { kind: 'away' }; // never arrived
		if (luck < 0.35) return { kind: 'signed_out' };
		const answer = classroom.take(random.next() < 0.2 ? events.slice(0, 1) : events);
		return luck < 0.6 ? { kind: 'away' } : answer; // arrived, the answer did not
	};
	const openTab = () => {
		const tab = serial++;
		let id = 0;
		const outbox = new Outbox(createMemoryEngine({ tables }), {
			newId: () => `${tab}-${id++}`,
			nowEpochMs: () => 0
		});
		const sync = new OutboxSync({
			outbox,
			send,
			scheduler,
			random: () => random.next(),
			onChange: () => undefined
		});
		return { outbox, sync };
	};
	let tabs = [openTab(), openTab()];
	let told = 0;
	for (let step = 0; step < 30; step++) {
		const tab = tabs[random.int(2)] ?? tabs[0];
		const luck = random.next();
		if (tab === undefined) break;
		if (luck < 0.5) {
			const notes = Array.from({ length: 1 + random.int(4) }, () => ({
				kind: 'episode_sealed' as const,
				payload: { n: ++told }
			}));
			await tab.outbox.note(notes);
			tab.sync.kick();
		} else if (luck < 0.65) {
			tab.sync.stop(); // the tab is closed in the middle of it, and opened again
			tabs = tabs.map((one) => (one === tab ? openTab() : one));
		} else scheduler.advanceTo(scheduler.now() + random.int(20_000));
		await settle();
	}
	calm = true;
	for (const { sync } of tabs) sync.kick();
	for (let n = 0; n < 6; n++) await settle();
	const left = (await tabs[0]?.outbox.waiting()) ?? -1;
	for (const { sync } of tabs) sync.stop();
	return { told, classroom, left };
}

it(`counts every event once and in order, ${SEEDS} lessons from seed ${FIRST_SEED}`, async () => {
	for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
		const { told, classroom, left } = await simulate(seed);
		const numbers = classroom.events.map(({ payload }) => payload['n']);
		expect(numbers, `seed ${seed}`).toEqual(Array.from({ length: told }, (_, index) => index + 1));
		expect(left, `seed ${seed}`).toBe(0);
	}
}, 600_000);
