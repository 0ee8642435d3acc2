import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createChainTransport } from '$lib/sim';
import { createVirtualPort, lastingWrites } from '../find/testing/port';
import { AS_NEW, BAUD, bench, expectSetUp, ID, type Bench } from './testing/bench';

describe('interrupted at any point', () => {
	const presets = { wrist_roll: [[ID, 77, 1] as const, [BAUD, 4, 1] as const] };
	const made = (): Bench => {
		const arm = bench({ ...AS_NEW, presets }, ['wrist_roll']);
		arm.plug('wrist_roll');
		arm.run.begin();
		return arm;
	};
	/** Starts again until the motor is done; every time from the beginning, as a person who came back would. */
	const finish = async (arm: Bench): Promise<void> => {
		for (let round = 0; round < 3 && arm.run.view.step === 'problem'; round++) {
			arm.run.retry();
			await arm.connect();
		}
		expect(arm.run.view.step).toBe('motor_done');
		expectSetUp(arm, 'wrist_roll');
	};

	it('the cable is pulled before each of the instructions: named, and the next start ends it with no write more', async () => {
		const whole = made();
		await whole.connect();
		const instructions = whole.port.sent.length;
		expect(whole.port.sent.filter((instruction) => instruction === 3)).toHaveLength(4);
		for (let n = 0; n < instructions; n++) {
			const arm = made();
			arm.port.onSend = (count) => {
				if (count === n) arm.port.unplug();
			};
			await arm.connect();
			expect(arm.problem()).toBe('port_lost');
			arm.port.onSend = null;
			arm.port.replug();
			await finish(arm);
			expect(lastingWrites(arm.port.chain)).toBe(2);
		}
	});

	it('after a re-plug it goes on with the port that came, when the lost one stays lost', async () => {
		const port = createVirtualPort({ ...AS_NEW, presets });
		let plugged = false;
		const fresh = createChainTransport(port.wire, port.scheduler);
		const arm = bench({}, ['wrist_roll'], port, async () => {
			// Whoever holds the port gives the lost one back first.
			await port.transport.close();
			return plugged ? fresh : null;
		});
		arm.plug('wrist_roll');
		arm.run.begin();
		port.scheduler.at(100, () => port.unplug());
		for (let time = 0; time < 3; time++) {
			await arm.connect();
			expect(arm.problem()).toBe('port_lost');
			arm.run.retry();
		}
		plugged = true;
		expect((await arm.connect()).step).toBe('motor_done');
		expectSetUp(arm, 'wrist_roll');
	});

	it('the cable is pulled at any microsecond of the writing', async () => {
		const beginMs = await timeOfWriting(made());
		await fc.assert(
			fc.asyncProperty(fc.double({ min: 0, max: 80, noNaN: true }), async (afterMs) => {
				const arm = made();
				arm.port.scheduler.at(beginMs + afterMs, () => arm.port.unplug());
				await arm.connect();
				arm.port.replug();
				await finish(arm);
				expect(lastingWrites(arm.port.chain)).toBe(2);
			}),
			{ numRuns: 60, seed: 23 }
		);
	});

	it('the power fails for a moment while it is written: what is acknowledged is kept', async () => {
		const beginMs = await timeOfWriting(made());
		await fc.assert(
			fc.asyncProperty(
				fc.double({ min: -5, max: 80, noNaN: true }),
				fc.integer({ min: 2, max: 60 }),
				async (afterMs, offMs) => {
					const arm = made();
					const { scheduler, chain } = arm.port;
					scheduler.at(beginMs + afterMs, () => {
						chain.advanceTo(scheduler.now());
						chain.supplyVolts = 0;
					});
					scheduler.at(beginMs + afterMs + offMs, () => {
						chain.advanceTo(scheduler.now());
						chain.supplyVolts = 7.4;
					});
					await arm.connect();
					scheduler.advanceTo(scheduler.now() + 500);
					chain.advanceTo(scheduler.now());
					await finish(arm);
				}
			),
			{ numRuns: 60, seed: 24 }
		);
	});

	it('the motor is pulled off the bus while it is written', async () => {
		const beginMs = await timeOfWriting(made());
		for (let afterMs = 0; afterMs < 60; afterMs += 3) {
			const arm = made();
			arm.port.scheduler.at(beginMs + afterMs, () => arm.plug());
			await arm.connect();
			if (arm.run.view.step === 'problem') expect(['motor_lost', 'no_motor']).toContain(arm.problem());
			arm.plug('wrist_roll');
			await finish(arm);
			expect(lastingWrites(arm.port.chain)).toBe(2);
		}
	});

	it('leaving while it searches ends at once; leaving while it writes ends the writing first', async () => {
		const searching = made();
		searching.run.motorIsConnected();
		searching.port.scheduler.at(200, () => void searching.run.close());
		await searching.port.settle(new Promise<void>((resolve) => searching.port.scheduler.at(201, resolve)));
		const asked = searching.port.sent.length;
		searching.port.scheduler.advanceTo(5000);
		expect(searching.port.sent).toHaveLength(asked);

		const beginMs = await timeOfWriting(made());
		const writing = made();
		writing.run.motorIsConnected();
		await writing.port.settle(
			new Promise<void>((resolve) => writing.port.scheduler.at(beginMs + 8, resolve))
		);
		await writing.port.settle(writing.run.close());
		expectSetUp(writing, 'wrist_roll');
		expect(lastingWrites(writing.port.chain)).toBe(2);
	});

	/** Virtual time at which the motor was found. */
	async function timeOfWriting(arm: Bench): Promise<number> {
		let beginMs = Number.NaN;
		arm.port.onSend = (_, instruction) => {
			if (instruction === 3 && Number.isNaN(beginMs)) beginMs = arm.port.scheduler.now();
		};
		await arm.connect();
		return beginMs;
	}
});
