import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SERVO_FAULTS, SO101, TICK_FLAGS, type TickBatch } from '$lib/contracts';
import { formatArmFile, parseArmFile } from './arm-file';
import { KEPT, cleanName, readArmRecord, type ArmRecord, type HealthSession } from './arm-record';
import { createMemoryArmStore, openInventory, type ArmStore } from './arm-store';
import { createHealthLog } from './health-log';
import { EMPTY_INVENTORY, inventory, mergeRecords, type Inventory, type InventoryEvent } from './inventory';

const A = '1.-447.800.3200';
const B = '1.12.900.3100';
const C = '1.77.700.3000';

const run = (...events: InventoryEvent[]): Inventory => events.reduce(inventory, EMPTY_INVENTORY);
const seen = (fingerprint: string, atEpochMs = 1000): InventoryEvent => ({
	kind: 'seen',
	fingerprint,
	atEpochMs,
	cause: null,
	joints: []
});
const session = (startedAtEpochMs: number, armedMs: number): HealthSession => ({
	startedAtEpochMs,
	contactMs: 2 * armedMs,
	armedMs,
	ticks: 10,
	failedTicks: 0,
	joints: []
});

describe('inventory', () => {
	it('numbers arms as they come and fills gaps', () => {
		const two = run(seen(A), seen(B));
		expect([two.get(A)?.number, two.get(B)?.number]).toEqual([1, 2]);
		const again = [{ kind: 'forgotten', fingerprint: A } as const, seen(C)].reduce(inventory, two);
		expect(again.get(C)?.number).toBe(1);
	});

	it('remembers nothing of an arm that was never calibrated', () => {
		expect(run(seen(''))).toBe(EMPTY_INVENTORY);
	});

	it('keeps why an arm could not be used', () => {
		const bad: InventoryEvent = {
			kind: 'seen',
			fingerprint: A,
			atEpochMs: 2000,
			cause: 'overheat',
			joints: ['elbow_flex']
		};
		const arm = run(seen(A), bad, seen(A, 3000)).get(A);
		expect(arm?.lastCheck).toEqual({ atEpochMs: 3000, cause: null, joints: [] });
		expect(arm?.faults).toEqual([{ atEpochMs: 2000, cause: 'overheat', joints: ['elbow_flex'] }]);
	});

	it('settles both roles by pairing, and not for two arms that look the same', () => {
		const pair = run(seen(A), seen(B), { kind: 'paired', leader: A, follower: B });
		expect(pair.get(A)).toMatchObject({ role: 'leader', partners: [B] });
		expect(pair.get(B)).toMatchObject({ role: 'follower', partners: [A] });
		expect(run(seen(A), { kind: 'paired', leader: A, follower: A }).get(A)?.role).toBeNull();
	});

	it('counts the hours of a session once, however often it is told', () => {
		const arm = run(
			seen(A),
			{ kind: 'session', fingerprint: A, session: session(1000, 60_000) },
			{ kind: 'session', fingerprint: A, session: session(1000, 90_000) },
			{ kind: 'session', fingerprint: A, session: session(9000, 10_000) }
		).get(A);
		expect(arm?.armedMs).toBe(100_000);
		expect(arm?.sessions.map(({ startedAtEpochMs }) => startedAtEpochMs)).toEqual([1000, 9000]);
	});

	it('stays bounded', () => {
		let state = run(seen(A));
		for (let k = 0; k < 200; k++) {
			state = inventory(state, { kind: 'session', fingerprint: A, session: session(k, 1000) });
			const fault = { atEpochMs: k, cause: 'warm', joints: [] };
			state = inventory(state, { kind: 'fault', fingerprint: A, fault });
			state = [seen(`other ${k}`), { kind: 'paired', leader: A, follower: `other ${k}` } as const].reduce(
				inventory,
				state
			);
		}
		const arm = state.get(A);
		expect(arm?.sessions).toHaveLength(KEPT.sessions);
		expect(arm?.sessions.at(-1)?.startedAtEpochMs).toBe(199);
		expect(arm?.armedMs).toBe(200_000);
		expect(arm?.faults).toHaveLength(KEPT.faults);
		expect(arm?.partners).toHaveLength(KEPT.partners);
		expect(readArmRecord(arm).ok).toBe(true);
	});

	it('takes the memory along when an arm is calibrated again', () => {
		const state = run(
			seen(A),
			seen(B),
			{ kind: 'paired', leader: A, follower: B },
			{ kind: 'named', fingerprint: B, name: 'Blue' },
			{ kind: 'recalibrated', from: B, to: C }
		);
		expect(state.has(B)).toBe(false);
		expect(state.get(C)).toMatchObject({ name: 'Blue', role: 'follower', number: 2, fingerprint: C });
		expect(state.get(A)?.partners).toEqual([C]);
	});

	it('forgets the partners of an arm whose role is to be settled again', () => {
		const pairs = run(
			seen(A),
			seen(B),
			seen(C),
			{ kind: 'paired', leader: A, follower: B },
			{ kind: 'paired', leader: A, follower: C }
		);
		const state = inventory(pairs, { kind: 'role', fingerprint: A, role: null });
		expect(state.get(A)).toMatchObject({ role: null, partners: [] });
		expect([B, C].map((key) => state.get(key))).toMatchObject([
			{ role: 'follower', partners: [] },
			{ role: 'follower', partners: [] }
		]);
		expect(inventory(state, { kind: 'role', fingerprint: 'nobody', role: null })).toBe(state);
	});

	it('keeps names to one short line', () => {
		expect(cleanName('  Arm\n\u0000 three\u202e ')).toBe('Arm three');
		const names = fc.string({ unit: 'grapheme', maxLength: 200 });
		fc.assert(
			fc.property(names, (name) => {
				const arm = run(seen(A), { kind: 'named', fingerprint: A, name }).get(A);
				return readArmRecord(arm).ok;
			}),
			{ seed: 4 }
		);
	});
});

/** Any record that could be stored. */
const anyRecord: fc.Arbitrary<ArmRecord> = fc
	.record({
		seenAt: fc.nat(1000),
		name: fc.constantFrom('', 'Red', 'Blue'),
		role: fc.constantFrom('leader' as const, 'follower' as const, null),
		armedMs: fc.nat(1000),
		partners: fc.uniqueArray(fc.constantFrom(B, C), { maxLength: 2 }),
		starts: fc.uniqueArray(fc.nat(20), { maxLength: 5 }),
		faultsAt: fc.uniqueArray(fc.nat(20), { maxLength: 5 })
	})
	.map(({ seenAt, name, role, armedMs, partners, starts, faultsAt }) => ({
		schemaVersion: 1 as const,
		fingerprint: A,
		number: 1,
		name,
		role,
		firstSeenEpochMs: 0,
		lastSeenEpochMs: seenAt,
		lastCheck: null,
		faults: faultsAt.sort((x, y) => x - y).map((atEpochMs) => ({ atEpochMs, cause: 'warm', joints: [] })),
		armedMs,
		partners,
		sessions: starts.sort((x, y) => x - y).map((start) => session(start, seenAt))
	}));

describe('arms from two computers', () => {
	it('merge to the same, whichever comes first and however often', () => {
		fc.assert(
			fc.property(anyRecord, anyRecord, (a, b) => {
				const merged = mergeRecords(a, b);
				expect(mergeRecords(b, a)).toEqual(merged);
				expect(mergeRecords(merged, b)).toEqual(merged);
				expect(mergeRecords(a, a)).toEqual(a);
				expect(readArmRecord(merged).ok).toBe(true);
			}),
			{ seed: 20261122 }
		);
	});

	it('travel as a file', () => {
		const state = run(seen(A), seen(B), { kind: 'named', fingerprint: A, name: 'Grüner Arm' });
		const file = parseArmFile(formatArmFile(state));
		expect(file.ok && file.value).toEqual({ records: [...state.values()], damaged: 0 });
		const other = run(seen(C), { kind: 'imported', records: file.ok ? file.value.records : [] });
		expect([...other.values()].map(({ number, name }) => [number, name])).toEqual([
			[1, ''],
			[2, 'Grüner Arm'],
			[3, '']
		]);
	});

	it.each([
		['', 'not_json'],
		['{', 'not_json'],
		['null', 'wrong_shape'],
		['{"format":"edubotics-arms","version":1}', 'wrong_shape'],
		['{"format":"other","version":1,"arms":[]}', 'wrong_shape'],
		['{"format":"edubotics-arms","version":2,"arms":[]}', 'from_future'],
		[`{"format":"edubotics-arms","version":1,"arms":[${'0,'.repeat(1000)}0]}`, 'too_large'],
		['x'.repeat(9_000_000), 'too_large']
	])('refuse %j as %s', (text, code) => {
		expect(parseArmFile(text)).toEqual({ ok: false, error: code });
	});

	it('leave a damaged arm out and keep the others', () => {
		const state = run(seen(A), seen(B));
		const text = formatArmFile(state).replace('"role": null', '"role": "boss"');
		const file = parseArmFile(text);
		expect(file.ok && [file.value.records.length, file.value.damaged]).toEqual([1, 1]);
	});

	it('survive any text', () => {
		fc.assert(
			fc.property(fc.json(), (text) => {
				const file = parseArmFile(text);
				return !file.ok || file.value.records.length === 0;
			}),
			{ seed: 5 }
		);
	});
});

describe('the keeper', () => {
	it('finds what it wrote, leaves what it cannot believe, and never writes over a newer version', async () => {
		const rows = new Map<string, unknown>();
		const first = await openInventory(createMemoryArmStore(rows));
		await first.apply(seen(A));
		await first.apply({ kind: 'named', fingerprint: A, name: 'Red' });
		rows.set(B, { schemaVersion: 1, fingerprint: B });
		const future = { schemaVersion: 2, fingerprint: C, hue: 'red' };
		rows.set(C, future);

		const second = await openInventory(createMemoryArmStore(rows));
		expect(second.damaged).toBe(1);
		expect([...second.inventory.keys()]).toEqual([A]);
		expect(second.inventory.get(A)?.name).toBe('Red');
		await second.apply(seen(C));
		await second.apply(seen(B));
		expect(rows.get(C)).toEqual(future);
		expect(readArmRecord(rows.get(B)).ok).toBe(true);
	});

	it('goes on in memory when the disk is full, and stores later what it could not', async () => {
		const rows = new Map<string, unknown>();
		const memory = createMemoryArmStore(rows);
		let full = true;
		const store: ArmStore = {
			...memory,
			change: (put, remove) => (full ? Promise.reject(new Error('storage_full')) : memory.change(put, remove))
		};
		const keeper = await openInventory(store);
		await expect(keeper.apply(seen(A))).rejects.toThrow('storage_full');
		expect(keeper.inventory.has(A)).toBe(true);
		full = false;
		await keeper.apply(seen(B));
		expect([...rows.keys()].sort()).toEqual([A, B].sort());
		await keeper.apply({ kind: 'forgotten', fingerprint: A });
		expect([...rows.keys()]).toEqual([B]);
	});
});

function batchOf(
	ticks: readonly { tMs: number; read?: boolean; armed?: boolean; celsius?: number; faults?: number }[]
): TickBatch {
	const n = SO101.joints.length;
	const fill = (value: (tick: number) => number): Float32Array =>
		Float32Array.from({ length: ticks.length * n }, (_, index) => value(Math.floor(index / n)));
	return {
		v: 1,
		armId: 'arm',
		joints: n,
		count: ticks.length,
		firstTick: 0,
		tMs: Float64Array.from(ticks, ({ tMs, read }) => (read === false ? Number.NaN : tMs)),
		state: fill(() => 0),
		goal: fill(() => Number.NaN),
		flags: Uint16Array.from(
			ticks,
			({ read, armed }) => (read === false ? 0 : TICK_FLAGS.read) | (armed === true ? TICK_FLAGS.armed : 0)
		),
		limitedBy: new Uint16Array(ticks.length),
		load: fill((tick) => (ticks[tick]?.read === false ? Number.NaN : -12)),
		voltage: fill((tick) => (ticks[tick]?.read === false ? Number.NaN : 7.5)),
		temperature: fill((tick) => ticks[tick]?.celsius ?? Number.NaN),
		current: fill(() => 65),
		faults: Uint8Array.from(
			{ length: ticks.length * n },
			(_, index) => ticks[Math.floor(index / n)]?.faults ?? 0
		)
	};
}

describe('the health log', () => {
	it('keeps extremes and counts what began, not how long it lasted', () => {
		const log = createHealthLog(SO101, 5000);
		log.take(
			batchOf([
				{ tMs: 0, armed: true, celsius: 40 },
				{ tMs: 5, armed: true, celsius: 41 }
			])
		);
		for (let k = 0; k < 20; k++) log.take(batchOf([{ tMs: 10 + 5 * k, armed: true, celsius: 56 }]));
		log.take(
			batchOf([
				{ tMs: 110, celsius: 50, faults: SERVO_FAULTS.overload },
				{ tMs: 115, read: false }
			])
		);
		const { joints, ...rest } = log.session();
		expect(rest).toEqual({
			startedAtEpochMs: 5000,
			contactMs: 110,
			armedMs: 105,
			ticks: 24,
			failedTicks: 1
		});
		expect(joints[2]).toEqual({
			maxTemperatureC: 56,
			minVoltageV: 7.5,
			maxCurrentMa: 65,
			maxLoadPercent: 12,
			causes: { warm: 1, servo_overload: 1 }
		});
	});

	it('does not count a gap as contact, and invents nothing', () => {
		const log = createHealthLog(SO101, 0);
		log.take(batchOf([{ tMs: 0, read: false }]));
		expect(log.session().joints[0]).toEqual({
			maxTemperatureC: null,
			minVoltageV: null,
			maxCurrentMa: null,
			maxLoadPercent: null,
			causes: {}
		});
		log.take(
			batchOf([
				{ tMs: 0, celsius: 30 },
				{ tMs: 60_000, celsius: 30 }
			])
		);
		expect(log.session().contactMs).toBe(0);
		expect(JSON.stringify(log.session())).not.toContain('NaN');
	});
});
