// A chain of virtual STS3215 on one wire: hears instruction bytes, moves a JointPlant in steps of one millisecond up to
// the stamp of those bytes and never further, and answers. Knows no transports and no faults (see wire).

import type { JointPlant } from '$lib/contracts';
import { InstructionParser, type Instruction } from './instruction-parser';
import { RAD_PER_STEP, ServoMotor } from './servo-motor';
import { REG, ServoMemory } from './servo-memory';

export interface VirtualServoOptions {
	readonly id: number;
	/** Encoder reading when the plant's joint is at 0 rad. */
	readonly zeroSteps: number;
	/** Values written on the bench: [address, value, size]. */
	readonly presets?: readonly (readonly [address: number, value: number, size: 1 | 2])[];
}

export interface ServoChainOptions {
	readonly servos: readonly VirtualServoOptions[];
	readonly plant: JointPlant;
	readonly supplyVolts?: number;
	/** Resistance of supply and cable, Ohm. */
	readonly supplyOhm?: number;
	readonly startMs?: number;
	/**
	 * What a servo does that is energised with an old goal in its memory. Real ones are seen to stay where they are; the
	 * default is the unkind case, so that nothing of ours may rely on it.
	 */
	readonly holdsOnTorque?: boolean;
}

/** One servo's answer: `bytes[0, length)` may be sent from `readyMs` on. The buffer is re-used. */
export type ReplySink = (servo: VirtualServo, bytes: Uint8Array, length: number, readyMs: number) => void;

const STEP_MS = 1;
const BROADCAST = 0xfe;
/** Below this the controllers lose their memory of what they were doing. */
const BROWN_OUT_VOLTS = 4.0;
const RESTART_MS = 150;
/** Pause on the line that ends a half heard request; an assumption, no datasheet names it. */
const HALF_HEARD_MS = 10;
const BAUD_RATES = [1_000_000, 500_000, 250_000, 128_000, 115_200, 57_600, 38_400, 19_200];

export class VirtualServo {
	readonly memory: ServoMemory;
	readonly motor: ServoMotor;
	readonly zeroSteps: number;
	/** Off the bus: cable out or burnt. */
	missing = false;
	/** Joint blocked by something (angle in rad), null when free. */
	blockedAt: number | null = null;
	deafUntilMs = 0;
	/** Parameters of a registered write that waits for `action`. */
	pending: Uint8Array | null = null;

	constructor(options: VirtualServoOptions, holdsOnTorque: boolean) {
		this.memory = new ServoMemory(options.id);
		for (const [address, value, size] of options.presets ?? []) this.memory.preset(address, value, size);
		this.memory.powerUp();
		this.motor = new ServoMotor(this.memory, holdsOnTorque);
		this.zeroSteps = options.zeroSteps;
	}

	get id(): number {
		return this.memory.byte(REG.id);
	}

	get baudRate(): number {
		return BAUD_RATES[this.memory.byte(REG.baud)] ?? 0;
	}

	/** Pause before an answer, ms (the register counts 2 us). */
	get returnDelayMs(): number {
		return this.memory.byte(REG.returnDelay) * 0.002;
	}
}

export class ServoChain {
	readonly servos: readonly VirtualServo[];
	readonly plant: JointPlant;
	/** Called for every answered read, with what the servo put into its answer; for tests that look for invented values. */
	onReadAnswered: ((id: number, atMs: number, address: number, position: number) => void) | null = null;
	volts: number;
	/** Voltage of the supply without load; set it low for a brown-out. */
	supplyVolts: number;

	readonly #parser = new InstructionParser();
	readonly #supplyOhm: number;
	readonly #torque: Float64Array;
	readonly #reply = new Uint8Array(256);
	#steppedMs: number;
	#heardMs = Number.NEGATIVE_INFINITY;

	constructor(options: ServoChainOptions) {
		this.servos = options.servos.map((servo) => new VirtualServo(servo, options.holdsOnTorque ?? false));
		this.plant = options.plant;
		this.supplyVolts = options.supplyVolts ?? RATED_VOLTS;
		this.volts = this.supplyVolts;
		this.#supplyOhm = options.supplyOhm ?? 0.1;
		this.#torque = new Float64Array(options.plant.jointCount);
		this.#steppedMs = options.startMs ?? 0;
	}

	/** Time the physics has reached, ms. */
	get nowMs(): number {
		return this.#steppedMs;
	}

	/** Steps the physics to the last whole millisecond at or before `tMs`. */
	advanceTo(tMs: number): void {
		while (this.#steppedMs + STEP_MS <= tMs) this.#step();
	}

	encoderSteps(joint: number): number {
		return (this.servos[joint]?.zeroSteps ?? 0) + (this.plant.q[joint] ?? 0) / RAD_PER_STEP;
	}

	/** What a perfect reader would see now: Present_Position of one joint. */
	presentPosition(joint: number): number {
		return this.servos[joint]?.motor.presentAt(this.encoderSteps(joint)) ?? Number.NaN;
	}

	/** Hears `bytes`, the first of which began at `startMs`; answers go to `sink`. */
	receive(bytes: Uint8Array, startMs: number, byteMs: number, baudRate: number, sink: ReplySink): void {
		if (startMs - this.#heardMs > HALF_HEARD_MS) this.#parser.forget();
		this.#heardMs = startMs + bytes.length * byteMs;
		for (let k = 0; k < bytes.length; k++) {
			const instruction = this.#parser.feed(bytes[k] ?? 0);
			if (instruction === null) continue;
			const atMs = startMs + (k + 1) * byteMs;
			this.advanceTo(atMs);
			this.#execute(instruction, atMs, baudRate, sink);
		}
	}

	#step(): void {
		const { plant, servos } = this;
		let amps = 0;
		for (let j = 0; j < servos.length; j++) {
			const servo = servos[j];
			if (servo === undefined) continue;
			this.#torque[j] = servo.motor.step(STEP_MS / 1000, this.encoderSteps(j), plant.qd[j] ?? 0, this.volts);
			amps += (servo.motor.currentMa * Math.abs(servo.motor.duty)) / 1000;
		}
		plant.step(STEP_MS / 1000, this.#torque);
		for (let j = 0; j < servos.length; j++) {
			const blockedAt = servos[j]?.blockedAt ?? null;
			if (blockedAt === null) continue;
			plant.q[j] = blockedAt;
			plant.qd[j] = 0;
		}
		this.#steppedMs += STEP_MS;
		this.volts = Math.max(0, this.supplyVolts - this.#supplyOhm * amps);
		if (this.volts < BROWN_OUT_VOLTS) this.#brownOut();
	}

	#brownOut(): void {
		for (const servo of this.servos) {
			servo.memory.powerUp();
			servo.motor.powerUp();
			servo.deafUntilMs = this.#steppedMs + RESTART_MS;
		}
	}

	#execute(packet: Instruction, atMs: number, baudRate: number, sink: ReplySink): void {
		const hears = (servo: VirtualServo): boolean =>
			!servo.missing && servo.baudRate === baudRate && atMs >= servo.deafUntilMs;
		if (packet.instruction === 0x82) {
			this.#syncRead(packet, atMs, hears, sink);
			return;
		}
		if (packet.instruction === 0x83) {
			this.#syncWrite(packet, hears);
			return;
		}
		for (const servo of this.servos) {
			if (!hears(servo) || (packet.id !== BROADCAST && packet.id !== servo.id)) continue;
			this.#single(servo, packet, atMs, sink);
		}
	}

	#single(servo: VirtualServo, packet: Instruction, atMs: number, sink: ReplySink): void {
		const { data, offset, length } = packet;
		const broadcast = packet.id === BROADCAST;
		const talks = !broadcast && servo.memory.byte(REG.responseLevel) !== 0;
		switch (packet.instruction) {
			case 0x01:
				this.#answer(servo, 0, 0, atMs, sink);
				return;
			case 0x02:
				if (!broadcast && length === 2)
					this.#answer(servo, data[offset] ?? 0, data[offset + 1] ?? 0, atMs, sink);
				return;
			case 0x03:
				// The answer still comes under the id the instruction was sent to.
				if (talks) this.#answer(servo, 0, 0, atMs, sink);
				if (length >= 2) this.#write(servo, data, offset, length);
				return;
			case 0x04:
				servo.pending = data.slice(offset, offset + length);
				if (talks) this.#answer(servo, 0, 0, atMs, sink);
				return;
			case 0x05:
				if (servo.pending !== null) this.#write(servo, servo.pending, 0, servo.pending.length);
				servo.pending = null;
				if (talks) this.#answer(servo, 0, 0, atMs, sink);
				return;
			case 0x06:
				if (talks) this.#answer(servo, 0, 0, atMs, sink);
				servo.memory.restoreFactory(servo.id);
				servo.motor.powerUp();
				return;
		}
	}

	#syncRead(
		packet: Instruction,
		atMs: number,
		hears: (servo: VirtualServo) => boolean,
		sink: ReplySink
	): void {
		const { data, offset, length } = packet;
		for (let k = 2; k < length; k++)
			for (const servo of this.servos)
				if (servo.id === data[offset + k] && hears(servo))
					this.#answer(servo, data[offset] ?? 0, data[offset + 1] ?? 0, atMs, sink);
	}

	#syncWrite(packet: Instruction, hears: (servo: VirtualServo) => boolean): void {
		const { data, offset, length } = packet;
		const address = data[offset] ?? 0;
		const size = data[offset + 1] ?? 0;
		for (let at = offset + 2; at + size < offset + length; at += size + 1)
			for (const servo of this.servos)
				if (servo.id === data[at] && hears(servo)) this.#store(servo, address, data, at + 1, size);
	}

	#write(servo: VirtualServo, data: Uint8Array, offset: number, length: number): void {
		this.#store(servo, data[offset] ?? 0, data, offset + 1, length - 1);
	}

	#store(servo: VirtualServo, address: number, data: Uint8Array, offset: number, length: number): void {
		const { memory } = servo;
		const touches = (register: number): boolean => address <= register && register < address + length;
		const energises = touches(REG.torqueEnable) && data[offset + REG.torqueEnable - address] === 1;
		if (energises && memory.byte(REG.torqueEnable) !== 1)
			servo.motor.energise(this.encoderSteps(this.servos.indexOf(servo)));
		memory.write(address, data, offset, length);
		if (touches(REG.goalPosition)) servo.motor.clearOverload();
		if (touches(REG.torqueEnable) && memory.byte(REG.torqueEnable) === 128) this.#recenter(servo);
	}

	/** Torque_Enable = 128: the present position becomes the middle. */
	#recenter(servo: VirtualServo): void {
		const encoder = this.encoderSteps(this.servos.indexOf(servo));
		let offset = (((Math.floor(encoder) - 2048) % 4096) + 4096) % 4096;
		if (offset > 2047) offset -= 4096;
		servo.memory.setSigned(REG.homingOffset, offset, 11);
		servo.memory.preset(REG.homingOffset, servo.memory.word(REG.homingOffset), 2);
		servo.memory.setByte(REG.torqueEnable, 0);
	}

	#answer(servo: VirtualServo, address: number, length: number, atMs: number, sink: ReplySink): void {
		const joint = this.servos.indexOf(servo);
		const { memory, motor } = servo;
		motor.publish(this.encoderSteps(joint), this.volts);
		const reply = this.#reply;
		const params = Math.min(length, 120);
		reply[0] = 0xff;
		reply[1] = 0xff;
		reply[2] = servo.id;
		reply[3] = params + 2;
		reply[4] = motor.status;
		let sum = servo.id + params + 2 + motor.status;
		for (let k = 0; k < params; k++) {
			const value = memory.byte(address + k);
			reply[5 + k] = value;
			sum += value;
		}
		reply[5 + params] = ~sum & 0xff;
		if (params > 0) this.onReadAnswered?.(servo.id, atMs, address, memory.word(REG.position));
		sink(servo, reply, params + 6, atMs + servo.returnDelayMs);
	}
}

const RATED_VOLTS = 7.4;
