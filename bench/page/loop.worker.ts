// The control loop on the wall clock, as ROBOT runs it (bus, gate, virtual chain behind a port), and the no-op loop it is
// held against: the same scheduler, the same period, nothing to do. Both note when each tick begins.

import { SO101 } from '$lib/contracts';
import { createWallScheduler } from '$lib/core';
import {
	ControlLoop,
	createArmSession,
	createBusCommands,
	createFeetechBus,
	createPortTransport,
	createUnitConverter,
	STS3215_DRIVER
} from '$lib/robot';
import { createGate, SO101_SERVO_LIMITS } from '$lib/robot/safety';
import { movingInputs } from '../rig/moving-inputs';
import { serveCalls } from './calls';

const RATE_HZ = 200;
const PERIOD_MS = 1000 / RATE_HZ;
const scheduler = createWallScheduler();
const pause = (ms: number): Promise<void> =>
	new Promise((resolve) => void scheduler.at(scheduler.now() + ms, resolve));
let loop: ControlLoop | null = null;

export interface LoopWindow {
	/** When each tick began, ms. */
	readonly beganMs: Float64Array;
	readonly missed: number;
	readonly failed: number;
}

/** Opens the virtual arm behind `port` and arms it. */
async function connect(port: MessagePort): Promise<number> {
	const transport = createPortTransport({
		port: port,
		scheduler,
		mode: 'wall'
	});
	await transport.open({ baudRate: SO101.baudRate });
	const bus = createFeetechBus(transport, scheduler, { usbFrameMs: 0 });
	const session = createArmSession({
		spec: SO101,
		bus: createBusCommands(bus),
		driver: STS3215_DRIVER,
		scheduler
	});
	const facts = await session.connect();
	if (!facts.ok) throw new Error(facts.error.code);
	loop = new ControlLoop({
		armId: 'follower',
		spec: SO101,
		bus,
		driver: STS3215_DRIVER,
		scheduler,
		gate: createGate(),
		units: createUnitConverter(SO101, facts.value.calibration),
		inputs: movingInputs(() => scheduler.now()),
		rateHz: RATE_HZ
	});
	const armed = await session.arm(SO101_SERVO_LIMITS);
	if (!armed.ok) throw new Error(armed.error.code);
	loop.setArmed(true);
	return RATE_HZ;
}

async function runLoop(ms: number): Promise<LoopWindow> {
	if (loop === null) throw new Error('connect first');
	const running = loop;
	const began: number[] = [];
	const before = running.counters;
	const stopListening = running.committed.on((tick) => {
		began.push(performance.now());
		if (tick % 7 === 0) running.takeBatch();
	});
	running.start();
	await pause(ms);
	running.stop();
	stopListening();
	const after = running.counters;
	// The last note is of the stop, not of a tick.
	return {
		beganMs: Float64Array.from(began.slice(0, -1)),
		missed: after.missedTicks - before.missedTicks,
		failed: after.failedTicks - before.failedTicks
	};
}

async function runNothing(ms: number): Promise<LoopWindow> {
	const began: number[] = [];
	const originMs = scheduler.now();
	let next = 0;
	let missed = 0;
	let open = true;
	const tick = (): void => {
		if (!open) return;
		const now = performance.now();
		began.push(now);
		const late = Math.floor((now - originMs) / PERIOD_MS - next);
		if (late >= 1) {
			missed += late;
			next += late;
		}
		next += 1;
		scheduler.at(originMs + next * PERIOD_MS, tick);
	};
	scheduler.at(originMs, tick);
	await pause(ms);
	open = false;
	await pause(20);
	return { beganMs: Float64Array.from(began), missed, failed: 0 };
}

serveCalls({ connect, runLoop, runNothing });
