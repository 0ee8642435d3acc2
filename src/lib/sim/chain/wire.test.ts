import { describe, expect, it } from 'vitest';
import { createVirtualScheduler } from '$lib/core';
import { createChainTransport } from './chain-transport';
import { overlay } from './overlay';
import {
	createSo101Chain,
	PRESETS_12_V,
	PRESETS_OUT_OF_THE_BOX,
	type So101ChainOptions
} from './so101-chain';
import { REG } from './servo-memory';
import { Wire } from './wire';

function heard(options: So101ChainOptions, spoil: (wire: Wire) => void = () => undefined) {
	const scheduler = createVirtualScheduler();
	const chain = createSo101Chain(options);
	const wire = new Wire({ chain, usbFrameMs: 1 });
	spoil(wire);
	const transport = createChainTransport(wire, scheduler);
	const bytes: number[] = [];
	transport.onBytes((chunk) => bytes.push(...chunk));
	void transport.open({ baudRate: 1_000_000 });
	const ask = (...request: number[]): number[] => {
		bytes.length = 0;
		transport.write(Uint8Array.from(request));
		scheduler.advanceTo(scheduler.now() + 20);
		return [...bytes];
	};
	return { scheduler, chain, wire, transport, bytes, ask };
}

const PING = { 1: [0xff, 0xff, 1, 2, 1, 0xfb], 2: [0xff, 0xff, 2, 2, 1, 0xfa] };
const READ_POSITION_1 = [0xff, 0xff, 1, 4, 2, 0x38, 2, 0xbe];
const PONG_1 = [0xff, 0xff, 1, 2, 0, 0xfc];

describe('two transmitters on one line', () => {
	it('the same bytes at the same time are those bytes', () => {
		const bytes = Uint8Array.from(PONG_1);
		expect([...overlay(bytes, bytes, 0)]).toEqual(PONG_1);
	});

	it('one after the other is both', () => {
		const [first, second] = [Uint8Array.of(1, 2), Uint8Array.of(3)];
		expect([...overlay(first, second, 20)]).toEqual([1, 2, 3]);
		expect([...overlay(first, second, 57)]).toEqual([1, 2, 3]);
	});

	it('different bytes at the same time have every low bit of both', () => {
		expect([...overlay(Uint8Array.of(0b1100), Uint8Array.of(0b1010), 0)]).toEqual([0b1000]);
	});

	it('a shift makes other bytes of equal ones', () => {
		const bytes = Uint8Array.from(PONG_1);
		for (let shift = 1; shift < 30; shift++) expect([...overlay(bytes, bytes, shift)]).not.toEqual(PONG_1);
	});
});

describe('a wire with troubles', () => {
	it('two servos with one id cannot be read, the others can', () => {
		const { ask } = heard({ presets: { wrist_flex: [[REG.id, 1, 1]] } });
		for (let k = 0; k < 20; k++) expect(ask(...READ_POSITION_1).slice(0, 7)).not.toEqual(PONG_1);
		expect(ask(...PING[2])).toEqual([0xff, 0xff, 2, 2, 0, 0xfb]);
	});

	it('with another return delay both of them answer, one after the other', () => {
		const { ask } = heard({
			presets: {
				wrist_flex: [
					[REG.id, 1, 1],
					[REG.returnDelay, 200, 1]
				]
			}
		});
		expect(ask(...PING[1])).toEqual([...PONG_1, ...PONG_1]);
	});

	it('six servos out of their boxes all answer to 1', () => {
		const { chain, ask } = heard({ calibration: null, configured: false, presets: PRESETS_OUT_OF_THE_BOX });
		expect(chain.servos.map(({ id }) => id)).toEqual([1, 1, 1, 1, 1, 1]);
		expect(ask(...PING[2])).toEqual([]);
	});

	it('at another rate nobody hears', () => {
		const { ask } = heard({ presets: { shoulder_pan: [[REG.baud, 4, 1]] } });
		expect(ask(...PING[1])).toEqual([]);
		expect(ask(...PING[2])).not.toEqual([]);
	});

	it('a 7.4 V servo on 12 V complains, a 12 V one does not', () => {
		const { chain } = heard({ supplyVolts: 12, presets: { gripper: PRESETS_12_V } });
		chain.advanceTo(5);
		expect(chain.servos.map(({ motor }) => motor.status & 1)).toEqual([1, 1, 1, 1, 1, 0]);
	});

	it('chatter comes unasked, once a period, and nothing of what was said before the port was open', () => {
		const { scheduler, bytes, transport, wire } = heard({});
		void transport.close();
		wire.chatter = { bytes: Uint8Array.from([36, 71, 80]), everyMs: 1000 };
		scheduler.advanceTo(10_000);
		void transport.open({ baudRate: 9600 });
		scheduler.advanceTo(10_900);
		expect(bytes).toEqual([]);
		scheduler.advanceTo(12_100);
		expect(bytes).toEqual([36, 71, 80, 36, 71, 80]);
	});

	it('a stranger says what it says to anything', () => {
		const { chain, ask } = heard({}, (wire) => {
			wire.stranger = () => Uint8Array.from([63, 13, 10]);
		});
		for (const servo of chain.servos) servo.missing = true;
		expect(ask(...PING[1])).toEqual([63, 13, 10]);
	});
});
