import { describe, expect, it } from 'vitest';
import { CodedError } from '$lib/core';
import { SERVO_FAULTS, SO101, TICK_FLAGS, type TickBatch } from '$lib/contracts';
import { createMemoryArmStore, type ArmStore } from '$lib/robot';
import { ArmMemory } from './arm-memory';

const A = '1.-447.800.3200';
const B = '1.12.900.3100';

function createMemory(openStore: () => Promise<ArmStore> = () => Promise.resolve(createMemoryArmStore())) {
	const clock = { epochMs: 1_000_000 };
	const problems: string[] = [];
	const memory = new ArmMemory({
		openStore,
		epochMs: () => clock.epochMs,
		onProblem: (code) => problems.push(code)
	});
	return { memory, clock, problems };
}

function second(fromMs: number, faults = 0): TickBatch {
	const n = SO101.joints.length;
	const count = 100;
	const fill = (value: number): Float32Array => new Float32Array(count * n).fill(value);
	return {
		v: 1,
		armId: 'follower',
		joints: n,
		count,
		firstTick: 0,
		tMs: Float64Array.from({ length: count }, (_, tick) => fromMs + 10 * tick),
		state: fill(0),
		goal: fill(0),
		flags: new Uint16Array(count).fill(TICK_FLAGS.read | TICK_FLAGS.armed),
		limitedBy: new Uint16Array(count),
		load: fill(5),
		voltage: fill(7.5),
		temperature: fill(41),
		current: fill(100),
		faults: new Uint8Array(count * n).fill(faults)
	};
}

describe('what the page remembers of arms', () => {
	it('knows an arm again, by number and name, and refuses it in the wrong place', async () => {
		const rows = new Map<string, unknown>();
		const first = createMemory(() => Promise.resolve(createMemoryArmStore(rows)));
		await first.memory.open();
		expect(first.memory.met(A, 'leader')).toEqual({ name: null, number: 1, role: null, problem: null });
		expect(first.memory.met(B, 'follower').number).toBe(2);
		expect(first.memory.pair(A, B)).toEqual({ kind: 'ask_by_hand', why: 'new' });
		first.memory.paired(A, B);
		await first.memory.keeper?.apply({ kind: 'named', fingerprint: B, name: 'Blue' });

		const next = createMemory(() => Promise.resolve(createMemoryArmStore(rows)));
		await next.memory.open();
		expect(next.memory.pair(A, B)).toEqual({ kind: 'known' });
		expect(next.memory.met(B, 'leader')).toMatchObject({
			name: 'Blue',
			role: 'follower',
			problem: { cause: 'swapped', details: { arm: 'Blue', armNumber: 2 } }
		});
		expect(next.memory.keeper?.inventory.get(B)?.faults.at(-1)?.cause).toBe('swapped');
	});

	it('keeps the health of a session while it runs and when it ends', async () => {
		const { memory, clock } = createMemory();
		await memory.open();
		memory.met(A, 'follower');
		memory.begin(A);
		for (let k = 0; k < 70; k++) {
			clock.epochMs += 1000;
			memory.take(second(1000 * k));
		}
		expect(memory.history(A)).toEqual([
			{ startedAtEpochMs: 1_000_000, minutes: 1, hottestC: 41, lowestV: 7.5, warnings: 0 }
		]);
		memory.take(second(70_000, SERVO_FAULTS.overload));
		memory.end();
		memory.take(second(80_000));
		const arm = memory.keeper?.inventory.get(A);
		expect(memory.history(A)[0]?.warnings).toBe(6);
		expect(arm?.faults).toEqual([
			{ atEpochMs: 1_070_000, cause: 'servo_overload', joints: SO101.joints.map(({ name }) => name) }
		]);
		expect(arm?.armedMs).toBeGreaterThan(70_000);
	});

	it('goes on without a store, and says so once', async () => {
		const { memory, problems } = createMemory(() =>
			Promise.reject(new CodedError('store_from_future', 'a newer version'))
		);
		await memory.open();
		expect(problems).toEqual(['store_from_future']);
		memory.met(A, 'follower');
		expect(memory.keeper?.inventory.has(A)).toBe(true);
	});

	it('remembers nothing of a glance, nor of an arm without a fingerprint', async () => {
		const { memory } = createMemory();
		await memory.open();
		memory.met(A, 'follower');
		memory.begin(A);
		memory.end();
		expect(memory.history(A)).toEqual([]);
		memory.met('', 'follower');
		memory.begin('');
		memory.take(second(0));
		memory.end();
		expect(memory.keeper?.inventory.size).toBe(1);
	});
});
