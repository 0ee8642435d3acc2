import { describe, expect, it } from 'vitest';
import { createMemoryEngine, type MemoryTables } from '../recorder/memory-engine';
import { episodeNotes, type StoredEpisode } from './episode-notes';
import { Outbox } from './outbox';

const T0 = Date.UTC(2026, 10, 23, 8);

function outboxOn(tables: MemoryTables, name = 'id'): Outbox {
	let next = 0;
	return new Outbox(createMemoryEngine({ tables }), {
		newId: () => `${name}-${next++}`,
		nowEpochMs: () => T0
	});
}

describe('outbox', () => {
	it('numbers events from 1 without gaps, also over a reload and from two tabs', async () => {
		const tables: MemoryTables = new Map();
		const first = outboxOn(tables, 'first');
		expect(
			await first.note([{ kind: 'connected', payload: { arm: 'virtual' } }, { kind: 'hand_raised' }])
		).toBe(2);
		const second = outboxOn(tables, 'second');
		await second.note([{ kind: 'hand_lowered' }]);
		const events = await second.oldest(10);
		expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
		expect(new Set(events.map(({ deviceId }) => deviceId)).size, 'one device').toBe(1);
		expect(events[0]).toMatchObject({
			kind: 'connected',
			payload: { arm: 'virtual' },
			happenedAt: '2026-11-23T08:00:00.000Z'
		});
	});

	it('forgets what the class has, and goes on counting', async () => {
		const outbox = outboxOn(new Map());
		await outbox.note([{ kind: 'connected' }, { kind: 'hand_raised' }, { kind: 'hand_lowered' }]);
		await outbox.confirmed(2);
		expect((await outbox.oldest(10)).map(({ seq }) => seq)).toEqual([3]);
		await outbox.confirmed(3);
		await outbox.note([{ kind: 'disconnected' }]);
		expect((await outbox.oldest(10)).map(({ seq }) => seq)).toEqual([4]);
		expect(await outbox.waiting()).toBe(1);
	});

	it('takes a note once, also after it was sent', async () => {
		const outbox = outboxOn(new Map());
		expect(await outbox.note([{ kind: 'episode_sealed', once: 'episode_sealed:a#0' }])).toBe(1);
		await outbox.confirmed(1);
		expect(await outbox.note([{ kind: 'episode_sealed', once: 'episode_sealed:a#0' }])).toBe(0);
		expect(await outbox.noted('episode_')).toEqual(['episode_sealed:a#0']);
	});

	it('stores all notes or none', async () => {
		const tables: MemoryTables = new Map();
		const broken = new Outbox(
			createMemoryEngine({
				tables,
				onCommit: () => {
					throw new Error('full');
				}
			}),
			{ newId: () => 'x', nowEpochMs: () => T0 }
		);
		await expect(broken.note([{ kind: 'connected' }])).rejects.toThrow('full');
		expect(await outboxOn(tables).waiting()).toBe(0);
	});
});

describe('episode notes', () => {
	const episode = (id: string): StoredEpisode => ({ id, frames: 90, seconds: 3.04, simulated: true });

	/** What the class counts after it was told. */
	async function told(outbox: Outbox, stored: readonly StoredEpisode[]): Promise<string[]> {
		await outbox.note(episodeNotes(stored, await outbox.noted('episode_')));
		return (await outbox.oldest(100)).map(({ kind }) => kind);
	}

	it('tells of an episode, of its end, and of one that is brought back', async () => {
		const outbox = outboxOn(new Map());
		expect(await told(outbox, [episode('a')])).toEqual(['episode_sealed']);
		expect(await told(outbox, [episode('a')]), 'looked at again').toEqual(['episode_sealed']);
		expect(await told(outbox, [])).toEqual(['episode_sealed', 'episode_deleted']);
		expect(await told(outbox, [])).toHaveLength(2);
		expect(await told(outbox, [episode('a')])).toEqual([
			'episode_sealed',
			'episode_deleted',
			'episode_sealed'
		]);
		expect(await told(outbox, [])).toHaveLength(4);
	});

	it('says how long it was and of which arm, and nothing a pupil typed', () => {
		expect(episodeNotes([episode('a')], [])).toEqual([
			{
				kind: 'episode_sealed',
				payload: { frames: 90, seconds: 3, simulated: true },
				once: 'episode_sealed:a#0'
			}
		]);
	});
});
