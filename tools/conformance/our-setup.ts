// Our set-up on a terminal device, for the judge that compares it with LeRobot's:
//
//     node our-setup.mjs SOCKET PTY
//
// Lines of JSON on stdin, one answer each: {"do":"setUp"} answers {"ask":"<joint>"} for every motor to plug in (any line
// goes on) and ends with {"step","problem","done","eepromWrites"}; {"do":"diagnose"} answers {"arm","problem"}.
// SOCKET: where the chain is told the rate of the line (box-chain.ts).

import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { createWallScheduler } from '$lib/core';
import { SO101, type SerialTransport } from '$lib/contracts';
import { diagnose } from '$lib/robot/find';
import { createMotorSetup, type MotorSetupView } from '$lib/robot/setup';
import { createTtyTransport } from '../../bench/rig/tty-transport';

interface Order {
	readonly do: 'setUp' | 'diagnose';
}

const [socketPath = '', path = ''] = process.argv.slice(2);
/** One direction of a busy machine. */
const FRAME_MS = 20;

const scheduler = createWallScheduler();
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (answer: object): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);
const chain = connect(socketPath);
const answers = createInterface({ input: chain })[Symbol.asyncIterator]();

async function nameRate(baudRate: number | null): Promise<void> {
	chain.write(`${JSON.stringify({ do: 'rate', baudRate })}\n`);
	await answers.next();
}

function createLine(): SerialTransport {
	const tty = createTtyTransport(path, scheduler);
	return {
		id: tty.id,
		get state() {
			return tty.state;
		},
		async open(options) {
			await nameRate(options.baudRate);
			await tty.open(options);
		},
		write: (bytes) => tty.write(bytes),
		onBytes: (listener) => tty.onBytes(listener),
		onLost: (listener) => tty.onLost(listener),
		async close() {
			await tty.close();
			await nameRate(null);
		}
	};
}

async function setUp(transport: SerialTransport): Promise<object> {
	let notify: (view: MotorSetupView) => void = () => undefined;
	const run = createMotorSetup({
		transport,
		scheduler,
		spec: SO101,
		usbFrameMs: FRAME_MS,
		onView: (view) => notify(view)
	});
	const settled = (): Promise<MotorSetupView> =>
		new Promise((resolve) => {
			notify = (view) => {
				if (view.step !== 'searching' && view.step !== 'writing') resolve(view);
			};
			notify(run.view);
		});
	run.begin();
	for (;;) {
		const { step, joint, problem, done } = run.view;
		if (step !== 'connect_motor') return { step, problem, done, eepromWrites: run.counters.eepromWrites };
		say({ ask: joint });
		await lines.next();
		run.motorIsConnected();
		await settled();
		run.next();
	}
}

async function look(transport: SerialTransport): Promise<object> {
	const port = { index: 0, usbVendorId: null, usbProductId: null };
	const found = await diagnose({ transport, scheduler, spec: SO101, port, usbFrameMs: FRAME_MS });
	return found.ok ? { arm: found.value, problem: null } : { arm: null, problem: found.error };
}

for (;;) {
	const line: IteratorResult<string, unknown> = await lines.next();
	if (line.done === true) process.exit(0);
	const order = JSON.parse(line.value) as Order;
	const transport = createLine();
	say(order.do === 'setUp' ? await setUp(transport) : await look(transport));
	await transport.close();
}
