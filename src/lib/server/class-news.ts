// News of classes: one LISTEN per process on the database's channel `school`, handed to whoever watches that class. News say
// that something changed, never what: who hears one asks for the whole state. NOTIFY is no queue, so after the connection was
// lost every watcher is told as well. Without a listening address there are no news from the database; watchers then ask by
// themselves (see board-stream.ts).

import postgres from 'postgres';
import { z } from 'zod';

const CHANNEL = 'school';
const payloadShape = z.object({ classroom_id: z.string(), what: z.string().default('changed') });

export type NewsOf = (what: string) => void;

export class ClassNews {
	readonly #watchers = new Map<string, Set<NewsOf>>();
	#listening: Promise<boolean> | null = null;

	/** Calls `onNews` at every change of that class until the returned function is called. */
	watch(classroomId: string, onNews: NewsOf): () => void {
		const set = this.#watchers.get(classroomId) ?? new Set();
		this.#watchers.set(classroomId, set);
		set.add(onNews);
		return () => {
			set.delete(onNews);
			if (set.size === 0 && this.#watchers.get(classroomId) === set) this.#watchers.delete(classroomId);
		};
	}

	/** Something of this process's own memory changed. */
	tell(classroomId: string, what: string): void {
		for (const onNews of this.#watchers.get(classroomId) ?? []) onNews(what);
	}

	/** Starts listening once; false where it cannot. postgres.js listens again by itself after a lost connection. */
	listen(url: string | null): Promise<boolean> {
		if (url === null) return Promise.resolve(false);
		this.#listening ??= this.#start(url).catch(() => {
			this.#listening = null; // the next watcher tries again
			return false;
		});
		return this.#listening;
	}

	async #start(url: string): Promise<boolean> {
		const sql = postgres(url, { max: 1, idle_timeout: 0, connect_timeout: 5, onnotice: () => undefined });
		try {
			await sql.listen(
				CHANNEL,
				(payload) => this.take(payload),
				() => this.#tellAll()
			);
		} catch (error) {
			await sql.end({ timeout: 1 });
			throw error;
		}
		return true;
	}

	/** One payload of the channel; what does not parse is not ours. */
	take(payload: string): void {
		let parsed: unknown;
		try {
			parsed = JSON.parse(payload);
		} catch {
			return;
		}
		const news = payloadShape.safeParse(parsed);
		if (news.success) this.tell(news.data.classroom_id, news.data.what);
	}

	#tellAll(): void {
		for (const classroomId of [...this.#watchers.keys()]) this.tell(classroomId, 'again');
	}
}
