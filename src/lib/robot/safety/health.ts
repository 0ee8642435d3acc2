/**
 * What the servos feel: heat, sagging supply, stall. Turns telemetry into "slower", "hold", "park" and "press less".
 * Knows readings and their age in steps; knows nothing of goals. A value that was never read is NaN and changes nothing:
 * silence is not a reading.
 *
 * Servo facts: an STS3215 cuts its own torque at 70 degrees Celsius and after 2 s above 80 % of stall torque. Both drop
 * the arm, so the gate acts earlier.
 */

export const HEALTH = {
	/** At least one servo is warm (55): the person should know. */
	warm: 1,
	/** Hot (60): half speed. */
	hot: 2,
	/** Too hot (65): park. */
	park: 4,
	/** Supply sags: half speed. */
	lowVoltage: 8,
	/** Supply about to brown out: hold. */
	brownOut: 16,
	/** A joint pushes against something. */
	stall: 32
} as const;

const WARM_C = 55;
const HOT_C = 60;
const PARK_C = 65;
/** A level is left this much below where it was entered. */
const HYSTERESIS_C = 3;

/** Shares of the supply voltage seen at arming: servos run on 5, 7.4 or 12 V. */
const LOW_VOLTAGE = 0.85;
const BROWN_OUT = 0.75;
const VOLTAGE_HYSTERESIS = 0.03;
const VOLTAGE_FILTER_S = 0.03;

/** Percent of the largest torque: more than weight and 50 g ask of any joint, and the joint stands still. */
const STALL_LOAD = 70;
const STALL_SPEED_PER_S = 4;
const STALL_AFTER_S = 0.08;
/** A stall is over when the load is gone, or when the joint really moves for this long. */
const FREE_LOAD = 15;
const FREE_SPEED_PER_S = 10;
const FREE_AFTER_S = 0.1;
/** Margin that a stalled joint keeps. */
const STALL_SHARE = 0.5;

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

/** Newest values per joint, NaN where never read: percent, volts, degrees Celsius. */
export interface Telemetry {
	readonly load: ArrayLike<number>;
	readonly voltage: ArrayLike<number>;
	readonly temperature: ArrayLike<number>;
}

/** Level with hysteresis: on from `enter`, off below `leave`. */
function latch(on: boolean, value: number, enter: number, leave: number): boolean {
	return on ? value >= leave : value >= enter;
}

function hottest(temperature: ArrayLike<number>, joints: number): number {
	let max = -Infinity;
	for (let j = 0; j < joints; j++) {
		const t = temperature[j] ?? Number.NaN;
		if (t > max) max = t;
	}
	return max;
}

function meanVoltage(voltage: ArrayLike<number>, joints: number): number {
	let sum = 0;
	let count = 0;
	for (let j = 0; j < joints; j++) {
		const v = voltage[j] ?? Number.NaN;
		if (!Number.isFinite(v)) continue;
		sum += v;
		count += 1;
	}
	return count > 0 ? sum / count : Number.NaN;
}

export function createHealth(joints: number): Health {
	const marginShare = new Float64Array(joints).fill(1);
	const pressedS = new Float64Array(joints);
	const movingS = new Float64Array(joints);
	let warm = false;
	let hot = false;
	let park = false;
	let low = false;
	let brownOut = false;
	let supply = Number.NaN;
	let reference = Number.NaN;

	const observeVoltage = (volts: number, dtS: number): void => {
		if (!Number.isFinite(volts)) return;
		supply = Number.isFinite(supply)
			? supply + (volts - supply) * Math.min(1, dtS / VOLTAGE_FILTER_S)
			: volts;
		reference = Number.isFinite(reference) ? Math.max(reference, supply) : supply;
		const sag = 1 - supply / reference;
		low = latch(low, sag, 1 - LOW_VOLTAGE, 1 - LOW_VOLTAGE - VOLTAGE_HYSTERESIS);
		brownOut = latch(brownOut, sag, 1 - BROWN_OUT, 1 - BROWN_OUT - VOLTAGE_HYSTERESIS);
	};

	const observeStall = (load: ArrayLike<number>, velocity: ArrayLike<number>, dtS: number): void => {
		for (let j = 0; j < joints; j++) {
			const pressure = Math.abs(load[j] ?? Number.NaN);
			const speed = Math.abs(velocity[j] ?? Number.NaN);
			pressedS[j] = pressure >= STALL_LOAD && speed < STALL_SPEED_PER_S ? (pressedS[j] ?? 0) + dtS : 0;
			movingS[j] = speed >= FREE_SPEED_PER_S ? (movingS[j] ?? 0) + dtS : 0;
			if ((pressedS[j] ?? 0) >= STALL_AFTER_S) marginShare[j] = STALL_SHARE;
			else if (pressure < FREE_LOAD || (movingS[j] ?? 0) >= FREE_AFTER_S) marginShare[j] = 1;
		}
	};

	return {
		marginShare,
		get flags() {
			return (
				(warm ? HEALTH.warm : 0) |
				(hot ? HEALTH.hot : 0) |
				(park ? HEALTH.park : 0) |
				(low ? HEALTH.lowVoltage : 0) |
				(brownOut ? HEALTH.brownOut : 0) |
				(marginShare.some((share) => share < 1) ? HEALTH.stall : 0)
			);
		},
		get speedShare() {
			return hot || low ? 0.5 : 1;
		},
		observe(telemetry, velocity, dtS) {
			const t = hottest(telemetry.temperature, joints);
			if (t > -Infinity) {
				warm = latch(warm, t, WARM_C, WARM_C - HYSTERESIS_C);
				hot = latch(hot, t, HOT_C, HOT_C - HYSTERESIS_C);
				park = latch(park, t, PARK_C, PARK_C - HYSTERESIS_C);
			}
			observeVoltage(meanVoltage(telemetry.voltage, joints), dtS);
			observeStall(telemetry.load, velocity, dtS);
		},
		reset() {
			marginShare.fill(1);
			pressedS.fill(0);
			movingS.fill(0);
			low = brownOut = false;
			supply = reference = Number.NaN;
		}
	};
}
