// Does the virtual clock treat the peer fairly? @lerobot/web in a real browser, its own waits on the wall clock, in front
// of the same chain. Its files are served as they are.

import { SO101 } from '$lib/contracts';
import { createWallScheduler } from '$lib/core';
import { createChainTransport, createSo101Chain, Wire } from '$lib/sim/chain';
import { createFakeSerialPort, type FakeSerialPort } from '../rig/fake-serial-port';
import { serveCalls } from './calls';

interface Task {
	readonly reads: number;
	/** Of the peer's port wrapper and of its motor communication. */
	readonly urls: { readonly wrapper: string; readonly communication: string };
}

async function lerobotReads({ reads, urls }: Task): Promise<object> {
	const { WebSerialPortWrapper } = (await import(/* @vite-ignore */ urls.wrapper)) as {
		WebSerialPortWrapper: new (port: FakeSerialPort) => object;
	};
	const { readAllMotorPositions } = (await import(/* @vite-ignore */ urls.communication)) as {
		readAllMotorPositions: (port: object, ids: readonly number[]) => Promise<readonly number[]>;
	};
	const chain = createSo101Chain();
	let answers = 0;
	chain.onReadAnswered = () => (answers += 1);
	const wire = new Wire({ chain, usbFrameMs: 1 });
	const port = createFakeSerialPort(createChainTransport(wire, createWallScheduler()));
	await port.open({ baudRate: SO101.baudRate });
	const wrapper = new WebSerialPortWrapper(port);
	const ids = SO101.joints.map((joint) => joint.servoId);
	await readAllMotorPositions(wrapper, ids);
	answers = 0;
	const begin = performance.now();
	for (let n = 0; n < reads; n++) await readAllMotorPositions(wrapper, ids);
	return { hz: (1000 * reads) / (performance.now() - begin), reads, answersPerRead: answers / reads };
}

serveCalls({ lerobotReads });
