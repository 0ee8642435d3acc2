// When a servo is unwell: the figures that the gate acts on, that the page words and that an arm's history counts, in one
// place. Knows readings; knows no goals and no words.
//
// Servo facts: an STS3215 cuts its own torque at 70 degrees Celsius and after 2 s of overload, and forgets everything below
// 4.0 V. Each drops the arm, so every figure here lies before them.

/** What a servo itself complains of, as bits of every answer it gives (the STS3215's; another driver translates). */
export const SERVO_FAULTS = { voltage: 1, sensor: 2, overheat: 4, overcurrent: 8, overload: 32 } as const;

export const HEALTH_LIMITS = {
	/** Degrees Celsius: tell the person; slow; put the arm to rest. A level is left 3 degrees below. */
	warnC: 55,
	slowC: 60,
	parkC: 65,
	hysteresisC: 3,
	/** Shares of the supply seen at arming (servos run on 5, 7.4 or 12 V): slow; hold. */
	lowVoltageShare: 0.85,
	brownOutShare: 0.75,
	/** Volts, whatever the supply: with 5 V three quarters would be less than a servo needs to stay awake. */
	lowVolts: 4.7,
	brownOutVolts: 4.4,
	/** Milliampere of one servo: 60 and 80 % of what a stalled 7.4 V servo draws. Tell; slow. */
	warnMa: 1500,
	slowMa: 2000,
	/**
	 * Percent of the largest torque on a joint that stands still: more than weight and 50 g ask of any joint. The gripper's
	 * is where its servo, set as LeRobot sets it, would begin to count towards its own overload.
	 */
	stallLoad: 70,
	gripperStallLoad: 25
} as const;

export type JointCause =
	| 'warm'
	| 'hot'
	| 'too_hot'
	| 'low_voltage'
	| 'brown_out'
	| 'high_current'
	| 'over_current'
	| 'pressing'
	| 'servo_voltage'
	| 'servo_sensor'
	| 'servo_overheat'
	| 'servo_overload';

/** What comes of it: nothing, a word, slow motion, hold until it is over, rest. In rising order. */
export const HEALTH_LEVELS = ['ok', 'warn', 'slow', 'hold', 'park'] as const;
export type HealthLevel = (typeof HEALTH_LEVELS)[number];

/** One servo's newest readings; null where nothing was read. */
export interface JointReading {
	readonly temperatureC: number | null;
	readonly voltageV: number | null;
	readonly currentMa: number | null;
	readonly loadPercent: number | null;
	/** Bits of SERVO_FAULTS. */
	readonly faults: number | null;
	readonly gripper: boolean;
}

export interface JointHealth {
	/** null: nothing was read, so nothing is known. */
	readonly level: HealthLevel | null;
	/** Most serious first; empty when all is well. */
	readonly causes: readonly JointCause[];
}

const LEVEL_OF: Readonly<Record<JointCause, HealthLevel>> = {
	servo_overheat: 'park',
	too_hot: 'park',
	servo_voltage: 'hold',
	brown_out: 'hold',
	servo_sensor: 'slow',
	servo_overload: 'slow',
	hot: 'slow',
	low_voltage: 'slow',
	over_current: 'slow',
	high_current: 'warn',
	pressing: 'warn',
	warm: 'warn'
};

/** Judges one instant, without memory: what lasts and what has just begun look the same. `supplyV`: highest seen, or null. */
export function judgeJoint(reading: JointReading, supplyV: number | null): JointHealth {
	const { temperatureC, voltageV, currentMa, loadPercent, faults } = reading;
	const known = [temperatureC, voltageV, currentMa, loadPercent].some((value) => value !== null);
	if (!known) return { level: null, causes: [] };
	const found = new Set<JointCause>();
	if (temperatureC !== null) heat(temperatureC, found);
	if (voltageV !== null) sag(voltageV, supplyV, found);
	const drawnMa = Math.abs(currentMa ?? 0);
	if (drawnMa >= HEALTH_LIMITS.slowMa) found.add('over_current');
	else if (drawnMa >= HEALTH_LIMITS.warnMa) found.add('high_current');
	const most = reading.gripper ? HEALTH_LIMITS.gripperStallLoad : HEALTH_LIMITS.stallLoad;
	if (loadPercent !== null && Math.abs(loadPercent) >= most) found.add('pressing');
	const bits = faults ?? 0;
	if (bits & SERVO_FAULTS.overheat) found.add('servo_overheat');
	if (bits & (SERVO_FAULTS.overload | SERVO_FAULTS.overcurrent)) found.add('servo_overload');
	if (bits & SERVO_FAULTS.voltage) found.add('servo_voltage');
	if (bits & SERVO_FAULTS.sensor) found.add('servo_sensor');
	const causes = (Object.keys(LEVEL_OF) as JointCause[]).filter((cause) => found.has(cause));
	const [worst] = causes;
	return { level: worst === undefined ? 'ok' : LEVEL_OF[worst], causes };
}

function heat(temperatureC: number, found: Set<JointCause>): void {
	if (temperatureC >= HEALTH_LIMITS.parkC) found.add('too_hot');
	else if (temperatureC >= HEALTH_LIMITS.slowC) found.add('hot');
	else if (temperatureC >= HEALTH_LIMITS.warnC) found.add('warm');
}

function sag(voltageV: number, supplyV: number | null, found: Set<JointCause>): void {
	const { lowVoltageShare, brownOutShare, lowVolts, brownOutVolts } = HEALTH_LIMITS;
	const reference = supplyV ?? 0;
	if (voltageV <= Math.max(brownOutVolts, brownOutShare * reference)) found.add('brown_out');
	else if (voltageV <= Math.max(lowVolts, lowVoltageShare * reference)) found.add('low_voltage');
}
