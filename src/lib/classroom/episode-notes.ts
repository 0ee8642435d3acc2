// Which episodes the class has yet to hear of: the difference between what the seat's store holds and what was noted. The
// store is the truth, so a tab that was killed between sealing and noting loses nothing. What a guest
// recorded before joining lies in another database and does not count.

import type { Note } from './outbox';

export const SEALED = 'episode_sealed:';
export const DELETED = 'episode_deleted:';

export interface StoredEpisode {
	readonly id: string;
	readonly frames: number;
	readonly seconds: number;
	readonly simulated: boolean;
}

/** A deleted episode that is brought back by "undo" is told as another one: the class counts, it does not know ids. */
export function episodeNotes(stored: readonly StoredEpisode[], noted: readonly string[]): Note[] {
	const known = new Set(noted);
	const count = (name: string): number => {
		let times = 0;
		while (known.has(`${name}#${times}`)) times += 1;
		return times;
	};
	const here = new Set(stored.map(({ id }) => id));
	const notes: Note[] = [];
	for (const { id, frames, seconds, simulated } of stored) {
		const sealed = count(SEALED + id);
		if (sealed > count(DELETED + id)) continue;
		const payload = { frames, seconds: Math.round(seconds * 10) / 10, simulated };
		notes.push({ kind: 'episode_sealed', payload, once: `${SEALED}${id}#${sealed}` });
	}
	const ids = new Set(
		noted
			.filter((name) => name.startsWith(SEALED))
			.map((name) => name.slice(SEALED.length).split('#')[0] ?? '')
	);
	for (const id of ids) {
		if (here.has(id)) continue;
		const deleted = count(DELETED + id);
		if (count(SEALED + id) > deleted)
			notes.push({ kind: 'episode_deleted', once: `${DELETED}${id}#${deleted}` });
	}
	return notes;
}
