import type { MakeHarness } from '$lib/core/testing/contract';
import { describeContract } from '$lib/core/testing/describe-contract';
import { chainFarHere, chainTransport, memoryTransport, portTransport } from './testing/transports';
import { transportContract, type TransportHarness } from './transport.contract';

describeContract('SerialTransport: memory', transportContract, memoryTransport);

for (const usbFrameMs of [0, 1]) {
	const describe = (name: string, make: MakeHarness<TransportHarness>): void =>
		describeContract(`SerialTransport: ${name}, USB frames of ${usbFrameMs} ms`, transportContract, make);
	describe('virtual chain in process', () => chainTransport(usbFrameMs));
	describe('message port, lockstep', () => portTransport(chainFarHere(usbFrameMs), 'lockstep'));
	describe('message port, wall', () => portTransport(chainFarHere(usbFrameMs), 'wall'));
}
