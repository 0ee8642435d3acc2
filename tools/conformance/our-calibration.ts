// Our driver on a terminal device, for the judge that compares it with LeRobot's:
//
//     node our-calibration.mjs PTY ROLE
//
// Lines of JSON on stdin, one answer each: {"do":"calibrate"} answers as the person is needed ({"ask":"middle"},
// {"ask":"sweep"}; any line goes on) and ends with {"step","problem","file"}; {"do":"file","text"} imports a file;
// {"do":"read","text"} connects without writing, compares the file with the servos and reads the positions.

import { createInterface } from 'node:readline';
import { createWallScheduler } from '$lib/core';
import { SO101 } from '$lib/contracts';
import {
	createArmSession,
	createBusCommands,
	createFeetechBus,
	STS3215_DRIVER,
	ticksToUnit
} from '$lib/robot';
import { createCalibration, type CalibrateView, type CalibrationRun } from '$lib/robot/calibrate';
import { compareCalibrations, parseCalibrationFile } from '$lib/robot/calibration-files';
import { createTtyTransport } from '../../bench/rig/tty-transport';

interface Order {
	readonly do: 'calibrate' | 'file' | 'read';
	readonly text?: string;
}

const [path = ''] = process.argv.slice(2);
/** A busy machine lets the emulated arm wait: that is no silent servo. */
const PATIENCE_MS = 250;

const scheduler = createWallScheduler();
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (answer: object): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);

async function connect() {
	const transport = createTtyTransport(path, scheduler);
	await transport.open({ baudRate: SO101.baudRate });
	const bus = createFeetechBus(transport, scheduler, { usbFrameMs: 0, marginMs: PATIENCE_MS });
	const commands = createBusCommands(bus);
	const session = createArmSession({ spec: SO101, bus: commands, driver: STS3215_DRIVER, scheduler });
	return {
		commands,
		session,
		async close() {
			bus.close();
			await transport.close();
		}
	};
}

type Arm = Awaited<ReturnType<typeof connect>>;

/** A run, and a way to wait until its view fits or tells a problem. */
class Watched {
	readonly run: CalibrationRun;
	#notify: (view: CalibrateView) => void = () => undefined;

	constructor({ commands, session }: Arm) {
		this.run = createCalibration({
			spec: SO101,
			bus: commands,
			driver: STS3215_DRIVER,
			session,
			scheduler,
			onView: (view) => this.#notify(view)
		});
	}

	until(step: CalibrateView['step']): Promise<CalibrateView> {
		return new Promise((resolve) => {
			this.#notify = (view) => {
				if (view.step === step || view.step === 'problem') resolve(view);
			};
			this.#notify(this.run.view);
		});
	}
}

async function calibrate(arm: Arm): Promise<object> {
	const watched = new Watched(arm);
	const { run } = watched;
	run.begin();
	await watched.until('middle');
	say({ ask: 'middle' });
	await lines.next();
	run.middleIsSet();
	await watched.until('sweep');
	say({ ask: 'sweep' });
	await lines.next();
	run.finishSweep();
	const { step, problem } = await watched.until('done');
	return { step, problem, file: run.exportText() };
}

async function useFile(arm: Arm, text: string): Promise<object> {
	const watched = new Watched(arm);
	watched.run.importText(text);
	const { step, problem } = await watched.until('done');
	return { step, problem, file: watched.run.exportText() };
}

async function read({ commands, session }: Arm, text: string): Promise<object> {
	const connected = await session.connect();
	if (!connected.ok) return { problem: connected.error };
	const { calibration } = connected.value;
	const file = parseCalibrationFile(text, calibration);
	if (!file.ok) return { problem: file.error };
	const { address, length } = STS3215_DRIVER.position;
	const ids = SO101.joints.map((joint) => joint.servoId);
	const answer = await commands.syncRead(ids, address, length);
	if (!answer.ok) return { problem: answer.error };
	const positions = SO101.joints.map((joint, j) => {
		const entry = calibration[joint.name];
		const ticks = STS3215_DRIVER.decodePosition(answer.value, j * length);
		return [`${joint.name}.pos`, entry === undefined ? null : ticksToUnit(joint.unit, entry, ticks)];
	});
	return {
		problem: null,
		comparison: compareCalibrations(file.value.calibration, calibration, SO101),
		positions: Object.fromEntries(positions) as object
	};
}

for (;;) {
	const line: IteratorResult<string, unknown> = await lines.next();
	if (line.done === true) process.exit(0);
	const order = JSON.parse(line.value) as Order;
	const arm = await connect();
	if (order.do === 'calibrate') say(await calibrate(arm));
	else if (order.do === 'file') say(await useFile(arm, order.text ?? ''));
	else say(await read(arm, order.text ?? ''));
	await arm.close();
}
