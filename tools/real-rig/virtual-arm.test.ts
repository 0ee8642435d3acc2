import { describe, expect, it } from 'vitest';
import { CommandSchema, type ArmActionInput } from './commands';
import { createVirtualArm } from './virtual-arm';

const OFFSETS = [121, -88, 340, -512, 77, -260];
const MBAUD = 1_000_000;

function rigArm() {
	let nowMs = 0;
	const said: number[] = [];
	const arm = createVirtualArm({ homingOffsets: OFFSETS, say: (bytes) => said.push(...bytes) });
	const run = (ms: number): number[] => {
		said.length = 0;
		for (const endMs = nowMs + ms; nowMs < endMs;) arm.advanceTo(++nowMs);
		return [...said];
	};
	return {
		arm,
		run,
		/** As the rig's input has it. */
		apply: (action: ArmActionInput): void => {
			const command = CommandSchema.parse({ id: 1, arm: 'leader', action });
			if ('action' in command) arm.apply(command.action);
		},
		ask: (id: number, instruction: number, params: readonly number[] = [], baudRate = MBAUD): number[] => {
			const packet = [0xff, 0xff, id, params.length + 2, instruction, ...params];
			packet.push(~packet.slice(2).reduce((sum, byte) => sum + byte, 0) & 0xff);
			said.length = 0;
			arm.hear(Uint8Array.from(packet), baudRate, nowMs);
			const answer = [...said];
			run(20);
			return answer;
		}
	};
}

const PONG = (id: number, status = 0): number[] => [0xff, 0xff, id, 2, status, ~(id + 2 + status) & 0xff];
const PING = 1;
const READ = 2;
const WRITE = 3;

describe('an arm of the rig', () => {
	it('answers at the rate its servos have, and holds its own calibration', () => {
		const { arm, ask } = rigArm();
		for (let id = 1; id <= 6; id++) expect(ask(id, PING)).toEqual(PONG(id));
		expect(ask(1, PING, [], 115_200)).toEqual([]);
		expect(arm.state().offsets).toEqual(OFFSETS);
	});

	it('can be another arm, calibrated as well', () => {
		const { arm, apply, ask } = rigArm();
		const { limits } = arm.state();
		apply({ do: 'heal', as: 'another' });
		expect(arm.state().offsets.some((offset, j) => offset === OFFSETS[j])).toBe(false);
		expect(arm.state().limits).toEqual(limits);
		for (let id = 1; id <= 6; id++) expect(ask(id, PING)).toEqual(PONG(id));
	});

	it('has every fault that was put in, until it is healed', () => {
		const { apply, ask } = rigArm();
		apply({ do: 'missing', servo: 3 });
		apply({ do: 'id', servo: 4, to: 9 });
		apply({ do: 'baud', servo: 5, register: 4 });
		apply({ do: 'firmware', servo: 1, major: 3, minor: 9 });
		apply({ do: 'model', servo: 2, number: 2825 });
		apply({ do: 'status', servo: 6, bits: 32 });
		expect(ask(3, PING)).toEqual([]);
		expect(ask(4, PING)).toEqual([]);
		expect(ask(9, PING)).toEqual(PONG(9));
		expect(ask(5, PING)).toEqual([]);
		expect(ask(5, PING, [], 115_200)).toEqual(PONG(5));
		expect(ask(1, READ, [0, 2]).slice(5, 7)).toEqual([3, 9]);
		expect(ask(2, READ, [3, 2]).slice(5, 7)).toEqual([2825 & 0xff, 2825 >> 8]);
		expect(ask(6, PING)).toEqual(PONG(6, 32));
		apply({ do: 'heal' });
		for (let id = 1; id <= 6; id++) expect(ask(id, PING)).toEqual(PONG(id));
	});

	it('two servos with one id spoil each other', () => {
		const { apply, ask } = rigArm();
		apply({ do: 'id', servo: 2, to: 1 });
		// The same bytes at the same time would be those bytes: positions differ.
		expect(ask(1, READ, [56, 2])).not.toEqual(expect.arrayContaining(PONG(1).slice(0, 3).concat(4, 0)));
		expect(ask(2, PING)).toEqual([]);
	});

	it('without power nobody answers; with it again, torque and goals are forgotten', () => {
		const { arm, apply, ask, run } = rigArm();
		ask(1, WRITE, [40, 1]);
		expect(arm.state().torque[0]).toBe(true);
		apply({ do: 'power', on: false });
		run(5);
		for (let id = 1; id <= 6; id++) expect(ask(id, PING)).toEqual([]);
		apply({ do: 'power' });
		run(400);
		expect(ask(1, PING)).toEqual(PONG(1));
		expect(arm.state().torque[0]).toBe(false);
	});

	it('says volts and degrees that are put in, with the bits that belong to them', () => {
		const { apply, ask, run } = rigArm();
		apply({ do: 'volts', volts: 12.2 });
		apply({ do: 'temperature', servo: 3, celsius: 75 });
		run(20);
		expect(ask(3, READ, [62, 2]).slice(4, 7)).toEqual([1 | 4, 122, 75]);
	});

	it('a hand brings a joint where it wants, in its time, and lets go', () => {
		const { arm, apply, run } = rigArm();
		apply({ do: 'hand', pose: { shoulder_pan: 40, gripper: 80 }, overMs: 200 });
		run(100);
		expect(arm.state().pose[0]).toBeCloseTo(20, 0);
		run(200);
		expect(arm.state().pose[0]).toBeCloseTo(40);
		expect(arm.state().pose[5]).toBeCloseTo(80);
		apply({ do: 'hand', pose: null });
		apply({ do: 'hand', pose: { shoulder_pan: -10 } });
		run(1);
		expect(arm.state().pose[0]).toBeCloseTo(-10);
	});

	it('a receiver of satellites talks by itself, a printer never; neither hears', () => {
		const { apply, ask, run } = rigArm();
		apply({ do: 'device', is: 'gps' });
		expect(String.fromCharCode(...run(250))).toMatch(/^\$GPGGA.*\r\n\$GPGGA/);
		apply({ do: 'device', is: 'printer' });
		expect(ask(1, PING)).toEqual([]);
		expect(run(1000)).toEqual([]);
	});

	it('damages packets as often as it is told', () => {
		const { apply, ask } = rigArm();
		apply({ do: 'noise', corrupt: 1 });
		for (let k = 0; k < 20; k++) expect(ask(1, PING)).not.toEqual(PONG(1));
		apply({ do: 'noise' });
		expect(ask(1, PING)).toEqual(PONG(1));
		apply({ do: 'echo' });
		expect(ask(1, PING)).toEqual([0xff, 0xff, 1, 2, 1, 0xfb, ...PONG(1)]);
	});

	it('heals to an arm that was never calibrated, and to one out of its boxes', () => {
		const { arm, apply } = rigArm();
		apply({ do: 'heal', as: 'uncalibrated' });
		expect(arm.state()).toMatchObject({ ids: [1, 2, 3, 4, 5, 6], offsets: [0, 0, 0, 0, 0, 0] });
		apply({ do: 'heal', as: 'new' });
		expect(arm.state().ids).toEqual([1, 1, 1, 1, 1, 1]);
		expect(arm.state().limits).toEqual(Array.from({ length: 6 }, () => [0, 4095]));
	});
});
