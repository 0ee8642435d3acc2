// Seeded crash points. SOAK_STORE_POINTS and SOAK_SEED give the long form; a failing point prints what replays it.

import { describe, expect, it } from 'vitest';
import { createRandom } from '$lib/core';
import { STRICT_EVERY_BLOCKS } from './durability';
import { brokenPromises, describeDisk, diskAfter, liveStore, type CrashPoint } from './crash-model';

const { env } = (globalThis as unknown as { process: { env: Record<string, string | undefined> } }).process;
const POINTS = Number(env.SOAK_STORE_POINTS ?? 20_000);
const SEED = Number(env.SOAK_SEED ?? 20_260_101);
const POINTS_PER_LIFE = 200;

describe('a store that crashes at any operation', () => {
	it(`keeps its promises at ${POINTS} crash points (seed ${SEED})`, { timeout: 0 }, async ({ annotate }) => {
		const kinds = { kill: 0, power: 0 };
		let done = 0;
		for (let life = 0; done < POINTS; life++) {
			const seed = SEED + life;
			const lived = await liveStore(seed, 4);
			const random = createRandom(seed);
			for (let n = 0; n < POINTS_PER_LIFE && done < POINTS; n++, done++) {
				const kind = random.chance(0.5) ? 'kill' : 'power';
				const point: CrashPoint = { at: random.int(lived.commits.length + 1), kind, seed: seed * 1000 + n };
				const broken = await brokenPromises(lived, point);
				if (broken.length > 0) {
					const disk = describeDisk(diskAfter(lived, point).tables);
					expect({ lifeSeed: seed, point, broken, disk }).toBeNull();
				}
				kinds[kind] += 1;
			}
		}
		await annotate(`${done} crash points (${kinds.kill} kills, ${kinds.power} power cuts), 0 broken`);
		expect(done).toBe(POINTS);
	});

	it('would notice: a disk that lies about strictness breaks promises', async () => {
		const lived = await liveStore(SEED, 4);
		const lying = {
			...lived,
			commits: lived.commits.map((commit) => ({ ...commit, durability: 'relaxed' as const }))
		};
		let noticed = 0;
		for (let seed = 0; seed < 50; seed++)
			try {
				const point: CrashPoint = { at: lying.commits.length, kind: 'power', seed };
				if ((await brokenPromises(lying, point)).length > 0) noticed += 1;
			} catch {
				noticed += 1;
			}
		expect(noticed).toBeGreaterThan(40);
	});

	it('loses less of the trace the later the crash, and nothing of it in a kill', async () => {
		const lived = await liveStore(SEED, 2);
		for (let at = 0; at <= lived.commits.length; at++) {
			expect(diskAfter(lived, { at, kind: 'kill', seed: 1 }).horizon).toBe(at);
			const { horizon } = diskAfter(lived, { at, kind: 'power', seed: 1 });
			expect(at - horizon).toBeLessThanOrEqual(STRICT_EVERY_BLOCKS + 1);
		}
	});
});
