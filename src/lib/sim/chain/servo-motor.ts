// Motor, controller and protections of one virtual STS3215. Reads and writes the register file; gets the joint's angle and
// speed from the plant and gives back a torque. Knows no packets.
//
// Numbers: datasheet of the 7.4 V STS3215 (stall 1.9 N·m, 52 rpm no-load, 2.5 A) and the published SO-101 model for the
// position loop (17.8 N·m/rad and 0.60 N·m·s/rad at P = 16, D = 32). The thermal figures follow one published
// measurement (+15 degrees after ten minutes at half load). Not modelled: Goal_Time, start-up force, step mode.

import { REG, type ServoMemory } from './servo-memory';

export const STEPS_PER_TURN = 4096;
export const RAD_PER_STEP = (2 * Math.PI) / STEPS_PER_TURN;
export const STALL_NM = 1.9;
const RATED_VOLTS = 7.4;
const NO_LOAD_RAD_S = (52 * 2 * Math.PI) / 60;
const STALL_MA = 2500;
const IDLE_MA = 30;
const CURRENT_UNIT_MA = 6.5;
/** N·m per rad/s that the turning motor takes off its own torque. */
const BACK_EMF = STALL_NM / NO_LOAD_RAD_S;
const STIFFNESS_AT_P16 = 17.8;
const DAMPING_AT_D32 = 0.6 - BACK_EMF;
/** Duty per step of error and unit of P; duty per rad/s and unit of D; duty per step-second and unit of I. */
const DUTY_PER_P = (STIFFNESS_AT_P16 * RAD_PER_STEP) / STALL_NM / 16;
const DUTY_PER_D = DAMPING_AT_D32 / STALL_NM / 32;
const DUTY_PER_I = DUTY_PER_P;
const MAX_SPEED_STEPS = NO_LOAD_RAD_S / RAD_PER_STEP;
const AMBIENT_C = 25;
const COOLING_S = 600;
const STALL_HEATING_C = 66;

export const STATUS = { voltage: 1, angle: 2, overheat: 4, overcurrent: 8, overload: 32 } as const;

export class ServoMotor {
	temperatureC = AMBIENT_C;
	/** Motor current, mA. */
	currentMa = 0;
	duty = 0;
	status = 0;
	/** Error bits that stay on whatever happens: a fault put in from outside. */
	stuckStatus = 0;

	readonly #memory: ServoMemory;
	readonly #holdsOnTorque: boolean;
	/** Where the speed and acceleration profile stands, steps and steps/s. */
	#setpoint = 0;
	#setpointSpeed = 0;
	#integral = 0;
	#wasOn = false;
	#overloadS = 0;
	#overcurrentS = 0;
	#overloaded = false;
	#position = 0;
	#speedSteps = 0;

	/** `holdsOnTorque`: energising makes the present position the goal; otherwise an old goal is approached at once. */
	constructor(memory: ServoMemory, holdsOnTorque = false) {
		this.#memory = memory;
		this.#holdsOnTorque = holdsOnTorque;
	}

	/** Present_Position of an encoder that stands at `encoderSteps` (any turn). */
	presentAt(encoderSteps: number): number {
		const offset = this.#memory.signed(REG.homingOffset, 11);
		return (((Math.floor(encoderSteps) - offset) % STEPS_PER_TURN) + STEPS_PER_TURN) % STEPS_PER_TURN;
	}

	/** One controller period: torque on the joint, N·m. */
	step(dtS: number, encoderSteps: number, speedRadS: number, volts: number): number {
		const memory = this.#memory;
		this.#position = this.presentAt(encoderSteps);
		this.#speedSteps = speedRadS / RAD_PER_STEP;
		const on = memory.byte(REG.torqueEnable) === 1;
		if (on && !this.#wasOn) this.#settle();
		this.#wasOn = on;
		if (!on) this.clearOverload(); // a limp servo is not overloaded any more
		this.duty = on ? this.#control(dtS, speedRadS) : 0;
		const drive = on ? STALL_NM * this.duty * (volts / RATED_VOLTS) - BACK_EMF * speedRadS : 0;
		this.currentMa = on ? (Math.abs(drive) / STALL_NM) * STALL_MA + IDLE_MA : 0;
		this.#protect(dtS, volts);
		return drive;
	}

	/** The instruction that switches torque on takes hold at once: a goal that follows it at any distance is a newer one. */
	energise(encoderSteps: number): void {
		this.#position = this.presentAt(encoderSteps);
		this.#settle();
		this.#wasOn = true;
	}

	/** Clears an overload, as a new goal does in the real servo. */
	clearOverload(): void {
		this.#overloaded = false;
		this.#overloadS = 0;
	}

	powerUp(): void {
		this.#wasOn = false;
		this.#overloaded = false;
		this.#overloadS = 0;
		this.#overcurrentS = 0;
		this.duty = 0;
		this.currentMa = 0;
		this.status = 0;
	}

	/** Puts the measured values where a read finds them. */
	publish(encoderSteps: number, volts: number): void {
		const memory = this.#memory;
		memory.setWord(REG.position, this.presentAt(encoderSteps));
		memory.setSigned(REG.velocity, this.#speedSteps, 15);
		memory.setSigned(REG.load, this.duty * 1000, 10);
		memory.setByte(REG.voltage, Math.round(volts * 10));
		memory.setByte(REG.temperature, Math.round(this.temperatureC));
		memory.setByte(REG.status, this.status);
		memory.setByte(REG.moving, Math.abs(this.#speedSteps) > 10 || this.#setpointSpeed !== 0 ? 1 : 0);
		memory.setWord(REG.current, Math.round(this.currentMa / CURRENT_UNIT_MA));
	}

	#settle(): void {
		this.#setpoint = this.#position;
		this.#setpointSpeed = 0;
		this.#integral = 0;
		if (this.#holdsOnTorque) this.#memory.setSigned(REG.goalPosition, this.#position, 15);
	}

	#control(dtS: number, speedRadS: number): number {
		const memory = this.#memory;
		const limit = this.#dutyLimit();
		const mode = memory.byte(REG.mode);
		if (mode === 2) return clamp(memory.signed(REG.goalTime, 10) / 1000, limit);
		if (mode === 1) {
			const wanted = memory.signed(REG.goalVelocity, 15);
			return clamp((wanted - this.#speedSteps) / 1000 + wanted / MAX_SPEED_STEPS, limit);
		}
		this.#advanceProfile(dtS);
		let error = this.#setpoint - this.#position;
		const dead = memory.byte(error > 0 ? REG.cwDead : REG.ccwDead);
		if (Math.abs(error) <= dead && this.#setpointSpeed === 0) error = 0;
		this.#integral += error * dtS;
		const wanted =
			memory.byte(REG.p) * DUTY_PER_P * error +
			memory.byte(REG.i) * DUTY_PER_I * this.#integral -
			memory.byte(REG.d) * DUTY_PER_D * speedRadS;
		return clamp(wanted, limit);
	}

	#dutyLimit(): number {
		const memory = this.#memory;
		const limit = Math.min(1000, memory.word(REG.torqueLimit), memory.word(REG.maxTorque)) / 1000;
		return this.#overloaded ? Math.min(limit, memory.byte(REG.protectiveTorque) / 100) : limit;
	}

	#advanceProfile(dtS: number): void {
		const memory = this.#memory;
		const target = this.#boundedGoal();
		const asked = Math.abs(memory.signed(REG.goalVelocity, 15));
		const top = asked === 0 ? MAX_SPEED_STEPS : Math.min(asked, MAX_SPEED_STEPS);
		const counts = memory.byte(REG.acceleration);
		const distance = target - this.#setpoint;
		const acceleration = counts === 0 ? Number.POSITIVE_INFINITY : counts * 100;
		// As fast as allowed, but never faster than the way left can still brake.
		const braking = counts === 0 ? top : Math.sqrt(2 * acceleration * Math.abs(distance));
		const wanted = Math.sign(distance) * Math.min(top, braking);
		const change = acceleration * dtS;
		this.#setpointSpeed += Math.min(change, Math.max(-change, wanted - this.#setpointSpeed));
		const next = this.#setpoint + this.#setpointSpeed * dtS;
		if (distance === 0 || (target - next) * distance <= 0) {
			this.#setpoint = target;
			this.#setpointSpeed = 0;
		} else this.#setpoint = next;
	}

	#boundedGoal(): number {
		const memory = this.#memory;
		const goal = memory.signed(REG.goalPosition, 15);
		const low = memory.word(REG.minLimit);
		const high = memory.word(REG.maxLimit);
		return low === 0 && high === 0 ? goal : Math.min(high, Math.max(low, goal));
	}

	#protect(dtS: number, volts: number): void {
		const memory = this.#memory;
		const relative = Math.max(0, this.currentMa - IDLE_MA) / STALL_MA;
		this.temperatureC +=
			(dtS / COOLING_S) * (STALL_HEATING_C * relative * relative - (this.temperatureC - AMBIENT_C));
		const pushing = Math.abs(this.duty) * 100 >= memory.byte(REG.overloadTorque);
		this.#overloadS = pushing ? this.#overloadS + dtS : 0;
		if (this.#overloadS * 100 >= memory.byte(REG.protectionTime) && pushing) this.#overloaded = true;
		const drawing = this.currentMa > memory.word(REG.protectionCurrent) * CURRENT_UNIT_MA;
		this.#overcurrentS = drawing ? this.#overcurrentS + dtS : 0;
		const tooHot = this.temperatureC > memory.byte(REG.maxTemperature);
		const tooMuch = drawing && this.#overcurrentS * 100 >= memory.byte(REG.overcurrentTime);
		const badVolts = volts * 10 < memory.byte(REG.minVoltage) || volts * 10 > memory.byte(REG.maxVoltage);
		this.status =
			(badVolts ? STATUS.voltage : 0) |
			(tooHot ? STATUS.overheat : 0) |
			(tooMuch ? STATUS.overcurrent : 0) |
			(this.#overloaded ? STATUS.overload : 0) |
			this.stuckStatus;
		const dropping = this.status & memory.byte(REG.unloading) & (STATUS.overheat | STATUS.overcurrent);
		if (dropping !== 0) memory.setByte(REG.torqueEnable, 0);
	}
}

function clamp(value: number, limit: number): number {
	return Math.min(limit, Math.max(-limit, value));
}
