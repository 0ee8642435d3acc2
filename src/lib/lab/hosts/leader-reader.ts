// The leader arm as ROBOT reads it: torque off, positions by sync read while it drives. Owns its bus; writes nothing.

import { SO101, type Calibration } from '$lib/contracts';
import type { ClockMode } from './api';
import { portLike } from './port-like';
import type { Scheduler } from '$lib/core';
import {
	STS3215_DRIVER,
	createArmSession,
	createBusCommands,
	createFeetechBus,
	createPortTransport,
	createServoReadings,
	createUnitConverter,
	type PortTransport,
	type UnitConverter
} from '$lib/robot';

const READ_EVERY_MS = 10;

export class LeaderReader {
	readonly #scheduler: Scheduler;
	readonly #transport: PortTransport;
	readonly #commands;
	readonly #bus;
	readonly #state = new Float32Array(SO101.joints.length);
	#units: UnitConverter | null = null;
	#readMs = Number.NEGATIVE_INFINITY;
	#askedMs = Number.NEGATIVE_INFINITY;

	constructor(options: {
		readonly port: MessagePort;
		readonly scheduler: Scheduler;
		readonly mode: ClockMode;
	}) {
		this.#scheduler = options.scheduler;
		this.#transport = createPortTransport({ id: 'virtual-leader', ...options, port: portLike(options.port) });
		this.#bus = createFeetechBus(this.#transport, options.scheduler, { usbFrameMs: 0 });
		this.#commands = createBusCommands(this.#bus);
	}

	/** True when there is a leader that can be read. */
	async connect(): Promise<boolean> {
		await this.#transport.open({ baudRate: SO101.baudRate });
		const session = createArmSession({
			spec: SO101,
			bus: this.#commands,
			driver: STS3215_DRIVER,
			scheduler: this.#scheduler
		});
		const found = await session.connect();
		if (!found.ok) return false;
		const calibration: Calibration = found.value.calibration;
		this.#units = createUnitConverter(SO101, calibration);
		return true;
	}

	/** Newest pose in LeRobot units with its time, or null before the first reading. Asks for the next one. */
	pose(nowMs: number): { readonly q: Float32Array; readonly tMs: number } | null {
		if (nowMs - this.#askedMs >= READ_EVERY_MS) void this.#read(nowMs);
		return Number.isFinite(this.#readMs) ? { q: this.#state, tMs: this.#readMs } : null;
	}

	settled(): Promise<void> {
		return this.#transport.settled();
	}

	async #read(nowMs: number): Promise<void> {
		const units = this.#units;
		if (units === null) return;
		this.#askedMs = nowMs;
		const { state } = STS3215_DRIVER;
		const ids = SO101.joints.map((joint) => joint.servoId);
		const data = await this.#commands.syncRead(ids, state.address, state.length);
		if (!data.ok) return; // an older pose grows stale and the gate holds: nothing is made up
		const readings = createServoReadings(ids.length);
		for (let joint = 0; joint < ids.length; joint++)
			STS3215_DRIVER.decodeState(data.value, joint * state.length, joint, readings);
		units.toUnits(readings.position, this.#state);
		this.#readMs = this.#scheduler.now();
	}
}
