// Carries out what the set-up table asks for: looks for the one motor on the bus, writes it, says how it went. One thing at
// a time; whoever leaves while a motor is written waits until that is over.

import type { FoundServo, RobotSpec, SerialTransport } from '$lib/contracts';
import type { Scheduler } from '$lib/core';
import { findOn, foundServo, type PortScan } from '../find/find-servos';
import { ServoLine } from '../find/servo-line';
import type { FoundMotor, MotorSetupView, SetupEffect, SetupEvent, SetupState } from './setup-state';
import { canBeAccepted, setupNext, setupStart } from './setup-table';
import { writeMotor, type WriteCounters } from './write-motor';

export interface MotorSetupOptions {
	/** Closed or open; nobody else may ask anything meanwhile. Left open, at whatever rate was used last. */
	readonly transport: SerialTransport;
	readonly scheduler: Scheduler;
	readonly spec: RobotSpec;
	/** Called after every change. */
	readonly onView: (view: MotorSetupView) => void;
	/** 0..1 of the search. */
	readonly onProgress?: (share: number) => void;
	/** Which motors to set up (LeRobot names); default: all. */
	readonly joints?: readonly string[];
	readonly usbFrameMs?: number;
	/**
	 * The port after it was plugged in again, where the lost one cannot be opened any more; null while it is not there.
	 * Asked before each search as long as the port is lost.
	 */
	readonly replugged?: () => Promise<SerialTransport | null>;
}

export interface MotorSetupRun {
	readonly view: MotorSetupView;
	readonly counters: Readonly<WriteCounters>;
	begin(): void;
	/** The person says that the motor of this step is plugged in, alone. */
	motorIsConnected(): void;
	next(): void;
	retry(): void;
	/** Goes on in spite of the problem, where the view allows it. */
	useAnyway(): void;
	/** Ends it. A motor that is being written is finished first. */
	close(): Promise<void>;
}

/** Asked alone besides whoever answers everybody: a new motor's number. */
const FACTORY_ID = 1;
const NO_PORT: PortScan = { servos: [], sheets: [], colliding: [], garbageBytes: 0, failure: 'port_gone' };

export function createMotorSetup(options: MotorSetupOptions): MotorSetupRun {
	const { scheduler, spec, onView } = options;
	let { transport } = options;
	const counters: WriteCounters = { eepromWrites: 0 };
	let state = setupStart(spec, options.joints);
	let view = viewOf(state, null);
	let isLost = false;
	let searching: AbortController | null = null;
	let busy: Promise<void> = Promise.resolve();

	const dispatch = (event: SetupEvent): void => {
		const next = setupNext(state, event, spec);
		if (next.state === state) return;
		state = next.state;
		if (next.effect !== null) perform(next.effect);
		if (state.step === 'closed') return;
		view = viewOf(state, state.found);
		onView(view);
	};

	const perform = (effect: SetupEffect): void => {
		if (effect.do === 'stop') searching?.abort();
		else if (effect.do === 'search') busy = busy.then(() => search(effect));
		else busy = busy.then(() => write(effect));
	};

	const lineFor = (signal?: AbortSignal): ServoLine =>
		new ServoLine({
			transport,
			scheduler,
			...(signal === undefined ? {} : { signal }),
			...(options.usbFrameMs === undefined ? {} : { usbFrameMs: options.usbFrameMs })
		});

	/** A lost port is given back and asked for anew, until it is there. */
	const havePort = async (): Promise<boolean> => {
		isLost ||= transport.state === 'lost';
		if (!isLost || options.replugged === undefined) return true;
		const fresh = await options.replugged();
		if (fresh === null) return false;
		transport = fresh;
		isLost = false;
		return true;
	};

	const search = async ({ thorough, joint }: Extract<SetupEffect, { do: 'search' }>): Promise<void> => {
		if (state.step !== 'searching') return;
		searching = new AbortController();
		const { signal } = searching;
		if (!(await havePort())) {
			searching = null;
			dispatch({ type: 'searched', scan: NO_PORT });
			return;
		}
		const line = lineFor(signal);
		try {
			const scan: PortScan = await findOn(line, {
				ids: [...new Set([FACTORY_ID, servoIdOf(spec, joint)])],
				everyId: thorough ? true : 'if_damaged',
				signal,
				onProgress: ({ share }) => options.onProgress?.(share)
			});
			dispatch({ type: 'searched', scan });
		} catch (cause) {
			if (!signal.aborted) throw cause;
		} finally {
			line.release();
			searching = null;
		}
	};

	const write = async ({ motor, joint }: Extract<SetupEffect, { do: 'write' }>): Promise<void> => {
		const { baudRate, modelNumber } = spec;
		const line = lineFor();
		try {
			const target = { id: servoIdOf(spec, joint), baudRate, modelNumber };
			dispatch({ type: 'written', problem: await writeMotor(line, motor, target, counters) });
		} finally {
			line.release();
		}
	};

	return {
		counters,
		get view() {
			return view;
		},
		begin: () => dispatch({ type: 'begin' }),
		motorIsConnected: () => dispatch({ type: 'motor_is_connected' }),
		next: () => dispatch({ type: 'next' }),
		retry: () => dispatch({ type: 'retry' }),
		useAnyway: () => dispatch({ type: 'use_anyway' }),
		async close() {
			dispatch({ type: 'close' });
			await busy;
		}
	};
}

function servoIdOf(spec: RobotSpec, name: string): number {
	const joint = spec.joints.find((candidate) => candidate.name === name);
	if (joint === undefined) throw new RangeError(`this robot has no joint ${name}`);
	return joint.servoId;
}

function viewOf(state: SetupState, found: FoundMotor | null): MotorSetupView {
	const { step, joint, done, problem } = state;
	const shown: FoundServo | null = found === null ? null : foundServo(found);
	return {
		step: step === 'closed' ? 'intro' : step,
		joint,
		done,
		found: shown,
		problem,
		canUseAnyway: canBeAccepted(state)
	};
}
