// Hours of simulated driving over a bad line. `npm test` runs one hour; `node tools/soak.mjs bus --hours 24 --seed 1` the
// long form. The virtual arm is driven by moving goals; every reported position is held against what the servos said in
// that tick, every failed tick must carry no value at all.

import { describe, expect, it } from 'vitest';
import { SO101, TICK_FLAGS, type Setpoint } from '$lib/contracts';
import type { FaultRates } from '$lib/sim';
import { createArmSession } from './arm-session';
import type { LoopInputs } from './control-loop';
import { STS3215_DRIVER } from './feetech';
import { createVirtualArm, createVirtualLoop } from './testing/virtual-arm';

const HOURS = Number(process.env.SOAK_BUS_HOURS ?? '1');
const SEED = Number(process.env.SOAK_SEED ?? '1');
const RATE_HZ = 200;
const LIMITS = SO101.joints.map(() => ({
	speedTicksPerS: 466,
	accelerationTicksPerS2: 5000,
	torqueFraction: 1
}));

/** 1 % of the answers corrupt or late, and a little of everything else. */
const FAULTS: FaultRates = {
	corrupt: 0.005,
	late: 0.005,
	dropByte: 0.0002,
	doubleByte: 0.0002,
	dropPacket: 0.0002,
	noise: 0.0002,
	corruptRequest: 0.0002,
	stallPipe: 0.00001
};

/** Slow circles of all joints inside their ranges, wished in every tick. */
class CirclingWish implements LoopInputs {
	readonly epoch = 0;
	readonly stopped = false;
	readonly pageBeatMs = 0;
	readonly #q = new Float32Array(SO101.joints.length);
	readonly #setpoint: Setpoint = { v: 1, source: 'replay', epoch: 0, tMs: 0, q: this.#q };
	readonly #now: () => number;

	constructor(now: () => number) {
		this.#now = now;
	}

	get setpoint(): Setpoint {
		const tS = this.#now() / 1000;
		for (let j = 0; j < this.#q.length; j++)
			this.#q[j] = j === 5 ? 50 + 30 * Math.sin(tS) : 25 * Math.sin(tS * (0.7 + 0.1 * j) + j);
		return this.#setpoint;
	}
}

describe('bus soak', () => {
	it(
		`${HOURS} simulated hours, seed ${SEED}: no abort, 99.9 % of the ticks served, nothing invented`,
		async () => {
			const arm = await createVirtualArm({ faults: FAULTS, seed: SEED });
			const session = createArmSession({
				spec: SO101,
				bus: arm.commands,
				driver: STS3215_DRIVER,
				scheduler: arm.scheduler
			});
			expect((await arm.settle(session.connect())).ok).toBe(true);
			expect((await arm.settle(session.arm(LIMITS))).ok).toBe(true);

			const inputs = new CirclingWish(() => arm.scheduler.now());
			const loop = createVirtualLoop(arm, { rateHz: RATE_HZ, inputs });
			const said = SO101.joints.map(() => new Float64Array(64));
			const saidCount = new Uint8Array(SO101.joints.length);
			let invented = 0;
			let valued = 0;
			arm.chain.onReadAnswered = (id, _at, _address, position) => {
				const answers = said[id - 1];
				const count = saidCount[id - 1] ?? 0;
				if (answers !== undefined) answers[count] = position;
				saidCount[id - 1] = Math.min(63, count + 1);
			};
			loop.committed.on((tick) => {
				if (tick % 200 === 199)
					for (let batch = loop.takeBatch(); batch !== null; batch = loop.takeBatch())
						for (let k = 0; k < batch.count; k++) {
							const read = ((batch.flags[k] ?? 0) & TICK_FLAGS.read) !== 0;
							if (Number.isNaN(batch.state[k * batch.joints]) === read) valued += 1;
						}
				// A tick whose reading counted has just updated the readings.
				if (loop.stateMs > arm.scheduler.now() - loop.periodMs - 1e-6)
					for (let j = 0; j < said.length; j++) {
						const answers = said[j]?.subarray(0, saidCount[j]);
						if (answers?.includes(loop.readings.position[j] ?? Number.NaN) !== true) invented += 1;
					}
				saidCount.fill(0);
			});

			loop.setArmed(true);
			const startMs = Math.ceil(arm.scheduler.now());
			loop.start(startMs);
			arm.scheduler.advanceTo(startMs + HOURS * 3_600_000 - 0.1);
			loop.stop();

			const { ticks, missedTicks, failedTicks, retries, badPackets, eepromWrites } = loop.counters;
			const result = { ticks, missedTicks, failedTicks, retries, badPackets, eepromWrites, invented };
			const servedPercent = (100 * (ticks - failedTicks)) / ticks;
			const report = { hours: HOURS, seed: SEED, servedPercent, ...result, dealt: arm.wire.dice.dealt };
			process.stdout.write(`soak:bus ${JSON.stringify(report)}\n`);
			expect(arm.bus.alive).toBe(true);
			expect({ missedTicks, eepromWrites, invented, valued }).toEqual({
				missedTicks: 0,
				eepromWrites: 0,
				invented: 0,
				valued: 0
			});
			expect(ticks).toBe(HOURS * 3600 * RATE_HZ);
			expect(servedPercent).toBeGreaterThanOrEqual(99.9);
			arm.bus.close();
		},
		HOURS * 600_000 + 60_000
	);
});
