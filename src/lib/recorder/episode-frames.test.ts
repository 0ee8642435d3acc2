import { describe, expect, it } from 'vitest';
import { loadEpisodeFrames } from './episode-frames';
import { createBench, JOINTS, SIZE, stop } from './recording-bench';
import { readFakePacket } from './fake-encoder';
import { openWebCodecsDecoder, type OpenPacketDecoder } from './webcodecs-decoder';

/** Gives each wanted packet's own number back as a picture; refuses what could not be decoded. */
function honestDecoder(log: number[][]): OpenPacketDecoder {
	return () =>
		Promise.resolve({
			decode(packets, wanted) {
				log.push(packets.map(({ index }) => index));
				packets.forEach(({ index, key }, n) => {
					if (!key && packets[n - 1]?.index !== index - 1) throw new Error(`${index} refers to nothing`);
				});
				return Promise.resolve(
					packets
						.filter(({ index }) => wanted.has(index))
						.map(({ bytes }) => ({ ...SIZE, data: Uint8Array.of(readFakePacket(bytes).picture) }))
				);
			},
			close: () => undefined
		});
}

async function recorded(ticks: number) {
	const bench = await createBench();
	await bench.run(ticks, (tick) => ({ ...tick, ...(tick.index >= 20 ? { correction: true } : {}) }));
	await stop(bench);
	return bench.store.openEpisode(bench.recorder.episodeId);
}

describe('a sealed episode to look at', () => {
	it('gives its rows as columns, from 0, with what a hand did', async () => {
		const { rows } = await loadEpisodeFrames(await recorded(30), honestDecoder([]));
		expect(rows.count).toBe(30);
		expect(rows.timesMs[0]).toBe(0);
		expect(rows.timesMs[29]).toBeCloseTo(29_000 / 30, 6);
		expect(Array.from({ length: 30 }, (_, row) => rows.state[row * JOINTS])).toEqual(
			Array.from({ length: 30 }, (_, row) => row)
		);
		expect(rows.action[JOINTS * 7]).toBe(7.5);
		expect([...(rows.correction ?? [])].indexOf(1)).toBe(20);
	});

	it('gives the pictures of any rows, each its own, and decodes no more than they need', async () => {
		const log: number[][] = [];
		const frames = await loadEpisodeFrames(await recorded(60), honestDecoder(log));
		for (const camera of [0, 1]) {
			for (const wanted of [[0], [59], [1, 2, 3], Array.from({ length: 20 }, (_, n) => 3 * n)]) {
				const seen: number[] = [];
				for await (const { data } of frames.pictures(camera, wanted)) seen.push(data[0] ?? NaN);
				// Pictures are one ahead of their rows in this bench.
				expect(seen).toEqual(wanted.map((row) => row + 1));
			}
		}
		// Key pictures stand every two rows: of a wanted row at most one other is decoded.
		expect(Math.max(...log.map((batch) => batch.length))).toBeLessThanOrEqual(16);
	});

	it('does not go on when it is stopped, and is refused where a block is missing', async () => {
		const reader = await recorded(60);
		const frames = await loadEpisodeFrames(reader, honestDecoder([]));
		const abort = new AbortController();
		const film = frames.pictures(
			0,
			Array.from({ length: 60 }, (_, row) => row),
			abort.signal
		);
		await film.next();
		abort.abort();
		for (let n = 0; n < 7; n++) await film.next();
		await expect(film.next()).rejects.toThrow();
		const torn = {
			meta: reader.meta,
			async *blocks() {
				for await (const block of reader.blocks()) if (block.blockIndex !== 1) yield block;
			}
		};
		await expect(loadEpisodeFrames(torn)).rejects.toMatchObject({ code: 'store_damaged' });
	});

	it('is said to be unreadable where nothing decodes', async () => {
		const { meta } = await recorded(5);
		const track = meta.cameras[0]?.track;
		if (!track) throw new Error('no track');
		await expect(openWebCodecsDecoder(track)).rejects.toMatchObject({ code: 'episode_not_decodable' });
	});
});
