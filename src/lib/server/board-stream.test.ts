import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { stateStream } from './board-stream';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Everything the stream says, as it says it. */
function reading(stream: ReadableStream<Uint8Array>) {
	const said: string[] = [];
	const seen = { said, ended: false };
	const reader = stream.getReader();
	void (async () => {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) break;
			said.push(new TextDecoder().decode(value));
		}
		seen.ended = true;
	})();
	return { seen, reader };
}
const data = (said: readonly string[]): string[] => said.filter((line) => line.startsWith('data:'));

it('sends the whole state at once, and once for news that come together', async () => {
	let n = 0;
	let tell = (): void => undefined;
	const { seen } = reading(
		stateStream({
			state: () => Promise.resolve({ n: ++n }),
			watch: (onNews) => {
				tell = onNews;
				return () => undefined;
			},
			hearsNews: true,
			gatherMs: 150
		})
	);
	await vi.advanceTimersByTimeAsync(0);
	expect(data(seen.said)).toEqual(['data: {"n":1}\n\n']);
	tell();
	tell();
	tell();
	await vi.advanceTimersByTimeAsync(149);
	expect(n).toBe(1);
	await vi.advanceTimersByTimeAsync(1);
	expect(data(seen.said)).toEqual(['data: {"n":1}\n\n', 'data: {"n":2}\n\n']);
});

it('looks by itself where nothing is announced', async () => {
	let n = 0;
	const watch = () => () => undefined;
	reading(stateStream({ state: () => Promise.resolve(++n), watch, hearsNews: false, gatherMs: 0 }));
	await vi.advanceTimersByTimeAsync(9000);
	expect(n).toBe(4);
});

it('ends when somebody may not watch any more, and lets go of the news', async () => {
	let allowed = true;
	let watching = 1;
	const { seen } = reading(
		stateStream({
			state: () => Promise.resolve(allowed ? 1 : null),
			watch: () => () => (watching -= 1),
			hearsNews: true,
			gatherMs: 0
		})
	);
	await vi.advanceTimersByTimeAsync(0);
	expect(seen.ended).toBe(false);
	allowed = false;
	await vi.advanceTimersByTimeAsync(15_000);
	expect(seen.ended).toBe(true);
	expect(watching).toBe(0);
});

it('a database that does not answer ends nothing', async () => {
	let works = false;
	const { seen } = reading(
		stateStream({
			state: () => (works ? Promise.resolve('back') : Promise.reject(new Error('unreachable'))),
			watch: () => () => undefined,
			hearsNews: true,
			gatherMs: 0
		})
	);
	await vi.advanceTimersByTimeAsync(15_000);
	works = true;
	await vi.advanceTimersByTimeAsync(15_000);
	expect(data(seen.said)).toEqual(['data: "back"\n\n']);
	expect(seen.ended).toBe(false);
});

it('lives ten minutes, then the browser asks anew', async () => {
	let watching = 1;
	const { seen } = reading(
		stateStream({
			state: () => Promise.resolve(1),
			watch: () => () => (watching -= 1),
			hearsNews: true,
			gatherMs: 0
		})
	);
	await vi.advanceTimersByTimeAsync(10 * 60_000 - 1);
	expect(seen.ended).toBe(false);
	await vi.advanceTimersByTimeAsync(1);
	expect(seen.ended).toBe(true);
	expect(watching).toBe(0);
});

it('a browser that went away is not sent to', async () => {
	let watching = 1;
	let asked = 0;
	const { reader } = reading(
		stateStream({
			state: () => Promise.resolve(++asked),
			watch: () => () => (watching -= 1),
			hearsNews: false,
			gatherMs: 0
		})
	);
	await vi.advanceTimersByTimeAsync(0);
	await reader.cancel();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(asked).toBe(1);
	expect(watching).toBe(0);
});
