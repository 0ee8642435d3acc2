// The bus bench in one Node process: how often a whole arm can be read, ours or a peer's, on the same virtual chain in
// virtual time (1 Mbaud wire charged, adapter frames of 1 ms both ways). Counts only: the same on every machine.

import { SO101, TICK_FLAGS } from '$lib/contracts';
import { createVirtualScheduler } from '$lib/core';
import { STS3215_DRIVER } from '$lib/robot';
import { createChainTransport, createSo101Chain, Wire } from '$lib/sim';
import { createFakeSerialPort, type FakeSerialPort } from './rig/fake-serial-port';
import { createMovingArm } from './rig/moving-arm';
import { installVirtualTime } from './rig/virtual-timers';

const IDS = SO101.joints.map((joint) => joint.servoId);

export interface BusTask {
	readonly mode: 'loop' | 'flatOut' | 'peer';
	readonly seconds: number;
	readonly usbFrameMs: number;
	readonly rateHz?: number;
	readonly peer?: 'lerobot' | 'feetech-positions' | 'feetech-status';
	/** The browser's rule for nested timers (peers only). */
	readonly clamp?: boolean;
	readonly urls?: Readonly<Record<string, string>>;
}

async function runLoop({ seconds, usbFrameMs, rateHz = 200 }: BusTask): Promise<object> {
	const { arm, loop } = await createMovingArm({ rateHz, usbFrameMs, armed: true });
	let reads = 0;
	let sent = 0;
	let values = 0;
	loop.committed.on(() => {
		for (let batch = loop.takeBatch(); batch !== null; batch = loop.takeBatch()) {
			for (const flags of batch.flags) {
				if ((flags & TICK_FLAGS.read) !== 0) reads += 1;
				if ((flags & TICK_FLAGS.sent) !== 0) sent += 1;
			}
			for (const set of [batch.state, batch.load, batch.voltage, batch.temperature, batch.current])
				for (const value of set) if (!Number.isNaN(value)) values += 1;
		}
	});
	const wireBefore = arm.bus.wireMs;
	const fromMs = arm.scheduler.now() + 1;
	loop.start(fromMs);
	arm.scheduler.advanceTo(fromMs + seconds * 1000 - 0.5);
	loop.stop();
	const { ticks, missedTicks, failedTicks, retries, badPackets, eepromWrites } = loop.counters;
	return {
		hz: reads / seconds,
		ticks,
		missedTicks,
		failedTicks,
		retries,
		badPackets,
		eepromWrites,
		goalsSent: sent,
		valuesPerRead: values / Math.max(1, reads),
		wireMsPerTick: (arm.bus.wireMs - wireBefore) / ticks,
		wireShare: (arm.bus.wireMs - wireBefore) / (seconds * 1000)
	};
}

/** One whole read after the other, everything measured of every servo, no loop in between. */
async function runFlatOut({ seconds, usbFrameMs }: BusTask): Promise<object> {
	const { arm } = await createMovingArm({ rateHz: 200, usbFrameMs, armed: false });
	const { address, length } = STS3215_DRIVER.state;
	const fromMs = arm.scheduler.now();
	let reads = 0;
	let failures = 0;
	while (arm.scheduler.now() - fromMs < seconds * 1000) {
		const answer = await arm.settle(arm.commands.syncRead(IDS, address, length));
		if (answer.ok) reads += 1;
		else failures += 1;
	}
	return { hz: (1000 * reads) / (arm.scheduler.now() - fromMs), reads, failures };
}

type ReadArm = () => Promise<boolean>;

interface LerobotModules {
	readonly WebSerialPortWrapper: new (port: FakeSerialPort) => object;
	readonly readAllMotorPositions: (port: object, ids: readonly number[]) => Promise<readonly number[]>;
}
interface FeetechServo {
	connect(): Promise<void>;
	syncReadPosition(ids: readonly number[]): Promise<ReadonlyMap<number, number>>;
	readStatus(id: number): Promise<{ readonly position: number; readonly temperature: number }>;
}

/** The peer's own way of reading six motors, once `port` is open. Loading files takes real time, so it comes first. */
async function loadPeer(task: BusTask): Promise<(port: FakeSerialPort) => Promise<ReadArm>> {
	const load = async (name: string): Promise<unknown> => import(/* @vite-ignore */ task.urls?.[name] ?? '');
	if (task.peer === 'lerobot') {
		const { WebSerialPortWrapper } = (await load('wrapper')) as LerobotModules;
		const { readAllMotorPositions } = (await load('communication')) as LerobotModules;
		return async (port) => {
			await port.open({ baudRate: SO101.baudRate });
			const wrapper = new WebSerialPortWrapper(port);
			return async () => (await readAllMotorPositions(wrapper, IDS)).length === IDS.length;
		};
	}
	const { FeetechServo } = (await load('feetech')) as { FeetechServo: new (options: object) => FeetechServo };
	return async () => {
		const servo = new FeetechServo({ port: { baudRate: SO101.baudRate }, defaultModel: 'sts3215' });
		await servo.connect();
		if (task.peer === 'feetech-positions')
			return async () => (await servo.syncReadPosition(IDS)).size === IDS.length;
		return async () => {
			for (const id of IDS) if (!Number.isFinite((await servo.readStatus(id)).position)) return false;
			return true;
		};
	};
}

async function runPeer(task: BusTask): Promise<object> {
	const scheduler = createVirtualScheduler();
	const chain = createSo101Chain();
	// Where no servo stands, so that a made-up value (the middle, 2047) can be told from a read one.
	chain.plant.reset([0.3, -0.4, 0.5, 0.2, -0.3, 0.4]);
	const wire = new Wire({ chain, usbFrameMs: task.usbFrameMs });
	const port = createFakeSerialPort(createChainTransport(wire, scheduler));
	Object.defineProperty(globalThis, 'navigator', {
		value: { serial: { requestPort: () => Promise.resolve(port) } },
		configurable: true
	});
	let answers = 0;
	chain.onReadAnswered = () => (answers += 1);
	const connect = await loadPeer(task);
	const time = installVirtualTime(scheduler, task.clamp ?? true);
	const read = await time.drive(connect(port));
	const fromMs = scheduler.now();
	const answersBefore = answers;
	let reads = 0;
	let failures = 0;
	await time.drive(
		(async () => {
			while (scheduler.now() - fromMs < task.seconds * 1000) {
				if (await read().catch(() => false)) reads += 1;
				else failures += 1;
			}
		})()
	);
	return {
		hz: (1000 * reads) / (scheduler.now() - fromMs),
		reads,
		failures,
		/** What the chain really answered, so that a peer's made-up values are seen. */
		answersPerRead: (answers - answersBefore) / Math.max(1, reads + failures)
	};
}

const task = JSON.parse(process.argv.at(-1) ?? '{}') as BusTask;
const RUN = { loop: runLoop, flatOut: runFlatOut, peer: runPeer };
const result = await RUN[task.mode](task);
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
