// From an open port to an armed arm and back: who is on the bus, whether it is the robot we think, settings, limits,
// torque. Mirrors what LeRobot's SO-101 follower does on connect, without rewriting memory that already holds the right
// values. Each command is one promise with a Result; nothing here runs at the rate of the loop.
//
// Torque is never taken away as a side effect: an arm that is found energised stays so until somebody releases it.

import { err, ok, type Result, type Scheduler } from '$lib/core';
import type { Calibration, JointCalibration, JointSpec, RobotSpec } from '$lib/contracts';
import type { BusCommands } from './bus/bus-commands';
import type { BusError } from './bus/bus-error';
import { planCalibrationWrites, type CalibrationWrite } from './calibrate/plan-writes';
import { checkCalibration } from './calibration';
import type { JointDuty, ServoDriver, ServoFault, ServoIdentity, ServoLimits } from './servo-driver';

export type ArmErrorCode =
	| 'arm_missing_servo'
	| 'arm_wrong_model'
	| 'arm_firmware_mismatch'
	| 'arm_not_calibrated'
	/** Settings must change, which needs torque off, and the arm is energised. */
	| 'arm_energised'
	/** A servo reports a fault of its own; `bits` holds all it said. */
	| ServoFault
	| 'port_lost'
	/** A write was acknowledged but the servo holds something else. */
	| 'arm_setting_refused';

export interface ArmError {
	readonly code: ArmErrorCode;
	/** Joints concerned, LeRobot names. */
	readonly joints: readonly string[];
	/** Fault bits of the servo, 0 unless it reported a fault. */
	readonly bits: number;
	/** The same as named facts for the learner's sentence. */
	readonly details: Readonly<Record<string, string | number>>;
}

export interface ArmFacts {
	readonly firmware: string;
	/** Calibration held by the servos. */
	readonly calibration: Calibration;
	readonly energised: boolean;
	/** Joints whose lasting settings differ from what the lab uses; `configure` mends them. */
	readonly unconfigured: readonly string[];
}

/** Joints that did not stay as `arm` left them; their supply failed for a moment. LeRobot names. */
export interface ArmHold {
	/** They do not hold themselves. */
	readonly limp: readonly string[];
	/** They came up holding themselves, and have forgotten their limits. */
	readonly unlimited: readonly string[];
}

export interface ArmSession {
	/** Reads only. Ok means: all servos answer, right model, one firmware, plausible calibration. */
	connect(): Promise<Result<ArmFacts, ArmError>>;
	/** Writes differing settings (torque must be off). Zero lasting writes when nothing differs. */
	configure(): Promise<Result<void, ArmError>>;
	/** What the servos hold, calibrated or not. Reads only. */
	held(): Promise<Result<Calibration, ArmError>>;
	/**
	 * Writes what differs and reads it back. Torque must be off. Broken off anywhere, the arm holds the old calibration or
	 * says of itself that it is not calibrated.
	 */
	storeCalibration(calibration: Calibration): Promise<Result<void, ArmError>>;
	/**
	 * Limits first, then goal = where the joint is, then torque: nothing moves. A joint that holds itself already keeps its
	 * goal: it is in balance with it, and the bare position would let it sag by weight / stiffness.
	 */
	arm(limits: readonly ServoLimits[]): Promise<Result<void, ArmError>>;
	/** Goal = where each joint is now: it holds. Torque stays on. */
	freeze(): Promise<Result<void, ArmError>>;
	/** What became of an arm whose supply may have failed. Reads only. */
	holding(limits: readonly ServoLimits[]): Promise<Result<ArmHold, ArmError>>;
	/** Takes the torque away: the arm falls if nothing holds it. Tries every joint even when one fails. */
	release(): Promise<Result<void, ArmError>>;
}

export interface ArmSessionOptions {
	readonly spec: RobotSpec;
	readonly bus: BusCommands;
	readonly driver: ServoDriver;
	readonly scheduler: Scheduler;
}

type Outcome = Result<void, ArmError>;

/** A goal this near the joint, steps (5 degrees), is what holds it up; further away it is a leftover that it would run to. */
const HELD_NEAR_STEPS = 57;
/**
 * A computer that is busy, or a virtual arm on one, may stand still for longer than a command of the bus waits, and while
 * late answers are awaited the bus asks nothing. So the first silent servos of a command are asked again after a pause:
 * these pauses are all one command has.
 */
const PAUSES = 4;
const PAUSE_MS = 150;
/** LeRobot releases with five retries; a bus command has two of its own. */
const RELEASE_ROUNDS = 3;

export function createArmSession({ spec, bus, driver, scheduler }: ArmSessionOptions): ArmSession {
	const dutyOf = (joint: JointSpec): JointDuty => (joint.unit === 'percent' ? 'gripper' : 'arm');

	const armError = (error: BusError, joint: JointSpec): ArmError => {
		if (error.code === 'lost' || error.code === 'closed') return makeError('port_lost', []);
		if (error.code === 'servo') return makeError(driver.faultOf(error.bits), [joint.name], error.bits);
		return makeError('arm_missing_servo', [joint.name]);
	};

	let pausesLeft = PAUSES;
	const patiently = async <T>(step: () => Promise<Result<T, BusError>>): Promise<Result<T, BusError>> => {
		for (;;) {
			const answer = await step();
			if (answer.ok || answer.error.code !== 'timeout' || pausesLeft === 0) return answer;
			pausesLeft -= 1;
			await new Promise<void>((resolve) => scheduler.at(scheduler.now() + PAUSE_MS, resolve));
		}
	};

	/** Runs `step` for each joint in turn; stops at the first failure. */
	const forEach = async (
		step: (joint: JointSpec, index: number) => Promise<Result<unknown, BusError>>
	): Promise<Outcome> => {
		for (const [index, joint] of spec.joints.entries()) {
			const done = await patiently(() => step(joint, index));
			if (!done.ok) return err(armError(done.error, joint));
		}
		return ok(undefined);
	};

	const identifyAll = async (): Promise<Result<Map<string, ServoIdentity>, ArmError>> => {
		const missing: string[] = [];
		for (const joint of spec.joints) {
			const answer = await patiently(() => bus.ping(joint.servoId));
			if (answer.ok) continue;
			if (answer.error.code === 'lost' || answer.error.code === 'closed')
				return err(armError(answer.error, joint));
			missing.push(joint.name);
		}
		if (missing.length > 0) return fail('arm_missing_servo', missing);
		const found = new Map<string, ServoIdentity>();
		const step = await forEach(async (joint) => {
			const identity = await driver.identify(bus, joint.servoId);
			if (identity.ok) found.set(joint.name, identity.value);
			return identity;
		});
		return step.ok ? ok(found) : step;
	};

	const holdStill = async (): Promise<Outcome> =>
		forEach(async (joint) => {
			const position = await driver.readPosition(bus, joint.servoId);
			return position.ok ? driver.setGoal(bus, joint.servoId, position.value) : position;
		});

	const settleGoal = async (joint: JointSpec): Promise<Result<unknown, BusError>> => {
		const position = await driver.readPosition(bus, joint.servoId);
		if (!position.ok) return position;
		const held = await driver.readHeldGoal(bus, joint.servoId);
		if (!held.ok) return held;
		const balanced = held.value !== null && Math.abs(held.value - position.value) <= HELD_NEAR_STEPS;
		return balanced ? held : driver.setGoal(bus, joint.servoId, position.value);
	};

	const refuseEnergised = async (): Promise<Result<Map<string, ServoIdentity>, ArmError>> => {
		const found = await identifyAll();
		if (!found.ok) return found;
		const energised = [...found.value].filter(([, identity]) => identity.torqueOn).map(([name]) => name);
		return energised.length > 0 ? fail('arm_energised', energised) : found;
	};

	const writeAndReadBack = async (writes: readonly CalibrationWrite[]): Promise<Outcome> => {
		const refused: string[] = [];
		for (const write of writes) {
			const { joint } = write;
			const done = await patiently(() =>
				write.kind === 'homing'
					? driver.writeHoming(bus, joint.servoId, write.homingOffset)
					: driver.writeRange(bus, joint.servoId, write.min, write.max)
			);
			if (!done.ok) return err(armError(done.error, joint));
			const held = await patiently(() => driver.identify(bus, joint.servoId));
			if (!held.ok) return err(armError(held.error, joint));
			if (!holds(held.value, write)) refused.push(joint.name);
		}
		return refused.length > 0 ? fail('arm_setting_refused', refused) : ok(undefined);
	};

	const connect = async (): Promise<Result<ArmFacts, ArmError>> => {
		pausesLeft = PAUSES;
		const found = await identifyAll();
		if (!found.ok) return found;
		const wrong = [...found.value].filter(([, servo]) => servo.modelNumber !== spec.modelNumber);
		if (wrong.length > 0)
			return fail(
				'arm_wrong_model',
				wrong.map(([name]) => name)
			);
		const firmware = [...found.value.values()][0]?.firmware ?? '';
		const odd = [...found.value].filter(([, servo]) => servo.firmware !== firmware);
		if (odd.length > 0)
			return fail(
				'arm_firmware_mismatch',
				odd.map(([name]) => name)
			);
		const calibration = calibrationOf(spec, found.value);
		const plausible = checkCalibration(calibration, spec);
		if (!plausible.ok) return fail('arm_not_calibrated', plausible.error.joints);
		const unconfigured: string[] = [];
		const step = await forEach(async (joint) => {
			const differing = await driver.findDifferences(bus, joint.servoId, dutyOf(joint));
			if (differing.ok && differing.value.length > 0) unconfigured.push(joint.name);
			return differing;
		});
		if (!step.ok) return step;
		const energised = [...found.value.values()].some((servo) => servo.torqueOn);
		return ok({ firmware, calibration, energised, unconfigured });
	};

	const arm = async (limits: readonly ServoLimits[]): Promise<Outcome> => {
		pausesLeft = PAUSES;
		const limited = await forEach((joint, index) => {
			return driver.setLimits(bus, joint.servoId, limitOf(limits, joint, index));
		});
		if (!limited.ok) return limited;
		// Before torque: an old goal in a servo's memory would be approached the moment it is energised.
		const settled = await forEach(settleGoal);
		if (!settled.ok) return settled;
		return forEach((joint) => driver.setTorque(bus, joint.servoId, true));
	};

	const release = async (): Promise<Outcome> => {
		let open = [...spec.joints];
		let last: ArmError | null = null;
		for (let round = 0; round < RELEASE_ROUNDS && open.length > 0; round++) {
			const failed: JointSpec[] = [];
			for (const joint of open) {
				const done = await driver.setTorque(bus, joint.servoId, false);
				if (done.ok) continue;
				failed.push(joint);
				last = armError(done.error, joint);
			}
			open = failed;
		}
		if (last === null || open.length === 0) return ok(undefined);
		return err(
			makeError(
				last.code,
				open.map((joint) => joint.name),
				last.bits
			)
		);
	};

	return {
		connect,
		arm,
		freeze: holdStill,
		release,

		async configure() {
			pausesLeft = PAUSES;
			const differing: JointSpec[] = [];
			const looked = await forEach(async (joint) => {
				const found = await driver.findDifferences(bus, joint.servoId, dutyOf(joint));
				if (found.ok && found.value.length > 0) differing.push(joint);
				return found;
			});
			if (!looked.ok || differing.length === 0) return looked;
			const still = await refuseEnergised();
			if (!still.ok) return still;
			const refused: string[] = [];
			const written = await forEach(async (joint) => {
				if (!differing.includes(joint)) return ok(undefined);
				const done = await driver.configure(bus, joint.servoId, dutyOf(joint));
				if (!done.ok) return done;
				const left = await driver.findDifferences(bus, joint.servoId, dutyOf(joint));
				if (left.ok && left.value.length > 0) refused.push(joint.name);
				return left;
			});
			if (!written.ok) return written;
			return refused.length > 0 ? fail('arm_setting_refused', refused) : ok(undefined);
		},

		async holding(limits) {
			pausesLeft = PAUSES;
			const limp: string[] = [];
			const unlimited: string[] = [];
			const asked = await forEach(async (joint, index) => {
				const hold = await driver.readHold(bus, joint.servoId, limitOf(limits, joint, index));
				if (hold.ok && !hold.value.torqueOn) limp.push(joint.name);
				else if (hold.ok && !hold.value.limited) unlimited.push(joint.name);
				return hold;
			});
			return asked.ok ? ok({ limp, unlimited }) : asked;
		},

		async held() {
			pausesLeft = PAUSES;
			const found = await identifyAll();
			return found.ok ? ok(calibrationOf(spec, found.value)) : found;
		},

		async storeCalibration(calibration) {
			pausesLeft = PAUSES;
			const plausible = checkCalibration(calibration, spec);
			if (!plausible.ok) return fail('arm_not_calibrated', plausible.error.joints);
			const still = await refuseEnergised();
			if (!still.ok) return still;
			for (const stage of planCalibrationWrites(calibration, calibrationOf(spec, still.value), spec)) {
				const written = await writeAndReadBack(stage);
				if (!written.ok) return written;
			}
			return ok(undefined);
		}
	};
}

function limitOf(limits: readonly ServoLimits[], joint: JointSpec, index: number): ServoLimits {
	const limit = limits[index];
	if (limit === undefined) throw new RangeError(`no limits for joint ${joint.name}`);
	return limit;
}

function makeError(code: ArmErrorCode, joints: readonly string[], bits = 0): ArmError {
	return { code, joints, bits, details: { joint: joints[0] ?? '', joints: joints.join(', '), bits } };
}

function fail(code: ArmErrorCode, joints: readonly string[]): Result<never, ArmError> {
	return err(makeError(code, joints));
}

function calibrationOf(spec: RobotSpec, found: ReadonlyMap<string, ServoIdentity>): Calibration {
	const calibration: Record<string, JointCalibration> = {};
	for (const joint of spec.joints) {
		const servo = found.get(joint.name);
		if (servo === undefined) continue;
		calibration[joint.name] = {
			id: joint.servoId,
			// The servo does not know LeRobot's drive mode; the SO-101 never uses it.
			drive_mode: 0,
			homing_offset: servo.homingOffset,
			range_min: servo.rangeMin,
			range_max: servo.rangeMax
		};
	}
	return calibration;
}

function holds(servo: ServoIdentity, write: CalibrationWrite): boolean {
	if (write.kind === 'homing') return servo.homingOffset === write.homingOffset;
	return servo.rangeMin === write.min && servo.rangeMax === write.max;
}
