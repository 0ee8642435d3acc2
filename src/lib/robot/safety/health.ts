/**
 * What the servos feel: heat, sagging supply, stall, and what they complain of themselves. Turns telemetry into "slower",
 * "hold", "park" and "press less"; the figures are HEALTH_LIMITS (contracts). Knows readings and their age in steps; knows
 * nothing of goals. A value that was never read is NaN and changes nothing: silence is not a reading.
 *
 * [Note: child-safe press] A jaw that closes on something may press with its whole ahead margin, 0.82 N·m or about 10 N at
 * the tips (ahead-budget), but not for long: stalled, it keeps less than half of it, about 4.3 N. That is also less than the
 * quarter of the stall torque at which the gripper's servo, set as LeRobot sets it, begins to count towards its overload.
 */
import type { RobotSpec } from '$lib/contracts';
import { HEALTH_LIMITS, SERVO_FAULTS } from '$lib/contracts';

export const HEALTH = {
	/** At least one servo is warm (55): the person should know. */
	warm: 1,
	/** Hot (60): slow. */
	hot: 2,
	/** Too hot (65): park. */
	park: 4,
	/** Supply sags: slow. */
	lowVoltage: 8,
	/** Supply about to brown out: hold. */
	brownOut: 16,
	/** A joint pushes against something. */
	stall: 32,
	/** A servo draws four fifths of what it draws when stalled: slow. */
	highCurrent: 64,
	/** A servo reports a fault of its own, `sensor` among them: slow. */
	fault: 128
} as const;

const { hysteresisC } = HEALTH_LIMITS;
const VOLTAGE_HYSTERESIS = 0.03;
const VOLTAGE_FILTER_S = 0.03;
/** A servo's own complaint about its supply, and a high current, must last this long: one answer is no proof. */
const COMPLAINT_S = 0.02;
const HIGH_CURRENT_S = 0.1;

const STALL_SPEED_PER_S = 4;
const STALL_AFTER_S = 0.08;
/** A stall is over when the load is gone, or when the joint really moves for this long. */
const FREE_LOAD = 15;
const FREE_SPEED_PER_S = 10;
const FREE_AFTER_S = 0.1;
/** Margin that a stalled joint keeps; a stalled gripper presses with 18 % of the stall torque then. */
const STALL_SHARE = 0.5;
const GRIPPER_STALL_SHARE = 0.42;
/** Below this load nothing is held any more: the relieved press itself must not count as free. */
const GRIPPER_FREE_LOAD = 10;

export interface Health {
	/** Bits of HEALTH. */
	readonly flags: number;
	/** 0..1: what is left of every speed. */
	readonly speedShare: number;
	/** Per joint, 0..1: what is left of the ahead margin. */
	readonly marginShare: Float64Array;
	observe(telemetry: Telemetry, velocity: ArrayLike<number>, dtS: number): void;
	reset(): void;
}

/** Newest values per joint, NaN where never read: percent, volts, degrees Celsius, mA; bits of SERVO_FAULTS, 0 = none. */
export interface Telemetry {
	readonly load: ArrayLike<number>;
	readonly voltage: ArrayLike<number>;
	readonly temperature: ArrayLike<number>;
	readonly current: ArrayLike<number>;
	readonly faults: ArrayLike<number>;
}

/** Level with hysteresis: on from `enter`, off below `leave`. */
function latch(on: boolean, value: number, enter: number, leave: number): boolean {
	return on ? value >= leave : value >= enter;
}

/** Largest value of those that were read; NaN when none was. */
function largest(values: ArrayLike<number>, joints: number): number {
	let max = Number.NaN;
	for (let j = 0; j < joints; j++) {
		const value = values[j] ?? Number.NaN;
		if (value > max || (Number.isNaN(max) && Number.isFinite(value))) max = value;
	}
	return max;
}

function mean(values: ArrayLike<number>, joints: number): number {
	let sum = 0;
	let count = 0;
	for (let j = 0; j < joints; j++) {
		const value = values[j] ?? Number.NaN;
		if (!Number.isFinite(value)) continue;
		sum += value;
		count += 1;
	}
	return count > 0 ? sum / count : Number.NaN;
}

function anyFault(faults: ArrayLike<number>, joints: number): number {
	let bits = 0;
	for (let j = 0; j < joints; j++) bits |= faults[j] ?? 0;
	return bits;
}

export function createHealth(spec: RobotSpec): Health {
	const joints = spec.joints.length;
	const isGripper = spec.joints.map((joint) => joint.unit === 'percent');
	const marginShare = new Float64Array(joints).fill(1);
	const pressedS = new Float64Array(joints);
	const movingS = new Float64Array(joints);
	let warm = false;
	let hot = false;
	let park = false;
	let low = false;
	let brownOut = false;
	// In an object: a number that changes in a closure's own variable is a new one on the heap each time.
	const seen = { supply: Number.NaN, reference: Number.NaN, complainedS: Number.NaN, drawingS: Number.NaN };
	seen.complainedS = 0;
	seen.drawingS = 0;
	let bits = 0;

	const stalled = (): boolean => {
		for (let j = 0; j < joints; j++) if ((marginShare[j] ?? 1) < 1) return true;
		return false;
	};

	const observeHeat = (celsius: number): void => {
		if (!Number.isFinite(celsius)) return;
		warm = latch(warm, celsius, HEALTH_LIMITS.warnC, HEALTH_LIMITS.warnC - hysteresisC);
		hot = latch(hot, celsius, HEALTH_LIMITS.slowC, HEALTH_LIMITS.slowC - hysteresisC);
		park = latch(park, celsius, HEALTH_LIMITS.parkC, HEALTH_LIMITS.parkC - hysteresisC);
	};

	const observeVoltage = (volts: number, dtS: number): void => {
		if (!Number.isFinite(volts)) return;
		seen.supply = Number.isFinite(seen.supply)
			? seen.supply + (volts - seen.supply) * Math.min(1, dtS / VOLTAGE_FILTER_S)
			: volts;
		seen.reference = Number.isFinite(seen.reference) ? Math.max(seen.reference, seen.supply) : seen.supply;
		const { lowVoltageShare, brownOutShare, lowVolts, brownOutVolts } = HEALTH_LIMITS;
		const back = VOLTAGE_HYSTERESIS * seen.reference;
		// Sinking below is entering: the latch sees how far the supply is below nothing at all.
		const enterLow = Math.max(lowVolts, lowVoltageShare * seen.reference);
		const enterBrownOut = Math.max(brownOutVolts, brownOutShare * seen.reference);
		low = latch(low, -seen.supply, -enterLow, -(enterLow + back));
		brownOut = latch(brownOut, -seen.supply, -enterBrownOut, -(enterBrownOut + back));
	};

	const observeStall = ({ load, faults }: Telemetry, velocity: ArrayLike<number>, dtS: number): void => {
		for (let j = 0; j < joints; j++) {
			const pressure = Math.abs(load[j] ?? Number.NaN);
			const speed = Math.abs(velocity[j] ?? Number.NaN);
			const gripper = isGripper[j] === true;
			const most = gripper ? HEALTH_LIMITS.gripperStallLoad : HEALTH_LIMITS.stallLoad;
			const overloaded = ((faults[j] ?? 0) & (SERVO_FAULTS.overload | SERVO_FAULTS.overcurrent)) !== 0;
			pressedS[j] = pressure >= most && speed < STALL_SPEED_PER_S ? (pressedS[j] ?? 0) + dtS : 0;
			movingS[j] = speed >= FREE_SPEED_PER_S ? (movingS[j] ?? 0) + dtS : 0;
			const free = pressure < (gripper ? GRIPPER_FREE_LOAD : FREE_LOAD);
			if ((pressedS[j] ?? 0) >= STALL_AFTER_S || overloaded)
				marginShare[j] = gripper ? GRIPPER_STALL_SHARE : STALL_SHARE;
			else if (free || (movingS[j] ?? 0) >= FREE_AFTER_S) marginShare[j] = 1;
		}
	};

	return {
		marginShare,
		get flags() {
			return (
				(warm ? HEALTH.warm : 0) |
				(hot ? HEALTH.hot : 0) |
				(park || (bits & SERVO_FAULTS.overheat) !== 0 ? HEALTH.park : 0) |
				(low ? HEALTH.lowVoltage : 0) |
				(brownOut || seen.complainedS >= COMPLAINT_S ? HEALTH.brownOut : 0) |
				(stalled() ? HEALTH.stall : 0) |
				(seen.drawingS >= HIGH_CURRENT_S ? HEALTH.highCurrent : 0) |
				(bits !== 0 ? HEALTH.fault : 0)
			);
		},
		get speedShare() {
			return hot || low || seen.drawingS >= HIGH_CURRENT_S || bits !== 0 ? 0.5 : 1;
		},
		observe(telemetry, velocity, dtS) {
			observeHeat(largest(telemetry.temperature, joints));
			observeVoltage(mean(telemetry.voltage, joints), dtS);
			observeStall(telemetry, velocity, dtS);
			bits = anyFault(telemetry.faults, joints);
			seen.complainedS = (bits & SERVO_FAULTS.voltage) !== 0 ? seen.complainedS + dtS : 0;
			const drawn = largest(telemetry.current, joints);
			seen.drawingS = drawn >= HEALTH_LIMITS.slowMa ? seen.drawingS + dtS : 0;
		},
		reset() {
			marginShare.fill(1);
			pressedS.fill(0);
			movingS.fill(0);
			low = brownOut = false;
			seen.supply = seen.reference = Number.NaN;
			seen.complainedS = seen.drawingS = 0;
			bits = 0;
		}
	};
}
