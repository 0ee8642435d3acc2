// Our bus reading a whole arm through a terminal device on the wall clock: the other side of peers/lerobot_bus.py, asked and
// answering the same way. Reads only.

import { createInterface } from 'node:readline';
import { SO101 } from '$lib/contracts';
import { createWallScheduler } from '$lib/core';
import { createBusCommands, createFeetechBus, STS3215_DRIVER } from '$lib/robot';
import { createTtyTransport } from './rig/tty-transport';

interface Task {
	readonly what: 'positions' | 'everything';
	readonly reads: number;
}

const IDS = SO101.joints.map((joint) => joint.servoId);
/** Present_Position, and everything measured at once: both begin with the position. */
const BLOCKS = { positions: { ...STS3215_DRIVER.state, length: 2 }, everything: STS3215_DRIVER.state };
/** A busy machine lets the emulated arm wait: that is no silent servo. */
const PATIENCE_MS = 250;

const path = process.argv.at(-1) ?? '';

async function measure({ what, reads }: Task): Promise<object> {
	const scheduler = createWallScheduler();
	const transport = createTtyTransport(path, scheduler);
	await transport.open({ baudRate: SO101.baudRate });
	const bus = createFeetechBus(transport, scheduler, { usbFrameMs: 0, marginMs: PATIENCE_MS });
	const commands = createBusCommands(bus);
	const { address, length } = BLOCKS[what];
	let failures = 0;
	let positions: number[] = [];
	const beganMs = performance.now();
	for (let k = 0; k < reads; k++) {
		const answer = await commands.syncRead(IDS, address, length);
		if (answer.ok)
			positions = IDS.map(
				(_, joint) => (answer.value[joint * length] ?? 0) | ((answer.value[joint * length + 1] ?? 0) << 8)
			);
		else failures += 1;
	}
	const seconds = (performance.now() - beganMs) / 1000;
	const bytesPerRead = (bus.counters.bytesIn + bus.counters.bytesOut) / reads;
	bus.close();
	await transport.close();
	return { seconds, reads, failures, bytesPerRead, positions };
}

process.stdout.write('{"ready":true}\n');
for await (const line of createInterface({ input: process.stdin }))
	process.stdout.write(`${JSON.stringify(await measure(JSON.parse(line) as Task))}\n`);
process.exit(0);
