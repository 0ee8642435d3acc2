// The virtual SO-101 behind a pseudo terminal with a person's hand on it: what two programs calibrate in turn, from the same
// poses. Wall time; the arm has no weight and follows the hand.
//
//     node hand-chain.mjs SOCKET PUMP.PY        prints {"pty":"/dev/pts/N"}, serves until killed
//
// Lines of JSON on the socket, one answer each:
//     {"do":"mount","homingOffsets":[...]}      a new arm: factory memory, horns mounted so (null: as usual)
//     {"do":"hand","rad":[...]}                 moves every joint there; answers on arrival
//     {"do":"powerCycle"}                       what lasts: per servo its bytes 0..39 and 80..85

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { createHand, type Hand } from '$lib/robot/calibrate/testing/hand';
import { createSo101Chain, Wire, type ServoChain } from '$lib/sim';
import { warmUp } from '../pty-chain/serve';

const [socketPath = '', pumpPath = ''] = process.argv.slice(2);
const PHYSICS_EVERY_MS = 5;
/** Long enough that whoever reads at LeRobot's pace reads the pose that was reached. */
const DWELL_MS = 120;

interface Order {
	readonly do: 'mount' | 'hand' | 'powerCycle';
	readonly homingOffsets?: readonly number[] | null;
	readonly rad?: readonly number[];
}

interface Arm {
	readonly hand: Hand;
	readonly chain: ServoChain;
	readonly wire: Wire;
}

const beganMs = performance.now();
const now = (): number => performance.now() - beganMs;

function mount(homingOffsets: readonly number[] | null): Arm {
	const hand = createHand();
	const chain = createSo101Chain({
		plant: hand.plant,
		startMs: Math.floor(now()),
		calibration: null,
		configured: false,
		...(homingOffsets === null ? {} : { homingOffsets })
	});
	return { hand, chain, wire: new Wire({ chain }) };
}

let arm = mount(null);

async function carryOut(order: Order): Promise<object> {
	switch (order.do) {
		case 'mount':
			arm = mount(order.homingOffsets ?? null);
			return {};
		case 'hand':
			arm.hand.target.set(order.rad ?? []);
			while (!arm.hand.arrived()) await new Promise((resolve) => setTimeout(resolve, PHYSICS_EVERY_MS));
			await new Promise((resolve) => setTimeout(resolve, DWELL_MS));
			return {};
		case 'powerCycle':
			return {
				servos: arm.chain.servos.map(({ memory }) => {
					memory.powerUp();
					return [...memory.bytes.subarray(0, 40), ...memory.bytes.subarray(80, 86)];
				})
			};
	}
}

function goFirst(pid: number): void {
	try {
		setPriority(pid, -10);
	} catch {
		// Not root: answers may come late on a busy machine.
	}
}

warmUp();
const pump = spawn(process.env['PYTHON'] ?? 'python3', [pumpPath]);
goFirst(process.pid);
if (pump.pid !== undefined) goFirst(pump.pid);
pump.on('exit', () => process.exit(0));
setInterval(() => arm.chain.advanceTo(now()), PHYSICS_EVERY_MS);
pump.stdout.on('data', (bytes: Uint8Array) => {
	const { chain, wire } = arm;
	const atMs = now();
	chain.advanceTo(atMs);
	const { startMs } = wire.reserve(bytes.length, atMs);
	wire.hear(bytes, startMs);
	for (let due = wire.nextHandoverMs(); due !== undefined; due = wire.nextHandoverMs()) {
		const chunk = wire.take(due);
		if (chunk === null) return;
		pump.stdin.write(chunk);
	}
});

createServer((client) => {
	createInterface({ input: client }).on('line', (line) => {
		void carryOut(JSON.parse(line) as Order).then((answer) => client.write(`${JSON.stringify(answer)}\n`));
	});
}).listen(socketPath, () => {
	createInterface({ input: pump.stderr }).once('line', (pty) => {
		process.stdout.write(`${JSON.stringify({ pty })}\n`);
	});
});
process.on('SIGTERM', () => {
	pump.kill();
	process.exit(0);
});
