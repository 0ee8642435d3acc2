import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SO101, type ConnectProblem, type FoundArm } from '$lib/contracts';
import { CodedError, type Result } from '$lib/core';
import {
	createSo101Chain,
	PRESETS_12_V,
	PRESETS_OUT_OF_THE_BOX,
	VIRTUAL_SO101_CALIBRATION,
	type VirtualServo
} from '$lib/sim';
import { diagnose, DIAGNOSE_BOUND_MS } from './diagnose';
import { fingerprintOf } from './fingerprint';
import { createVirtualPort, lastingWrites, type VirtualPort, type VirtualPortOptions } from './testing/port';

const PORT = { index: 0, usbVendorId: 0x1a86, usbProductId: 0x55d3 };
const [ID, BAUD, RETURN_DELAY] = [5, 6, 7];
const TEXT = (text: string): Uint8Array => new TextEncoder().encode(text);
const NMEA = TEXT('$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n');

interface Seen {
	readonly result: Result<FoundArm, ConnectProblem>;
	readonly tookMs: number;
	readonly port: VirtualPort;
}

async function look(options: VirtualPortOptions = {}, spoil: (port: VirtualPort) => void = () => undefined) {
	const port = createVirtualPort(options);
	spoil(port);
	const before = port.chain.servos.map(({ memory }) => [...memory.bytes.slice(0, 56)]);
	const beginMs = port.scheduler.now();
	const { transport, scheduler } = port;
	const result = await port.settle(diagnose({ transport, scheduler, spec: SO101, port: PORT }));
	const seen: Seen = { result, tookMs: scheduler.now() - beginMs, port };
	// Whatever it says: it has read, never written.
	expect(port.sent.filter((instruction) => instruction > 2)).toEqual([]);
	expect(port.chain.servos.map(({ memory }) => [...memory.bytes.slice(0, 56)])).toEqual(before);
	expect(lastingWrites(port.chain)).toBe(0);
	expect(seen.tookMs).toBeLessThanOrEqual(DIAGNOSE_BOUND_MS);
	return seen;
}

async function problemOf(options: VirtualPortOptions, spoil?: (port: VirtualPort) => void) {
	const { result } = await look(options, spoil);
	if (result.ok) throw new Error('an arm was found');
	return result.error;
}

const servo = (port: VirtualPort, index: number): VirtualServo => {
	const found = port.chain.servos[index];
	if (found === undefined) throw new Error(`no servo ${index}`);
	return found;
};
const remove = (port: VirtualPort, ...indices: number[]): void => {
	for (const index of indices) servo(port, index).missing = true;
};
const all = SO101.joints.map(({ name }) => name);

describe('diagnose: an arm that is well', () => {
	it('finds it within 0.2 s of virtual time, with its calibration, firmware, supply and fingerprint', async () => {
		const { result, tookMs } = await look();
		expect(result).toEqual({
			ok: true,
			value: {
				port: PORT,
				fingerprint: fingerprintOf(VIRTUAL_SO101_CALIBRATION),
				firmware: '3.10',
				calibration: VIRTUAL_SO101_CALIBRATION,
				role: null,
				voltageV: 7.4
			}
		});
		expect(tookMs).toBeLessThan(200);
	});

	it('finds it with factory settings, an energised one, one that was open at another rate', async () => {
		expect((await look({ configured: false })).result.ok).toBe(true);
		expect((await look({ energised: true })).result.ok).toBe(true);
		const port = createVirtualPort();
		await port.transport.open({ baudRate: 9600 });
		const { transport, scheduler } = port;
		const result = await port.settle(diagnose({ transport, scheduler, spec: SO101, port: PORT }));
		expect(result.ok).toBe(true);
		expect(transport.state).toBe('open');
	});

	it('finds it behind a plug that sends everything back', async () => {
		const echoing = await look({}, ({ wire }) => (wire.stranger = (request) => request));
		expect(echoing.result.ok).toBe(true);
	});

	it('is answered in time over a bad line: late, damaged and lost answers, in 200 seeded runs', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), async (seed) => {
				const rate = 0.02;
				const faults = {
					corrupt: rate,
					dropByte: rate,
					doubleByte: rate,
					dropPacket: rate,
					noise: rate,
					late: rate,
					stallPipe: rate
				};
				const { result, tookMs } = await look({ seed, faults });
				if (!result.ok) throw new Error(JSON.stringify(result.error));
				expect(tookMs).toBeLessThan(2000);
			}),
			{ numRuns: 200, seed: 4 }
		);
	});

	it('a computer that stands still for 200 ms is no missing servo', async () => {
		for (const atMs of [0, 5, 20, 40]) {
			const { result } = await look({}, ({ wire, scheduler }) =>
				scheduler.at(atMs, () => {
					wire.dice.rates = { stallPipe: 1, stallMs: [200, 200] };
					scheduler.at(atMs + 5, () => (wire.dice.rates = {}));
				})
			);
			expect(result.ok).toBe(true);
		}
	});
});

describe('diagnose: every cause the bus can know', () => {
	it('no_power: nobody answers at any rate', async () => {
		expect(await problemOf({}, (port) => remove(port, 0, 1, 2, 3, 4, 5))).toEqual({
			cause: 'no_power',
			joints: [],
			details: {}
		});
		const off = await look({ supplyVolts: 0 }, ({ chain }) => chain.advanceTo(10));
		expect(off.result).toMatchObject({ ok: false, error: { cause: 'no_power' } });
	});

	it('servo_missing names the joints, whichever they are', async () => {
		await fc.assert(
			fc.asyncProperty(fc.subarray([0, 1, 2, 3, 4, 5], { minLength: 1, maxLength: 5 }), async (gone) => {
				const error = await problemOf({}, (port) => remove(port, ...gone));
				expect(error.cause).toBe('servo_missing');
				expect(error.joints).toEqual(gone.map((index) => all[index]));
				expect(error.details).toEqual({
					ids: gone.map((index) => index + 1).join(', '),
					found: 6 - gone.length
				});
			}),
			{ numRuns: 20, seed: 7 }
		);
	});

	it('duplicate_id: a servo that carries the number of another one', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 1e6 }),
				fc.integer({ min: 1, max: 5 }),
				async (seed, other) => {
					const name = SO101.joints[other]?.name ?? '';
					const error = await problemOf({ seed, presets: { [name]: [[ID, 1, 1]] } });
					expect(error).toEqual({ cause: 'duplicate_id', joints: ['shoulder_pan'], details: { ids: '1' } });
				}
			),
			{ numRuns: 50, seed: 11 }
		);
	});

	it('duplicate_id: also when the two answer after one another', async () => {
		const presets = {
			elbow_flex: [[ID, 2, 1] as const, [RETURN_DELAY, 250, 1] as const]
		};
		expect(await problemOf({ presets })).toMatchObject({ cause: 'duplicate_id', joints: ['shoulder_lift'] });
	});

	it('duplicate_id: two whole arms on one bus', async () => {
		const both = createVirtualPort();
		const second = createSo101Chain({ calibration: null });
		const servos = [...both.chain.servos, ...second.servos];
		Object.defineProperty(both.chain, 'servos', { value: servos });
		const { transport, scheduler } = both;
		const result = await both.settle(diagnose({ transport, scheduler, spec: SO101, port: PORT }));
		expect(result).toMatchObject({ ok: false, error: { cause: 'duplicate_id', joints: all } });
	});

	it('not_set_up: six servos out of their boxes, or one of them', async () => {
		const asNew = { calibration: null, configured: false, presets: PRESETS_OUT_OF_THE_BOX };
		expect(await problemOf(asNew)).toEqual({
			cause: 'not_set_up',
			joints: all,
			details: { ids: 1, rates: 1_000_000, shared: 1 }
		});
	});

	it('not_set_up: a wrong id, a wrong rate, all at a wrong rate', async () => {
		expect(await problemOf({ presets: { elbow_flex: [[ID, 42, 1]] } })).toEqual({
			cause: 'not_set_up',
			joints: ['elbow_flex'],
			details: { ids: '42', rates: '1000000' }
		});
		expect(await problemOf({ presets: { elbow_flex: [[BAUD, 4, 1]] } })).toEqual({
			cause: 'not_set_up',
			joints: ['elbow_flex'],
			details: { ids: '3', rates: '115200' }
		});
		const slow = Object.fromEntries(all.map((name) => [name, [[BAUD, 7, 1] as const]]));
		expect(await problemOf({ presets: slow })).toMatchObject({
			cause: 'not_set_up',
			joints: all,
			details: { rates: '19200' }
		});
	});

	it('firmware_mismatch names the odd one', async () => {
		expect(await problemOf({ presets: { wrist_roll: [[1, 9, 1]] } })).toEqual({
			cause: 'firmware_mismatch',
			joints: ['wrist_roll'],
			details: { ids: '5', firmware: '3.10, 3.9' }
		});
	});

	it('wrong_model: one, or all, also under other ids', async () => {
		expect(await problemOf({ presets: { gripper: [[3, 1284, 2]] } })).toMatchObject({
			cause: 'wrong_model',
			joints: ['gripper'],
			details: { models: '1284' }
		});
		const foreign = Object.fromEntries(
			all.map((name, index) => [name, [[3, 1060, 2] as const, [ID, 11 + index, 1] as const]])
		);
		expect(await problemOf({ presets: foreign })).toMatchObject({ cause: 'wrong_model' });
	});

	it('wrong_board: a GPS that chatters, once a second or without pause', async () => {
		for (const everyMs of [1000, 200, 20, 2]) {
			const error = await problemOf({}, (port) => {
				remove(port, 0, 1, 2, 3, 4, 5);
				port.wire.chatter = { bytes: NMEA, everyMs };
			});
			expect(error).toMatchObject({ cause: 'wrong_board', details: { unasked: 1 } });
		}
	});

	it('wrong_board: something answers everything with text or with noise', async () => {
		for (const said of [
			TEXT('?\r\n'),
			TEXT('Marlin 2.1 unknown command\n'),
			Uint8Array.of(0xff, 0xff, 3, 3)
		]) {
			const error = await problemOf({}, (port) => {
				remove(port, 0, 1, 2, 3, 4, 5);
				port.wire.stranger = () => said;
			});
			expect(error).toMatchObject({ cause: 'wrong_board', details: { unasked: 0 } });
		}
	});

	it('an arm beside noise on the line is still an arm', async () => {
		const { result } = await look(
			{},
			({ wire }) => (wire.chatter = { bytes: Uint8Array.of(0), everyMs: 100 })
		);
		expect(result.ok).toBe(true);
	});

	it('not_calibrated names the joints', async () => {
		expect((await problemOf({ calibration: null })).joints).toEqual(
			all.filter((name) => name !== 'wrist_roll')
		);
		const calibration = { ...VIRTUAL_SO101_CALIBRATION };
		delete (calibration as Record<string, unknown>)['elbow_flex'];
		expect(await problemOf({ calibration })).toEqual({
			cause: 'not_calibrated',
			joints: ['elbow_flex'],
			details: {}
		});
	});

	it('overheat and overload, from the error bits and from the temperature', async () => {
		const overheat = await problemOf({}, (port) => (servo(port, 1).motor.temperatureC = 74));
		expect(overheat).toEqual({ cause: 'overheat', joints: ['shoulder_lift'], details: { degrees: 74 } });
		const overload = await problemOf({}, (port) => (servo(port, 5).motor.stuckStatus = 32));
		expect(overload).toMatchObject({ cause: 'overload', joints: ['gripper'] });
	});

	it('voltage: too little, too much, and a mixed supply', async () => {
		expect(await problemOf({ supplyVolts: 12 })).toEqual({
			cause: 'voltage',
			joints: all,
			details: { level: 'high', volts: 12, minVolts: 4, maxVolts: 8 }
		});
		const class12 = Object.fromEntries(all.map((name) => [name, PRESETS_12_V]));
		expect((await look({ supplyVolts: 12, presets: class12 })).result.ok).toBe(true);
		expect(await problemOf({ supplyVolts: 12, presets: { ...class12, gripper: [] } })).toMatchObject({
			cause: 'voltage',
			joints: ['gripper'],
			details: { level: 'high' }
		});
		const min9 = Object.fromEntries(all.map((name) => [name, [[15, 90, 1] as const]]));
		expect(await problemOf({ presets: min9 })).toMatchObject({
			cause: 'voltage',
			details: { level: 'low', volts: 7.4 }
		});
	});

	it('unplugged: the cable pulled before any of the questions, and while they are searched', async () => {
		const whole = await look();
		for (let n = 0; n < whole.port.sent.length; n++) {
			const error = await problemOf({}, (port) => {
				port.onSend = (count) => {
					if (count === n) port.unplug();
				};
			});
			expect(error.cause).toBe('unplugged');
		}
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 4000 }), async (atMs) => {
				const error = await problemOf({}, (port) => {
					remove(port, 2);
					port.scheduler.at(atMs, () => port.unplug());
				});
				expect(['unplugged', 'servo_missing']).toContain(error.cause);
			}),
			{ numRuns: 30, seed: 3 }
		);
	});

	it('port_busy when the port says so', async () => {
		const port = createVirtualPort();
		const transport = {
			...port.transport,
			open: () => Promise.reject(new CodedError('port_busy', 'held by another program'))
		};
		const { scheduler } = port;
		const result = await port.settle(diagnose({ transport, scheduler, spec: SO101, port: PORT }));
		expect(result).toMatchObject({ ok: false, error: { cause: 'port_busy' } });
	});
});

describe('diagnose: abort', () => {
	it('a port that its owner closes meanwhile is not opened again', async () => {
		for (let atMs = 1; atMs < 6000; atMs += 97) {
			const port = createVirtualPort();
			remove(port, 0, 1, 2, 3, 4, 5);
			const { transport, scheduler } = port;
			const owner = { closed: false };
			scheduler.at(atMs, () => {
				owner.closed = true;
				void transport.close();
			});
			const result = await port.settle(diagnose({ transport, scheduler, spec: SO101, port: PORT }));
			if (owner.closed && transport.state !== 'closed') throw new Error(`open again, closed at ${atMs}`);
			if (owner.closed) expect(result).toMatchObject({ ok: false, error: { cause: 'unplugged' } });
		}
	});

	it('rejects with the reason, at once', async () => {
		const port = createVirtualPort();
		remove(port, 0, 1, 2, 3, 4, 5);
		const controller = new AbortController();
		const { transport, scheduler } = port;
		const done = diagnose({ transport, scheduler, spec: SO101, port: PORT, signal: controller.signal });
		scheduler.at(700, () => controller.abort(new Error('closed by the person')));
		await expect(port.settle(done)).rejects.toThrow('closed by the person');
		expect(scheduler.now()).toBeLessThanOrEqual(701);
	});
});

describe('fingerprint', () => {
	it('is the same for the same arm and another for another', () => {
		const other = { ...VIRTUAL_SO101_CALIBRATION };
		const reversed = Object.fromEntries(Object.entries(other).reverse());
		expect(fingerprintOf(reversed)).toBe(fingerprintOf(VIRTUAL_SO101_CALIBRATION));
		const gripper = VIRTUAL_SO101_CALIBRATION['gripper'];
		if (gripper === undefined) throw new Error('no gripper');
		const moved = { ...other, gripper: { ...gripper, homing_offset: gripper.homing_offset + 1 } };
		expect(fingerprintOf(moved)).not.toBe(fingerprintOf(other));
	});

	it('is empty as long as nothing was calibrated', () => {
		const factory = { drive_mode: 0 as const, homing_offset: 0, range_min: 0, range_max: 4095 };
		expect(fingerprintOf(Object.fromEntries(all.map((name, k) => [name, { id: k + 1, ...factory }])))).toBe(
			''
		);
	});
});
