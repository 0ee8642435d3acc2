// Six motors out of their boxes behind a pseudo terminal, and a hand that plugs them in: what two programs set up in turn.
// Wall time. A motor hears only what comes at its own rate: the terminal's, or the one a program names by an order
// (Node cannot set it).
//
//     node box-chain.mjs SOCKET PUMP.PY         prints {"pty":"/dev/pts/N"}, serves until killed
//
// Lines of JSON on the socket, one answer each:
//     {"do":"box","places":{"gripper":[id,baud register],...}}    new motors, those named stand elsewhere
//     {"do":"plug","joints":["gripper"]}                         these motors are on the bus, no others
//     {"do":"rate","baudRate":1000000}                           what the line runs at; null: as the terminal says
//     {"do":"powerCycle"}                                        per servo what lasts (0..39, 80..85), and its lasting writes

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { SO101 } from '$lib/contracts';
import { createSo101Chain, PRESETS_OUT_OF_THE_BOX, Wire, type ServoChain } from '$lib/sim';
import { warmUp } from '../pty-chain/serve';

const [socketPath = '', pumpPath = ''] = process.argv.slice(2);
const [ID, BAUD] = [5, 6];
const RATE_HEADER_BYTES = 8;

interface Order {
	readonly do: 'box' | 'plug' | 'rate' | 'powerCycle';
	readonly places?: Readonly<Record<string, readonly [id: number, baud: number]>>;
	readonly joints?: readonly string[];
	readonly baudRate?: number | null;
}

const beganMs = performance.now();
const now = (): number => performance.now() - beganMs;
let namedRate: number | null = null;

function unbox(places: NonNullable<Order['places']>): { chain: ServoChain; wire: Wire } {
	const presets = SO101.joints.map(({ name }) => {
		const [id = 1, baud = 0] = places[name] ?? [];
		return [name, [[ID, id, 1] as const, [BAUD, baud, 1] as const]] as const;
	});
	const chain = createSo101Chain({
		startMs: Math.floor(now()),
		calibration: null,
		configured: false,
		presets: { ...PRESETS_OUT_OF_THE_BOX, ...Object.fromEntries(presets) }
	});
	return { chain, wire: new Wire({ chain }) };
}

let arm = unbox({});

function carryOut(order: Order): object {
	const { servos } = arm.chain;
	switch (order.do) {
		case 'box':
			arm = unbox(order.places ?? {});
			return {};
		case 'plug':
			SO101.joints.forEach(({ name }, j) => {
				const servo = servos[j];
				if (servo !== undefined) servo.missing = !(order.joints ?? []).includes(name);
			});
			return {};
		case 'rate':
			namedRate = order.baudRate ?? null;
			return {};
		case 'powerCycle':
			for (const { memory } of servos) memory.powerUp();
			return {
				servos: servos.map(({ memory }) => [
					...memory.bytes.subarray(0, 40),
					...memory.bytes.subarray(80, 86)
				]),
				writes: servos.map(({ memory }) => memory.lastingWrites)
			};
	}
}

function hear(bytes: Uint8Array, terminalRate: number): void {
	const { chain, wire } = arm;
	const atMs = now();
	chain.advanceTo(atMs);
	wire.baudRate = namedRate ?? terminalRate;
	const { startMs } = wire.reserve(bytes.length, atMs);
	wire.hear(bytes, startMs);
	for (let due = wire.nextHandoverMs(); due !== undefined; due = wire.nextHandoverMs()) {
		const chunk = wire.take(due);
		if (chunk === null) return;
		pump.stdin.write(chunk);
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
const pump = spawn(process.env['PYTHON'] ?? 'python3', [pumpPath, '--rates']);
goFirst(process.pid);
if (pump.pid !== undefined) goFirst(pump.pid);
pump.on('exit', () => process.exit(0));
let pending = Buffer.alloc(0);
pump.stdout.on('data', (piece: Buffer) => {
	pending = Buffer.concat([pending, piece]);
	while (pending.length >= RATE_HEADER_BYTES) {
		const end = RATE_HEADER_BYTES + pending.readUInt32LE(4);
		if (pending.length < end) return;
		hear(pending.subarray(RATE_HEADER_BYTES, end), pending.readUInt32LE(0));
		pending = pending.subarray(end);
	}
});

createServer((client) => {
	createInterface({ input: client }).on('line', (line) => {
		client.write(`${JSON.stringify(carryOut(JSON.parse(line) as Order))}\n`);
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
