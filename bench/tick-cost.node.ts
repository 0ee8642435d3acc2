// The tick bench in one Node process. `cost`: batches of pure steps of the loop (parse, gate, encode, record) on replayed
// answers, each batch beside one of the reference loop. `alloc`: bytes a tick allocates. `hour`: what a lockstep hour of
// the whole virtual arm leaves on the heap.

import { SO101 } from '$lib/contracts';
import { createVirtualScheduler } from '$lib/core';
import { ControlLoop, createFeetechBus, createUnitConverter, STS3215_DRIVER } from '$lib/robot';
import { createGate } from '$lib/robot/safety';
import { VIRTUAL_SO101_CALIBRATION } from '$lib/sim';
import { createMovingArm } from './rig/moving-arm';
import { movingInputs, movingWish } from './rig/moving-inputs';
import { ReferenceTick } from './rig/reference-tick';
import { createReplayTransport, recordAnswers, type Recording } from './rig/replay';

export interface TickTask {
	readonly mode: 'cost' | 'alloc' | 'hour';
	readonly batchTicks?: number;
	readonly batches?: number;
	readonly minutes?: number;
}

/** One turn of the wish (3000 pi ms at 200 Hz), so that the replay has no seam. */
const TURN_TICKS = 1885;
const PERIOD_MS = 5;
/** Ticks of one feed to the page, 33 ms. */
const FEED_TICKS = 7;

interface Host {
	/** Runs so many ticks. */
	run(ticks: number): void;
	readonly loop: ControlLoop;
}

function createHost(recording: Recording): Host {
	const scheduler = createVirtualScheduler();
	const bus = createFeetechBus(createReplayTransport(recording, scheduler), scheduler, { usbFrameMs: 1 });
	const loop = new ControlLoop({
		armId: 'arm-1',
		spec: SO101,
		bus,
		driver: STS3215_DRIVER,
		scheduler,
		gate: createGate(),
		units: createUnitConverter(SO101, VIRTUAL_SO101_CALIBRATION),
		inputs: movingInputs(() => scheduler.now()),
		rateHz: 1000 / PERIOD_MS
	});
	loop.setArmed(true);
	loop.start(1);
	let ticks = 0;
	loop.committed.on(() => {
		if (++ticks % FEED_TICKS === 0) loop.takeBatch();
	});
	let untilMs = 0.5;
	return {
		loop,
		run(count) {
			untilMs += count * PERIOD_MS;
			scheduler.advanceTo(untilMs);
		}
	};
}

/** Every recorded answer in one piece, as the reference loop takes it. */
function wholeAnswers(recording: Recording): Uint8Array[] {
	return recording.map((chunks) => Uint8Array.from(chunks.flatMap(({ bytes }) => [...bytes])));
}

/** CPU time of this process, collector and compiler included; on a busy machine the wall clock would count others. */
const spentUs = (run: () => void): number => {
	const begin = process.cpuUsage();
	run();
	const { user, system } = process.cpuUsage(begin);
	return user + system;
};

async function runCost({ batchTicks = 10_000, batches = 9 }: TickTask): Promise<object> {
	const recording = await recordAnswers(TURN_TICKS, 2 * TURN_TICKS);
	const host = createHost(recording);
	const answers = wholeAnswers(recording);
	const reference = new ReferenceTick();
	const wish = new Float32Array(SO101.joints.length);
	let at = 0;
	const referenceBatch = (): void => {
		for (let n = 0; n < batchTicks; n++) {
			const answer = answers[at % answers.length];
			if (answer === undefined) throw new Error('no answer');
			reference.step(answer, movingWish(at * PERIOD_MS, wish), PERIOD_MS / 1000);
			at += 1;
		}
	};
	host.run(20_000);
	referenceBatch();
	referenceBatch();
	const ours: number[] = [];
	const theirs: number[] = [];
	for (let batch = 0; batch < batches; batch++) {
		ours.push(spentUs(() => host.run(batchTicks)) / batchTicks);
		theirs.push(spentUs(referenceBatch) / batchTicks);
	}
	return { oursUs: ours, referenceUs: theirs, batchTicks, counters: host.loop.counters };
}

/** Needs --expose-gc and a young generation so large that nothing is collected meanwhile. */
async function runAlloc(): Promise<object> {
	const host = createHost(await recordAnswers(TURN_TICKS, 2 * TURN_TICKS));
	host.run(20_000);
	const ticks = 5000;
	globalThis.gc?.();
	const before = process.memoryUsage();
	host.run(ticks);
	const after = process.memoryUsage();
	return {
		ticks,
		bytesPerTick: (after.heapUsed - before.heapUsed) / ticks,
		bufferBytesPerTick: (after.arrayBuffers - before.arrayBuffers) / ticks
	};
}

/** Needs --expose-gc. Heap after forced collection at the start and after each quarter. */
async function runHour({ minutes = 60 }: TickTask): Promise<object> {
	const { arm, loop } = await createMovingArm({ rateHz: 200, usbFrameMs: 1, armed: true });
	loop.committed.on((tick) => {
		if (tick % FEED_TICKS === 0) loop.takeBatch();
	});
	const fromMs = arm.scheduler.now() + 1;
	loop.start(fromMs);
	const held = (): number => {
		for (let turn = 0; turn < 4; turn++) globalThis.gc?.();
		const { heapUsed, arrayBuffers } = process.memoryUsage();
		return heapUsed + arrayBuffers;
	};
	// Warm-up: code is compiled and its data settles.
	arm.scheduler.advanceTo(fromMs + 120_000);
	const heldBytes = [held()];
	for (let quarter = 1; quarter <= 4; quarter++) {
		arm.scheduler.advanceTo(fromMs + 120_000 + quarter * minutes * 15_000);
		heldBytes.push(held());
	}
	loop.stop();
	return { minutes, heldBytes, pending: arm.scheduler.pendingCount, counters: loop.counters };
}

const task = JSON.parse(process.argv.at(-1) ?? '{}') as TickTask;
const RUN = { cost: runCost, alloc: runAlloc, hour: runHour };
process.stdout.write(`${JSON.stringify(await RUN[task.mode](task))}\n`);
