// Before torque: does this policy fit this arm, these cameras, this moment? Compares what the manifest says with what the
// lab is. Pure; knows no model, no picture's content and no words.
//
// [Note: what is refused] Refused is what would send numbers to the wrong joint or in the wrong unit, a policy without its
// eyes, and a policy that has only ever seen drawings on an arm beside which a person sits. Everything else is said and a
// person decides: the gate holds every speed and limit anyway.

import type { PolicyCamera, PolicyComparison, PolicyManifest, PolicyVerdict } from '$lib/contracts';

interface LabCameraFacts {
	readonly name: string;
	/** Of the live picture, pixels; null before the first one. */
	readonly size: { readonly width: number; readonly height: number } | null;
	readonly fps: number;
}

export interface LabFacts {
	readonly robotType: string;
	readonly joints: readonly { readonly name: string; readonly unit: 'degrees' | 'percent' }[];
	readonly cameras: readonly LabCameraFacts[];
	/** How often the arm gets a new goal, Hz. */
	readonly rateHz: number;
	/** Of the follower; null when it is not known. Every virtual arm is calibrated alike. */
	readonly calibrationFingerprint: string | null;
	readonly simulated: boolean;
	/** Where the arm stands, in the manifest's units and the lab's order of joints; null when it was not read. */
	readonly state: readonly number[] | null;
	/** Sizes of the training pictures that came with the package, by camera; cameras without one are left out. */
	readonly trainingPictures: Readonly<
		Record<string, { readonly width: number; readonly height: number } | undefined>
	>;
}

/** LeRobot's names of one family: the same six joints in the same order. `so_follower` is said of either. */
const SO_FAMILY = ['so_follower', 'so100_follower', 'so101_follower'];
/** Two shapes count as one up to here: cameras crop a pixel row now and then. */
const SAME_SHAPE = 0.02;
/** As far beyond the training range as a joint may stand and still count as seen: share of the range, and at least this. */
const POSE_SLACK_SHARE = 0.05;
const POSE_SLACK = 2;

/** In the order in which a person reads it; every aspect is there, also those that are alike. */
export function comparePolicyWithLab(manifest: PolicyManifest, lab: LabFacts): readonly PolicyComparison[] {
	return [
		compareKind(manifest),
		compareRobot(manifest, lab),
		...compareJoints(manifest, lab),
		...manifest.cameras.map((camera) => compareCamera(camera, manifest, lab)),
		compareRate(manifest, lab),
		compareWorld(manifest, lab),
		compareCalibration(manifest, lab),
		compareStartPose(manifest, lab)
	];
}

/** The worst of all lines. */
export function policyVerdict(comparisons: readonly PolicyComparison[]): PolicyVerdict {
	const has = (verdict: PolicyVerdict): boolean => comparisons.some((one) => one.verdict === verdict);
	return has('refuse') ? 'refuse' : has('warn') ? 'warn' : 'same';
}

type Line = Pick<PolicyComparison, 'aspect' | 'policy' | 'lab'> &
	Partial<Pick<PolicyComparison, 'camera' | 'joints'>>;
type Finding = readonly [Exclude<PolicyVerdict, 'same'>, NonNullable<PolicyComparison['reason']>];

function said(line: Line, finding: Finding | null): PolicyComparison {
	const [verdict, reason] = finding ?? (['same', null] as const);
	return { camera: null, joints: [], ...line, verdict, reason };
}

function compareKind({ kind }: PolicyManifest): PolicyComparison {
	const line = { aspect: 'kind', policy: kind, lab: 'onnx' } as const;
	return said(line, kind === 'onnx' ? null : ['refuse', 'kind_other']);
}

function compareRobot({ robot_type }: PolicyManifest, { robotType }: LabFacts): PolicyComparison {
	const line = { aspect: 'robot', policy: robot_type, lab: robotType } as const;
	if (robot_type === robotType) return said(line, null);
	if (!SO_FAMILY.includes(robot_type) || !SO_FAMILY.includes(robotType))
		return said(line, ['refuse', 'robot_other']);
	return said(line, [robot_type, robotType].includes('so_follower') ? null : ['warn', 'robot_related']);
}

function compareJoints({ joints }: PolicyManifest, { joints: found }: LabFacts): readonly PolicyComparison[] {
	const wantedNames = joints.map(({ name }) => name);
	const foundNames = found.map(({ name }) => name);
	const line = { aspect: 'joints', policy: wantedNames.join(', '), lab: foundNames.join(', ') } as const;
	const strange = [
		...wantedNames.filter((name) => !foundNames.includes(name)),
		...foundNames.filter((name) => !wantedNames.includes(name))
	];
	if (strange.length > 0 || wantedNames.length !== foundNames.length)
		return [said({ ...line, joints: strange }, ['refuse', 'joints_other'])];
	const moved = wantedNames.filter((name, index) => foundNames[index] !== name);
	if (moved.length > 0) return [said({ ...line, joints: moved }, ['refuse', 'joints_order'])];
	const other = joints.filter(({ unit }, index) => found[index]?.unit !== unit);
	const units = {
		aspect: 'units',
		policy: joints.map(({ unit }) => unit).join(', '),
		lab: found.map(({ unit }) => unit).join(', '),
		joints: other.map(({ name }) => name)
	} as const;
	return [said(line, null), said(units, other.length === 0 ? null : ['refuse', 'joints_unit'])];
}

function compareCamera(camera: PolicyCamera, { fps }: PolicyManifest, lab: LabFacts): PolicyComparison {
	const found = lab.cameras.find(({ name }) => name === camera.name);
	const size = found?.size ?? null;
	const trained = cameraPicture(camera, lab.trainingPictures[camera.name]);
	const line = {
		aspect: 'camera',
		camera: camera.name,
		policy: sizeText(trained ?? camera),
		lab: size === null ? '' : sizeText(size)
	} as const;
	if (found === undefined) return said(line, ['refuse', 'camera_missing']);
	if (size === null || size.width <= 0 || size.height <= 0) return said(line, ['refuse', 'camera_dark']);
	if (trained !== undefined) {
		const upright = trained.height > trained.width;
		const square = trained.height === trained.width || size.height === size.width;
		if (!square && size.height > size.width !== upright) return said(line, ['warn', 'camera_upright']);
		const shape = (of: { width: number; height: number }): number => of.width / of.height;
		if (Math.abs(shape(size) / shape(trained) - 1) > SAME_SHAPE) return said(line, ['warn', 'camera_shape']);
	}
	if (size.width < camera.width || size.height < camera.height) return said(line, ['warn', 'camera_small']);
	return said(line, found.fps < fps ? ['warn', 'camera_slow'] : null);
}

/** A square picture of exactly the tensor's size was squeezed into it: it tells nothing of the camera's own shape. */
function cameraPicture(
	camera: PolicyCamera,
	picture: LabFacts['trainingPictures'][string]
): LabFacts['trainingPictures'][string] {
	const squeezed = picture?.width === camera.width && picture.height === camera.height;
	return squeezed && camera.width === camera.height ? undefined : picture;
}

function compareRate({ fps }: PolicyManifest, { rateHz }: LabFacts): PolicyComparison {
	const line = { aspect: 'fps', policy: String(fps), lab: String(rateHz) } as const;
	return said(line, rateHz < fps ? ['warn', 'lab_slow'] : null);
}

function compareWorld({ training }: PolicyManifest, { simulated }: LabFacts): PolicyComparison {
	const word = (of: boolean): string => (of ? 'simulated' : 'real');
	const line = { aspect: 'world', policy: word(training.simulated), lab: word(simulated) } as const;
	if (training.simulated === simulated) return said(line, null);
	return said(line, simulated ? ['warn', 'real_for_simulated'] : ['refuse', 'simulated_for_real']);
}

function compareCalibration({ training }: PolicyManifest, lab: LabFacts): PolicyComparison {
	const known = training.calibration_fingerprints;
	const { calibrationFingerprint: here } = lab;
	const short = (text: string): string => text.slice(0, 8);
	const line = {
		aspect: 'calibration',
		policy: known.map(short).join(', '),
		lab: here === null ? '' : short(here)
	} as const;
	if (training.simulated && lab.simulated) return said(line, null);
	if (here === null || known.length === 0) return said(line, ['warn', 'calibration_unknown']);
	return said(line, known.includes(here) ? null : ['warn', 'calibration_other']);
}

/** A range or a state that is not known is not compared: then the line is `same` with both sides empty. */
function compareStartPose({ joints, training }: PolicyManifest, { state }: LabFacts): PolicyComparison {
	const { state_min: min, state_max: max } = training;
	const known = state !== null && min.length === joints.length && max.length === joints.length;
	if (!known || state.length !== joints.length)
		return said({ aspect: 'start_pose', policy: '', lab: '' }, null);
	const outside = jointsBeyondTraining({ joints, training }, state);
	const numbers = (of: readonly number[]): string => of.map((value) => value.toFixed(0)).join(', ');
	const line = {
		aspect: 'start_pose',
		policy: `${numbers(min)} – ${numbers(max)}`,
		lab: numbers(state),
		joints: outside
	} as const;
	return said(line, outside.length === 0 ? null : ['warn', 'start_pose_new']);
}

/** Joints that stand where no demonstration ever was, LeRobot names; none where the training range is not known. */
export function jointsBeyondTraining(
	{ joints, training }: Pick<PolicyManifest, 'joints' | 'training'>,
	state: ArrayLike<number>
): readonly string[] {
	const { state_min: min, state_max: max } = training;
	const outside = joints.filter((_, index) => {
		const low = min[index] ?? Number.NaN;
		const high = max[index] ?? Number.NaN;
		const slack = Math.max(POSE_SLACK, (high - low) * POSE_SLACK_SHARE);
		const value = state[index] ?? Number.NaN;
		return value < low - slack || value > high + slack;
	});
	return outside.map(({ name }) => name);
}

function sizeText({ width, height }: { readonly width: number; readonly height: number }): string {
	return `${width} × ${height}`;
}
