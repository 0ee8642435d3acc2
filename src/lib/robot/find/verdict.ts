// From what was measured on a port to the one cause a person can do something about. Pure; the measuring is `diagnose`.
// Where several things are wrong the one is named that hides the others: a port that is no arm before missing servos,
// missing servos before what the present ones say, supply before heat, health before calibration.

import { err, ok, type Result } from '$lib/core';
import type {
	Calibration,
	ConnectCause,
	ConnectProblem,
	FoundArm,
	JointSpec,
	PortIdentity,
	RobotSpec
} from '$lib/contracts';
import { checkCalibration } from '../calibration';
import { STATUS_ERROR } from '../feetech/packet';
import { fingerprintOf } from './fingerprint';
import type { PortScan } from './find-servos';
import { voltageLevel, type Presence, type ServoSheet } from './servo-sheet';

/** What was found on the port of an arm. */
export interface Evidence {
	readonly spec: RobotSpec;
	readonly port: PortIdentity;
	/** In joint order, at the arm's rate and ids. */
	readonly joints: readonly Presence[];
	/** Null when nobody had to be looked for. */
	readonly search: PortScan | null;
	/** Bytes that came while nobody was asked. */
	readonly unaskedBytes: number;
	/** Bytes that came when an id was asked that no servo may have here. */
	readonly strangerBytes: number;
	readonly echoes: number;
}

/** A new servo's id. */
export const FACTORY_ID = 1;
/** A stray byte or two is a plug that was just put in. */
export const CHATTER_BYTES = 4;

export function problem(
	cause: ConnectCause,
	joints: readonly JointSpec[] = [],
	details: ConnectProblem['details'] = {}
): Result<never, ConnectProblem> {
	return err({ cause, joints: joints.map(({ name }) => name), details });
}

export function verdictOn(evidence: Evidence): Result<FoundArm, ConnectProblem> {
	const { spec, joints } = evidence;
	const sheets = joints.flatMap((joint) => (joint.kind === 'sheet' ? [joint.sheet] : []));
	const collide = spec.joints.filter((_, index) => joints[index]?.kind === 'colliding');
	const silent = spec.joints.filter((_, index) => joints[index]?.kind === 'silent');
	const late = spec.joints.filter((_, index) => joints[index]?.kind === 'late');
	const tooLate = (): Result<never, ConnectProblem> =>
		problem('slow_answers', late, { ids: idsOf(late), found: sheets.length });
	if (sheets.length === 0) return late.length > 0 ? tooLate() : nobodyAnswered(evidence, collide);
	if (collide.length > 0) return problem('duplicate_id', collide, { ids: idsOf(collide) });
	if (silent.length > 0) return someAreMissing(evidence, silent, sheets);
	if (late.length > 0) return tooLate();
	return judgeWhole(evidence, sheets);
}

/** No whole answer under any id of the arm, at its rate. */
function nobodyAnswered(
	{ spec, search, unaskedBytes, strangerBytes, echoes }: Evidence,
	collide: readonly JointSpec[]
): Result<FoundArm, ConnectProblem> {
	if (unaskedBytes >= CHATTER_BYTES) return problem('wrong_board', [], { bytes: unaskedBytes, unasked: 1 });
	if (strangerBytes >= CHATTER_BYTES) return problem('wrong_board', [], { bytes: strangerBytes, unasked: 0 });
	const [first] = collide;
	// Nobody but an id 1 that is shared: motors in a row that never got their numbers.
	if (collide.length === 1 && first?.servoId === FACTORY_ID)
		return problem('not_set_up', [...spec.joints], { ids: FACTORY_ID, rates: spec.baudRate, shared: 1 });
	if (collide.length > 0) return problem('duplicate_id', collide, { ids: idsOf(collide) });
	const elsewhere = strangersOf(search, spec);
	if (elsewhere !== null) return elsewhere([...spec.joints]);
	const damaged = search?.garbageBytes ?? 0;
	if (damaged >= CHATTER_BYTES) return problem('wrong_board', [], { bytes: damaged, unasked: 0 });
	return problem('no_power', [], echoes > 0 ? { echo: 1 } : {});
}

function someAreMissing(
	{ spec, search }: Evidence,
	silent: readonly JointSpec[],
	sheets: readonly ServoSheet[]
): Result<FoundArm, ConnectProblem> {
	const elsewhere = strangersOf(search, spec);
	if (elsewhere !== null) return elsewhere(silent);
	return problem('servo_missing', silent, { ids: idsOf(silent), found: sheets.length });
}

/** Servos at other rates or under ids that are not the arm's; null when there are none. */
function strangersOf(
	search: PortScan | null,
	spec: RobotSpec
): ((joints: readonly JointSpec[]) => Result<never, ConnectProblem>) | null {
	if (search === null) return null;
	const isOurs = (servo: { id: number; baudRate: number }): boolean =>
		servo.baudRate === spec.baudRate && spec.joints.some(({ servoId }) => servoId === servo.id);
	const strange = search.sheets.filter((sheet) => !isOurs(sheet));
	const shared = search.colliding.filter((servo) => !isOurs(servo));
	const all = [...strange, ...shared];
	if (all.length === 0) return null;
	const otherModels = strange.filter(({ modelNumber }) => modelNumber !== spec.modelNumber);
	if (shared.length === 0 && otherModels.length === strange.length)
		return () =>
			problem('wrong_model', [], {
				ids: strange.map(({ id }) => id).join(', '),
				models: listed(otherModels.map(({ modelNumber }) => modelNumber))
			});
	return (joints) =>
		problem('not_set_up', joints, {
			ids: listed(all.map(({ id }) => id)),
			rates: listed(all.map(({ baudRate }) => baudRate)),
			...(shared.length > 0 ? { shared: shared.length } : {})
		});
}

/** All servos answered, each for itself. */
function judgeWhole(evidence: Evidence, sheets: readonly ServoSheet[]): Result<FoundArm, ConnectProblem> {
	const { spec, port } = evidence;
	const where = (test: (sheet: ServoSheet) => boolean): JointSpec[] =>
		spec.joints.filter((_, index) => {
			const sheet = sheets[index];
			return sheet !== undefined && test(sheet);
		});
	const wrong = where(({ modelNumber }) => modelNumber !== spec.modelNumber);
	if (wrong.length > 0)
		return problem('wrong_model', wrong, {
			ids: idsOf(wrong),
			models: listed(
				sheets.map(({ modelNumber }) => modelNumber).filter((model) => model !== spec.modelNumber)
			)
		});
	const firmware = commonest(sheets.map((sheet) => sheet.firmware));
	const odd = where((sheet) => sheet.firmware !== firmware);
	if (odd.length > 0)
		return problem('firmware_mismatch', odd, {
			ids: idsOf(odd),
			firmware: listed(sheets.map((sheet) => sheet.firmware))
		});
	const ill = illness(sheets, where);
	if (ill !== null) return ill;
	const calibration = calibrationOf(spec, sheets);
	const implausible = spec.joints.filter(
		(joint) => !checkCalibration(calibration, { ...spec, joints: [joint] }).ok
	);
	if (implausible.length > 0) return problem('not_calibrated', implausible);
	return ok({
		port,
		fingerprint: fingerprintOf(calibration),
		firmware,
		calibration,
		role: null,
		voltageV: median(sheets.flatMap(({ now }) => (now === null ? [] : [now.volts])))
	});
}

function illness(
	sheets: readonly ServoSheet[],
	where: (test: (sheet: ServoSheet) => boolean) => JointSpec[]
): Result<never, ConnectProblem> | null {
	const offSupply = where((sheet) => voltageLevel(sheet) !== null);
	const worst = sheets.find((sheet) => voltageLevel(sheet) !== null);
	if (worst !== undefined)
		return problem('voltage', offSupply, {
			level: voltageLevel(worst) ?? '',
			...(worst.now === null ? {} : { volts: worst.now.volts }),
			minVolts: worst.minVolts,
			maxVolts: worst.maxVolts
		});
	const isHot = ({ errorBits, now, maxCelsius }: ServoSheet): boolean =>
		(errorBits & STATUS_ERROR.overheat) !== 0 || (now !== null && now.celsius >= maxCelsius);
	const hot = where(isHot);
	if (hot.length > 0)
		return problem('overheat', hot, {
			degrees: Math.max(...sheets.filter(isHot).map(({ now }) => now?.celsius ?? 0))
		});
	const strained = where(({ errorBits }) => (errorBits & OVERLOAD) !== 0);
	return strained.length > 0 ? problem('overload', strained, { ids: idsOf(strained) }) : null;
}

const OVERLOAD = STATUS_ERROR.overload | STATUS_ERROR.overcurrent;

function calibrationOf(spec: RobotSpec, sheets: readonly ServoSheet[]): Calibration {
	return Object.fromEntries(
		spec.joints.flatMap((joint, index) => {
			const sheet = sheets[index];
			if (sheet === undefined) return [];
			const { homingOffset, rangeMin, rangeMax } = sheet;
			// The servo does not know LeRobot's drive mode; the SO-101 never uses it.
			const entry = {
				id: joint.servoId,
				drive_mode: 0 as const,
				homing_offset: homingOffset,
				range_min: rangeMin,
				range_max: rangeMax
			};
			return [[joint.name, entry] as const];
		})
	);
}

function idsOf(joints: readonly JointSpec[]): string {
	return joints.map(({ servoId }) => servoId).join(', ');
}

/** Each value once, in order. */
function listed(values: readonly (string | number)[]): string {
	return [...new Set(values)].join(', ');
}

function commonest(values: readonly string[]): string {
	const count = (value: string): number => values.filter((other) => other === value).length;
	return values.reduce((best, value) => (count(value) > count(best) ? value : best), values[0] ?? '');
}

function median(values: readonly number[]): number | null {
	return [...values].sort((a, b) => a - b)[values.length >> 1] ?? null;
}
