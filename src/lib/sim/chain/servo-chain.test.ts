import { describe, expect, it } from 'vitest';
import { SO101 } from '$lib/contracts';
import { createSo101Plant } from '../level0/so101-mechanics';
import { createSo101Chain } from './so101-chain';
import type { ServoChain } from './servo-chain';
import { REG } from './servo-memory';

/** Sends one packet and returns what came back, as arrays of bytes. */
function ask(chain: ServoChain, id: number, instruction: number, params: readonly number[] = []): number[][] {
	const packet = [0xff, 0xff, id, params.length + 2, instruction, ...params];
	packet.push(~packet.slice(2).reduce((sum, byte) => sum + byte, 0) & 0xff);
	const answers: number[][] = [];
	chain.receive(Uint8Array.from(packet), chain.nowMs, 0.01, 1_000_000, (_servo, bytes, length) =>
		answers.push([...bytes.subarray(0, length)])
	);
	return answers;
}

const write = (chain: ServoChain, id: number, address: number, ...bytes: number[]): number[][] =>
	ask(chain, id, 3, [address, ...bytes]);
const word = (value: number): [number, number] => [value & 0xff, value >> 8];
/** Parameters of the only answer. */
const read = (chain: ServoChain, id: number, address: number, length: number): number[] =>
	ask(chain, id, 2, [address, length])[0]?.slice(5, -1) ?? [];

describe('virtual servo chain, by the bytes', () => {
	it('answers ping and read, and keeps quiet for strangers', () => {
		const chain = createSo101Chain();
		expect(ask(chain, 1, 1)).toEqual([[0xff, 0xff, 1, 2, 0, 0xfc]]);
		expect(read(chain, 6, 3, 2)).toEqual([0x09, 0x03]);
		expect(ask(chain, 9, 1)).toEqual([]);
		expect(ask(chain, 0xfe, 1).map((answer) => answer[2])).toEqual([1, 2, 3, 4, 5, 6]);
		expect(ask(chain, 0xfe, 2, [56, 2])).toEqual([]);
	});

	it('answers a sync read in the order asked and a sync write not at all', () => {
		const chain = createSo101Chain();
		expect(ask(chain, 0xfe, 0x82, [56, 2, 5, 1, 3]).map((answer) => answer[2])).toEqual([5, 1, 3]);
		expect(ask(chain, 0xfe, 0x83, [42, 2, 1, ...word(2000), 2, ...word(2100)])).toEqual([]);
		expect(read(chain, 2, 42, 2)).toEqual(word(2100));
	});

	it('a goal that follows torque within the same millisecond is kept', () => {
		const chain = createSo101Chain({ holdsOnTorque: true });
		const away = chain.presentPosition(4) + 200;
		write(chain, 5, REG.torqueEnable, 1);
		expect(read(chain, 5, REG.goalPosition, 2)).toEqual(word(chain.presentPosition(4)));
		ask(chain, 0xfe, 0x83, [REG.goalPosition, 2, 5, ...word(away)]);
		chain.advanceTo(chain.nowMs + 3);
		expect(read(chain, 5, REG.goalPosition, 2)).toEqual(word(away));
	});

	it('a goal in the same packet as torque is kept', () => {
		const chain = createSo101Chain({ holdsOnTorque: true });
		const away = chain.presentPosition(4) + 200;
		write(chain, 5, REG.torqueEnable, 1, 0, ...word(away));
		chain.advanceTo(chain.nowMs + 3);
		expect(read(chain, 5, REG.goalPosition, 2)).toEqual(word(away));
	});

	it('a registered write acts on action', () => {
		const chain = createSo101Chain();
		ask(chain, 1, 4, [REG.goalVelocity, ...word(77)]);
		expect(read(chain, 1, REG.goalVelocity, 2)).toEqual([0, 0]);
		expect(ask(chain, 0xfe, 5)).toEqual([]);
		expect(read(chain, 1, REG.goalVelocity, 2)).toEqual(word(77));
	});

	it('response level 0 answers reads only', () => {
		const chain = createSo101Chain();
		write(chain, 1, REG.responseLevel, 0);
		expect(write(chain, 1, REG.acceleration, 3)).toEqual([]);
		expect(read(chain, 1, REG.acceleration, 1)).toEqual([3]);
	});

	it('lasting memory survives a power cycle only when it was unlocked', () => {
		const chain = createSo101Chain();
		write(chain, 1, REG.p, 40);
		expect(read(chain, 1, REG.p, 1)).toEqual([40]);
		chain.servos[0]?.memory.powerUp();
		expect(read(chain, 1, REG.p, 1)).toEqual([16]);
		write(chain, 1, REG.lock, 0);
		write(chain, 1, REG.p, 40);
		chain.servos[0]?.memory.powerUp();
		expect(read(chain, 1, REG.p, 1)).toEqual([40]);
		expect(read(chain, 1, REG.lock, 1)).toEqual([1]);
	});

	it('read-only registers stay what they are', () => {
		const chain = createSo101Chain();
		write(chain, 1, 3, 1, 1);
		write(chain, 1, REG.position, 1, 1);
		expect(read(chain, 1, 3, 2)).toEqual([9, 3]);
		expect(read(chain, 1, REG.position, 2)).toEqual(word(chain.presentPosition(0)));
	});

	it('the homing offset shifts the position, modulo one turn', () => {
		const chain = createSo101Chain({ calibration: null });
		const at = (): number =>
			(read(chain, 2, REG.position, 2)[0] ?? 0) + 256 * (read(chain, 2, REG.position, 2)[1] ?? 0);
		const raw = at();
		write(chain, 2, REG.homingOffset, ...word(500));
		expect(at()).toBe((raw - 500 + 4096) % 4096);
		write(chain, 2, REG.homingOffset, ...word(0x800 | 2000));
		expect(at()).toBe((raw + 2000) % 4096);
	});

	it('torque 128 makes the present position the middle', () => {
		const chain = createSo101Chain({ calibration: null });
		write(chain, 3, REG.torqueEnable, 128);
		expect(read(chain, 3, REG.position, 2)).toEqual(word(2048));
		expect(read(chain, 3, REG.torqueEnable, 1)).toEqual([0]);
	});

	it('a reset brings factory values and keeps the id', () => {
		const chain = createSo101Chain();
		ask(chain, 4, 6);
		expect(read(chain, 4, REG.p, 1)).toEqual([32]);
		expect(read(chain, 4, REG.id, 1)).toEqual([4]);
	});

	it('hears nothing at another baud rate, and at the new one after a change', () => {
		const chain = createSo101Chain();
		write(chain, 5, REG.baud, 1);
		expect(ask(chain, 5, 1)).toEqual([]);
	});
});

describe('virtual servo chain, by its motion', () => {
	const present = (chain: ServoChain, joint: number): number => chain.presentPosition(joint);
	const run = (chain: ServoChain, ms: number): void => chain.advanceTo(chain.nowMs + ms);

	it('stands at the middle of its calibrated ranges when the joints are at zero', () => {
		const chain = createSo101Chain();
		SO101.joints.forEach((joint, j) => {
			if (joint.unit === 'degrees') expect(Math.abs(present(chain, j) - 2047)).toBeLessThanOrEqual(1);
		});
	});

	it('goes where it is sent, at the speed it was told, and stops there', () => {
		const chain = createSo101Chain();
		const from = present(chain, 0);
		write(chain, 1, REG.acceleration, 20);
		write(chain, 1, REG.goalVelocity, ...word(400));
		write(chain, 1, REG.goalPosition, ...word(from + 400));
		write(chain, 1, REG.torqueEnable, 1);
		run(chain, 500);
		const half = present(chain, 0);
		expect(half - from).toBeGreaterThan(100);
		expect(half - from).toBeLessThan(210);
		run(chain, 1500);
		expect(Math.abs(present(chain, 0) - (from + 400))).toBeLessThanOrEqual(4);
		const rest = present(chain, 0);
		run(chain, 1000);
		expect(present(chain, 0)).toBe(rest);
	});

	it('never leaves its limits whatever the goal', () => {
		const chain = createSo101Chain();
		const memory = chain.servos[0]?.memory;
		write(chain, 1, REG.goalPosition, ...word(4095));
		write(chain, 1, REG.torqueEnable, 1);
		run(chain, 3000);
		expect(present(chain, 0)).toBeLessThanOrEqual((memory?.word(REG.maxLimit) ?? 0) + 2);
	});

	it('falls without torque and sags by less than 3 degrees with it', () => {
		const limp = createSo101Chain();
		limp.plant.reset([0, 0.6, 0, 0, 0, 0]);
		const before = present(limp, 1);
		run(limp, 1500);
		expect(Math.abs(present(limp, 1) - before)).toBeGreaterThan(200);
		const held = createSo101Chain();
		held.plant.reset([0, 0.6, 0, 0, 0, 0]);
		for (let id = 1; id <= 6; id++) {
			write(held, id, REG.goalPosition, ...word(present(held, id - 1)));
			write(held, id, REG.torqueEnable, 1);
		}
		run(held, 1500);
		const sag = Math.abs(present(held, 1) - before);
		expect(sag).toBeGreaterThan(5);
		expect(sag).toBeLessThan(34);
	});

	it('a blocked joint draws current, warms up and gives way; a new goal clears the overload', () => {
		const chain = createSo101Chain();
		const servo = chain.servos[0];
		if (servo === undefined) throw new Error('no servo');
		servo.blockedAt = 0;
		write(chain, 1, REG.goalPosition, ...word(2600));
		write(chain, 1, REG.torqueEnable, 1);
		run(chain, 1000);
		expect(Math.abs(servo.motor.duty)).toBeGreaterThan(0.9);
		expect(servo.motor.currentMa).toBeGreaterThan(2000);
		run(chain, 1500);
		expect(servo.motor.status & 32).toBe(32);
		expect(Math.abs(servo.motor.duty)).toBeLessThanOrEqual(0.2);
		expect(servo.motor.temperatureC).toBeGreaterThan(25);
		write(chain, 1, REG.goalPosition, ...word(2601));
		run(chain, 10);
		expect(servo.motor.status & 32).toBe(0);
	});

	it('a brown-out forgets torque and goals, and the servo is deaf until it has restarted', () => {
		const chain = createSo101Chain();
		write(chain, 1, REG.torqueEnable, 1);
		chain.supplyVolts = 3;
		run(chain, 20);
		chain.supplyVolts = 7.4;
		expect(ask(chain, 1, 1)).toEqual([]);
		run(chain, 200);
		expect(read(chain, 1, REG.torqueEnable, 1)).toEqual([0]);
	});

	it('the same bytes give the same motion however time is cut', () => {
		const drive = (cut: number): number[] => {
			const chain = createSo101Chain({ plant: createSo101Plant({ payloadKg: 0.05 }) });
			for (let id = 1; id <= 6; id++) {
				write(chain, id, REG.goalPosition, ...word(2200));
				write(chain, id, REG.torqueEnable, 1);
			}
			for (let tMs = 0; tMs < 900; tMs += cut) chain.advanceTo(tMs);
			chain.advanceTo(900);
			return [...chain.plant.q];
		};
		expect(drive(0.37)).toEqual(drive(90));
	});
});
