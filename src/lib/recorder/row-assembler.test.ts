import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '$lib/core';
import { createRowAssembler, type WholeRow } from './row-assembler';

const NUMBERS = new Float32Array(1);
const data = (captureMs: number) => ({
	captureMs,
	state: NUMBERS,
	action: NUMBERS,
	cameraMs: [captureMs, captureMs]
});

interface Outcome {
	readonly rows: { readonly sequence: number; readonly keys: boolean[] }[];
	readonly begun: { readonly sequence: number; readonly key: boolean }[];
	swallowed: number[];
	dropped: number;
}

/** Encodes `count` rows with two cameras that answer late and swallow pictures. */
function run(count: number, groupLength: number, seed: number, swallow: number): Outcome {
	const random = createRandom(seed);
	const outcome: Outcome = { rows: [], begun: [], swallowed: [0, 0], dropped: 0 };
	const assembler = createRowAssembler({
		cameras: 2,
		groupLength,
		onRow: (row: WholeRow) =>
			outcome.rows.push({ sequence: row.captureMs, keys: row.packets.map((packet) => packet.key) }),
		onSwallowed: (camera) => (outcome.swallowed[camera] = (outcome.swallowed[camera] ?? 0) + 1),
		onDropped: () => (outcome.dropped += 1)
	});
	const queues: (() => void)[][] = [[], []];
	for (let n = 0; n < count; n++) {
		const { sequence, key } = assembler.begin(data(n));
		outcome.begun.push({ sequence, key });
		queues.forEach((queue, camera) => {
			if (random.chance(swallow)) return;
			queue.push(() => assembler.packet(camera, sequence, { key, bytes: Uint8Array.of(n) }));
		});
		for (const queue of queues) while (queue.length > random.int(5)) queue.shift()?.();
	}
	for (const queue of queues) for (const deliver of queue) deliver();
	assembler.finish();
	expect(assembler.pending).toBe(0);
	return outcome;
}

describe('row assembler', () => {
	it('lets every row through when nothing is lost, with common key pictures', () => {
		const { rows, dropped, begun } = run(50, 2, 1, 0);
		expect(rows.map((row) => row.sequence)).toEqual(begun.map((row) => row.sequence));
		expect(rows.map((row) => row.keys[0])).toEqual(Array.from({ length: 50 }, (_, i) => i % 2 === 0));
		expect(dropped).toBe(0);
	});

	it('keeps order, decodability and account under any loss', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 2, max: 5 }),
				fc.nat(),
				fc.double({ min: 0, max: 0.4, noNaN: true }),
				(g, seed, swallow) => {
					const { rows, begun, dropped, swallowed } = run(80, g, seed, swallow);
					expect(rows.length + dropped).toBe(begun.length);
					if (dropped === 0) expect(swallowed).toEqual([0, 0]);
					let previous = -1;
					for (const { sequence, keys } of rows) {
						expect(sequence).toBeGreaterThan(previous);
						expect(keys[0]).toBe(keys[1]);
						// A picture that is not key refers to the one before it, so that one has to be there.
						if (!keys[0]) expect(sequence).toBe(previous + 1);
						previous = sequence;
					}
					if (rows[0]) expect(rows[0].keys[0]).toBe(true);
				}
			),
			{ seed: 2, numRuns: 300 }
		);
	});

	it('loses one group, not more, for one swallowed picture', () => {
		const rows: number[] = [];
		const assembler = createRowAssembler({
			cameras: 2,
			groupLength: 5,
			onRow: (row) => rows.push(row.captureMs),
			onSwallowed: () => undefined,
			onDropped: () => undefined
		});
		for (let n = 0; n < 12; n++) {
			const { sequence, key } = assembler.begin(data(n));
			assembler.packet(0, sequence, { key, bytes: NUMBERS as unknown as Uint8Array });
			if (n !== 6) assembler.packet(1, sequence, { key, bytes: NUMBERS as unknown as Uint8Array });
		}
		// 6 was swallowed, which shows at 7; 8 begins a new group.
		expect(rows).toEqual([0, 1, 2, 3, 4, 5, 8, 9, 10, 11]);
	});

	it('refuses a row whose key picture is not one', () => {
		const rows: number[] = [];
		const assembler = createRowAssembler({
			cameras: 1,
			groupLength: 2,
			onRow: (row) => rows.push(row.captureMs),
			onSwallowed: () => undefined,
			onDropped: () => undefined
		});
		for (let n = 0; n < 4; n++) {
			const { sequence, key } = assembler.begin(data(n));
			assembler.packet(0, sequence, { key: key && n > 0, bytes: new Uint8Array(1) });
		}
		expect(rows).toEqual([2, 3]);
	});

	it('needs no camera at all', () => {
		const rows: number[] = [];
		const assembler = createRowAssembler({
			cameras: 0,
			groupLength: 2,
			onRow: (row) => rows.push(row.captureMs),
			onSwallowed: () => undefined,
			onDropped: () => undefined
		});
		assembler.begin(data(7));
		expect(rows).toEqual([7]);
	});
});
