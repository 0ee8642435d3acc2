// The virtual SO-101 as it leaves the bench: six servos with ids, a calibration in their memory as LeRobot would have
// written it, and the plant's angles where that calibration says. Also the same calibration as a LeRobot file.

import { SO101, SO101_CHAIN, type Calibration, type JointCalibration, type JointPlant } from '$lib/contracts';
import { createSo101Plant } from '../level0/so101-mechanics';
import { RAD_PER_STEP, STEPS_PER_TURN } from './servo-motor';
import { REG } from './servo-memory';
import { ServoChain, type VirtualServoOptions } from './servo-chain';

/** How far the horn of each servo was mounted away from the middle, steps; as arbitrary as on a real arm. */
const HOMING_OFFSETS: readonly number[] = [-447, -347, -247, -147, -47, 53];
const PAN_TO_FLEX_MIDDLE = 2047;

/** The calibration of an arm whose horns are mounted so. Body joints sweep their mechanical range around the middle. */
function calibrationOf(homingOffsets: readonly number[]): Calibration {
	return Object.fromEntries(SO101.joints.map((joint, j) => [joint.name, jointCalibration(j, homingOffsets)]));
}

/** The calibration a virtual arm starts with. */
export const VIRTUAL_SO101_CALIBRATION: Calibration = calibrationOf(HOMING_OFFSETS);

function jointCalibration(j: number, homingOffsets: readonly number[]): JointCalibration {
	const joint = SO101.joints[j];
	const mechanics = SO101_CHAIN.joints[j];
	const stepsOf = (rad: number): number => Math.round(rad / RAD_PER_STEP);
	const base = { id: joint?.servoId ?? 0, drive_mode: 0 as const, homing_offset: homingOffsets[j] ?? 0 };
	const min = mechanics?.minRad ?? 0;
	const max = mechanics?.maxRad ?? 0;
	// LeRobot never sweeps the roll joint: it may turn all the way.
	if (joint?.name === 'wrist_roll') return { ...base, range_min: 0, range_max: STEPS_PER_TURN - 1 };
	if (joint?.unit === 'percent') {
		const closed = PAN_TO_FLEX_MIDDLE - stepsOf((max - min) / 2);
		return { ...base, range_min: closed, range_max: closed + stepsOf(max - min) };
	}
	const reach = Math.min(stepsOf(max), stepsOf(-min));
	return { ...base, range_min: PAN_TO_FLEX_MIDDLE - reach, range_max: PAN_TO_FLEX_MIDDLE + reach };
}

/** Present position at which the plant's joint angle is 0. */
function presentAtZero(j: number, calibration: JointCalibration): number {
	const joint = SO101.joints[j];
	if (joint?.unit === 'degrees') return (calibration.range_min + calibration.range_max) / 2;
	// The gripper's zero lies where its closed end is `minRad` away.
	return calibration.range_min - (SO101_CHAIN.joints[j]?.minRad ?? 0) / RAD_PER_STEP;
}

export interface So101ChainOptions {
	readonly plant?: JointPlant;
	/** How the horns are mounted, steps per joint: what tells one arm from another. */
	readonly homingOffsets?: readonly number[];
	/** Calibration in the servos' memory; null leaves them as new. */
	readonly calibration?: Calibration | null;
	/** Settings as LeRobot leaves them (return delay 0, P 16, ...); false leaves the factory's. */
	readonly configured?: boolean;
	readonly startMs?: number;
	readonly supplyVolts?: number;
	/** Torque on from the start, every servo holding where its joint is: how an STS3215 is reported to wake up. */
	readonly energised?: boolean;
	readonly holdsOnTorque?: boolean;
	/** More values written on the bench, by joint name: another id, rate, model, firmware, voltage class. */
	readonly presets?: Readonly<Record<string, VirtualServoOptions['presets']>>;
}

type Presets = NonNullable<VirtualServoOptions['presets']>;

/** A 12 V servo allows 14 V, the 7.4 V one 8 V. */
export const PRESETS_12_V: Presets = [[REG.maxVoltage, 140, 1]];

/** Six servos as they come out of their boxes: all of them id 1. */
export const PRESETS_OUT_OF_THE_BOX: Readonly<Record<string, Presets>> = Object.fromEntries(
	SO101.joints.map(({ name }): [string, Presets] => [name, [[REG.id, 1, 1]]])
);

export function createSo101Chain(options: So101ChainOptions = {}): ServoChain {
	const homingOffsets = options.homingOffsets ?? HOMING_OFFSETS;
	const stored = options.calibration === undefined ? calibrationOf(homingOffsets) : options.calibration;
	const servos = SO101.joints.map((joint, j): VirtualServoOptions => {
		// Where the horn sits does not depend on what is stored in the servo.
		const mounted = jointCalibration(j, homingOffsets);
		const held = stored?.[joint.name];
		return {
			id: joint.servoId,
			zeroSteps: presentAtZero(j, mounted) + mounted.homing_offset,
			presets: [
				...(held === undefined ? [] : calibrationPresets(held)),
				...(options.configured === false ? [] : settingPresets(joint.name)),
				...(options.presets?.[joint.name] ?? [])
			]
		};
	});
	const chain = new ServoChain({
		servos,
		plant: options.plant ?? createSo101Plant(),
		holdsOnTorque: options.holdsOnTorque ?? false,
		...(options.startMs === undefined ? {} : { startMs: options.startMs }),
		...(options.supplyVolts === undefined ? {} : { supplyVolts: options.supplyVolts })
	});
	if (options.energised === true) energise(chain);
	return chain;
}

function energise(chain: ServoChain): void {
	for (const [joint, { memory }] of chain.servos.entries()) {
		memory.setWord(REG.goalPosition, Math.round(chain.presentPosition(joint)));
		memory.setByte(REG.torqueEnable, 1);
	}
}

function calibrationPresets(held: JointCalibration): Presets {
	const offset = held.homing_offset < 0 ? 0x800 | -held.homing_offset : held.homing_offset;
	return [
		[REG.homingOffset, offset, 2],
		[REG.minLimit, held.range_min, 2],
		[REG.maxLimit, held.range_max, 2]
	];
}

function settingPresets(name: string): Presets {
	const gripper: Presets = [
		[REG.maxTorque, 500, 2],
		[REG.protectionCurrent, 250, 2],
		[REG.overloadTorque, 25, 1]
	];
	return [[REG.returnDelay, 0, 1], [REG.p, 16, 1], ...(name === 'gripper' ? gripper : [])];
}
