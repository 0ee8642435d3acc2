import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SO101 } from '$lib/contracts';
import { FEETECH_BAUD_RATES } from '../feetech/registers';
import { findServos, type FindOptions, type FindProgress } from './find-servos';
import { createVirtualPort, type VirtualPort } from './testing/port';

const [ID, BAUD] = [5, 6];
const NAMES = SO101.joints.map(({ name }) => name);

function search(port: VirtualPort, options: Partial<FindOptions> = {}) {
	const { transport, scheduler } = port;
	return port.settle(findServos({ transport, scheduler, ...options }));
}

/** Leaves one servo on the bus. */
function alone(port: VirtualPort, index = 0): VirtualPort {
	port.chain.servos.forEach((servo, k) => (servo.missing = k !== index));
	return port;
}

describe('searching a port', () => {
	it('finds a whole arm at its rate, and says what each servo is', async () => {
		const { servos, colliding, garbageBytes, failure } = await search(createVirtualPort());
		expect(servos).toEqual(
			[1, 2, 3, 4, 5, 6].map((id) => ({
				id,
				baudRate: 1_000_000,
				modelNumber: 777,
				firmware: '3.10',
				voltageV: 7.4
			}))
		);
		expect({ colliding, garbageBytes, failure }).toEqual({ colliding: [], garbageBytes: 0, failure: null });
	});

	it('finds servos wherever they are: any id, any rate, some of them', async () => {
		const place = fc.record({ id: fc.integer({ min: 0, max: 253 }), baud: fc.integer({ min: 0, max: 7 }) });
		await fc.assert(
			fc.asyncProperty(
				fc.uniqueArray(place, {
					minLength: 1,
					maxLength: 6,
					selector: ({ id, baud }) => `${id}@${baud}`
				}),
				async (places) => {
					const presets = Object.fromEntries(
						places.map(({ id, baud }, k) => [
							NAMES[k] ?? '',
							[[ID, id, 1] as const, [BAUD, baud, 1] as const]
						])
					);
					const port = createVirtualPort({ presets });
					port.chain.servos.forEach((servo, k) => (servo.missing = k >= places.length));
					const { servos } = await search(port);
					const found = servos.map(({ id, baudRate }) => `${id}@${FEETECH_BAUD_RATES.indexOf(baudRate)}`);
					expect(found.sort()).toEqual(places.map(({ id, baud }) => `${id}@${baud}`).sort());
				}
			),
			{ numRuns: 40, seed: 5 }
		);
	});

	it('asks every id when told to, for a servo that does not answer everybody', async () => {
		const port = alone(createVirtualPort({ presets: { shoulder_pan: [[ID, 200, 1]] } }));
		const { transport, scheduler } = port;
		const deaf: typeof transport = {
			...transport,
			get state() {
				return transport.state;
			},
			write: (bytes) => {
				if (bytes[2] !== 0xfe) transport.write(bytes);
			}
		};
		const baudRates = [1_000_000, 500_000];
		const short = await port.settle(findServos({ transport: deaf, scheduler, baudRates }));
		expect(short.servos).toEqual([]);
		const long = await port.settle(findServos({ transport: deaf, scheduler, baudRates, everyId: true }));
		expect(long.servos.map(({ id }) => id)).toEqual([200]);
	});

	it('finds a single motor although the computer stood still for a while', async () => {
		for (const stillMs of [150, 300, 450])
			for (const id of [1, 4]) {
				const port = alone(createVirtualPort({ presets: { shoulder_pan: [[ID, id, 1]] } }));
				port.wire.dice.rates = { stallPipe: 1, stallMs: [stillMs, stillMs] };
				port.scheduler.at(5, () => (port.wire.dice.rates = {}));
				const { servos } = await search(port, { stopAtFirst: true });
				expect(servos).toMatchObject([{ id, baudRate: 1_000_000 }]);
			}
	});

	it('says how far it is, and stops at the first when told to', async () => {
		const port = alone(createVirtualPort({ presets: { shoulder_pan: [[BAUD, 4, 1]] } }));
		const seen: FindProgress[] = [];
		const { servos } = await search(port, {
			stopAtFirst: true,
			onProgress: (progress) => seen.push(progress)
		});
		expect(servos).toHaveLength(1);
		expect(seen.map(({ baudRate }) => baudRate)).toEqual(FEETECH_BAUD_RATES.slice(0, 5));
		expect(seen.map(({ share }) => share)).toEqual([0, 0.125, 0.25, 0.375, 0.5]);
	});

	it('names ids that are shared, also three times, and one at each of two rates', async () => {
		const port = createVirtualPort({
			presets: {
				wrist_flex: [[ID, 1, 1]],
				wrist_roll: [[ID, 1, 1]],
				elbow_flex: [[BAUD, 2, 1]],
				gripper: [
					[BAUD, 2, 1],
					[ID, 3, 1]
				]
			}
		});
		const { colliding, servos } = await search(port);
		expect(colliding).toEqual([
			{ id: 1, baudRate: 1_000_000 },
			{ id: 3, baudRate: 250_000 }
		]);
		expect(servos.map(({ id }) => id)).toEqual([2]);
	});

	it('a silent port takes less than 5 s over all rates; the rate is open afterwards', async () => {
		const port = createVirtualPort({ reopenMs: 40 });
		for (const servo of port.chain.servos) servo.missing = true;
		const scan = await search(port);
		expect(scan.servos).toEqual([]);
		expect(port.scheduler.now()).toBeLessThan(5000);
		expect(port.transport.state).toBe('open');
	});

	it('a cable pulled at any moment, and a port that does not open, are failures and no findings', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 0, max: 1200 }), async (atMs) => {
				const port = createVirtualPort();
				port.scheduler.at(atMs, () => port.unplug());
				expect((await search(port)).failure).toBe('port_gone');
			}),
			{ numRuns: 30, seed: 6 }
		);
		const port = createVirtualPort();
		port.unplug();
		expect((await search(port)).failure).toBe('port_gone');
	});

	it('an abort rejects with its reason', async () => {
		const port = createVirtualPort();
		const controller = new AbortController();
		port.scheduler.at(300, () => controller.abort(new Error('enough')));
		await expect(search(port, { signal: controller.signal })).rejects.toThrow('enough');
		expect(port.scheduler.now()).toBeLessThanOrEqual(301);
	});
});
