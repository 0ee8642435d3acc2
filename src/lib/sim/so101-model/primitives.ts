/**
 * The SO-101's looks and touch as primitives, in the frames of its links. Drawn by us after the arm's published
 * dimensions (bounding boxes of its parts); no part of anyone's CAD is in here. Knows shapes only, not joints.
 */
import type { PrimitiveContact, PrimitiveShape, ScenePrimitive } from '$lib/contracts';
import type { Quat, Vec3 } from '$lib/core';

type Rgba = ScenePrimitive['rgba'];

const SHELL: Rgba = [0.93, 0.94, 0.96, 1];
const SERVO: Rgba = [0.17, 0.19, 0.24, 1];
const JOINT: Rgba = [0.55, 0.59, 0.68, 1];
const PAD: Rgba = [0.3, 0.33, 0.4, 1];

const UPRIGHT: Quat = [1, 0, 0, 0];

function part(
	body: string,
	name: string,
	shape: PrimitiveShape,
	sizeM: readonly number[],
	positionM: Vec3,
	rgba: Rgba,
	options: { readonly quat?: Quat; readonly contact?: PrimitiveContact } = {}
): ScenePrimitive {
	const { quat = UPRIGHT, contact = 'none' } = options;
	return { name: `${body}_${name}`, body, shape, sizeM, positionM, quat, rgba, contact };
}

/** Turn about the body's y (`angleRad` > 0 takes z towards x) or z axis. */
const aboutY = (angleRad: number): Quat => [Math.cos(angleRad / 2), 0, Math.sin(angleRad / 2), 0];
const aboutZ = (angleRad: number): Quat => [Math.cos(angleRad / 2), 0, 0, Math.sin(angleRad / 2)];

const SOLID = { contact: 'solid' } as const;

const BASE: readonly ScenePrimitive[] = [
	part('base', 'foot', 'box', [0.0435, 0.0555, 0.007], [0.0211, 0, 0.007], SHELL, SOLID),
	part('base', 'tower', 'box', [0.039, 0.0235, 0.0225], [0.0125, 0, 0.0365], SHELL, SOLID),
	part('base', 'board', 'box', [0.0036, 0.0255, 0.021], [-0.0296, 0, 0.0435], SERVO),
	part('base', 'turntable', 'cylinder', [0.0215, 0.003], [0.0388, 0, 0.0615], JOINT)
];

// The shoulder frame stands on its head: its z points down.
const SHOULDER: readonly ScenePrimitive[] = [
	part('shoulder', 'plate', 'cylinder', [0.0225, 0.004], [0, 0, -0.006], SHELL),
	part('shoulder', 'holder', 'box', [0.0195, 0.0275, 0.014], [-0.0312, 0.0012, -0.025], SHELL, SOLID),
	part('shoulder', 'web', 'box', [0.0195, 0.021, 0.008], [-0.021, 0, -0.01], SHELL),
	part('shoulder', 'servo', 'box', [0.0122, 0.0196, 0.0222], [-0.0304, 0, -0.043], SERVO, SOLID)
];

const UPPER_ARM: readonly ScenePrimitive[] = [
	part('upper_arm', 'axle', 'cylinder', [0.0135, 0.0325], [0, 0, 0.0195], JOINT),
	part('upper_arm', 'beam', 'box', [0.0505, 0.0115, 0.0235], [-0.0575, 0, 0.0195], SHELL, SOLID),
	part('upper_arm', 'servo', 'box', [0.0122, 0.0222, 0.0196], [-0.1126, -0.0155, 0.0185], SERVO, SOLID),
	part('upper_arm', 'elbow', 'box', [0.013, 0.009, 0.0235], [-0.1105, 0.0035, 0.0195], SHELL)
];

const LOWER_ARM: readonly ScenePrimitive[] = [
	part('lower_arm', 'axle', 'cylinder', [0.0135, 0.0315], [0, 0, 0.0195], JOINT),
	part('lower_arm', 'beam', 'box', [0.0455, 0.0112, 0.0225], [-0.051, 0, 0.0195], SHELL, SOLID),
	part('lower_arm', 'holder', 'box', [0.014, 0.0175, 0.0265], [-0.105, 0.0034, 0.0195], SHELL, SOLID),
	part('lower_arm', 'servo', 'box', [0.0222, 0.0122, 0.0196], [-0.1224, 0.0052, 0.0185], SERVO, SOLID)
];

const WRIST: readonly ScenePrimitive[] = [
	part('wrist', 'axle', 'cylinder', [0.0135, 0.0305], [0, 0, 0.0195], JOINT),
	part('wrist', 'fork', 'box', [0.0125, 0.0165, 0.0285], [0, -0.017, 0.0195], SHELL, SOLID),
	part('wrist', 'servo', 'box', [0.0122, 0.0196, 0.0222], [0, -0.0415, 0.0255], SERVO, SOLID)
];

// Fingers point along the gripper frame's -z; the moving jaw opens towards +x.
const GRIPPER: readonly ScenePrimitive[] = [
	part('gripper', 'collar', 'cylinder', [0.0185, 0.004], [0, 0, -0.004], JOINT),
	part('gripper', 'servo', 'box', [0.0222, 0.0196, 0.0122], [0.0085, 0.0005, -0.0234], SERVO, SOLID),
	part('gripper', 'palm', 'box', [0.0145, 0.0215, 0.0185], [-0.0195, 0, -0.0265], SHELL, SOLID),
	part('gripper', 'finger', 'box', [0.0075, 0.0125, 0.0235], [-0.0225, 0, -0.0585], SHELL, {
		quat: aboutY(-0.22),
		contact: 'solid'
	}),
	part('gripper', 'fingertip', 'box', [0.0042, 0.0095, 0.0165], [-0.0125, 0, -0.0905], SHELL, {
		quat: aboutY(-0.3),
		contact: 'solid'
	}),
	part('gripper', 'pad', 'box', [0.002, 0.0095, 0.0095], [-0.0035, -0.0002, -0.0965], PAD, {
		contact: 'grip'
	})
];

/** Joint angle at which the two pads face each other squarely, one cube apart: there a grasp sits flattest. */
export const PADS_PARALLEL_RAD = 0.31;

const JAW_PAD_TURN = aboutZ(-PADS_PARALLEL_RAD);

/** Half thickness of the jaw's pad and the place of its face, in the gripper frame at {@link PADS_PARALLEL_RAD}. */
const JAW_PAD_HALF_M = 0.002;

// The jaw frame's y runs against the finger, its z along the axle.
const MOVING_JAW: readonly ScenePrimitive[] = [
	part('moving_jaw', 'axle', 'cylinder', [0.0125, 0.0235], [0, 0, 0.0189], JOINT),
	part('moving_jaw', 'root', 'box', [0.0095, 0.0125, 0.0205], [0.001, -0.0175, 0.0189], SHELL, SOLID),
	part('moving_jaw', 'finger', 'box', [0.0055, 0.018, 0.0115], [0.0085, -0.0445, 0.0189], SHELL, {
		quat: aboutZ(0.11),
		contact: 'solid'
	}),
	part('moving_jaw', 'fingertip', 'box', [0.0038, 0.0135, 0.0095], [0.0041, -0.0738, 0.0189], SHELL, {
		quat: JAW_PAD_TURN,
		contact: 'solid'
	}),
	part('moving_jaw', 'pad', 'box', [JAW_PAD_HALF_M, 0.0095, 0.0095], jawPadCentre(), PAD, {
		quat: JAW_PAD_TURN,
		contact: 'grip'
	})
];

/** Centre of the jaw's pad in the jaw frame, such that its face stands 40 mm from the fixed pad's when parallel. */
function jawPadCentre(): Vec3 {
	const c = Math.cos(PADS_PARALLEL_RAD);
	const s = Math.sin(PADS_PARALLEL_RAD);
	// From the jaw's axle to the pad centre, in the gripper frame: x across the gap, z along the fingers.
	const x = -0.0015 + 0.04 + JAW_PAD_HALF_M - 0.0202;
	const z = -0.0965 + 0.0234;
	return [c * x + s * z, -s * x + c * z, 0.0189];
}

export const ARM_PRIMITIVES: readonly ScenePrimitive[] = [
	...BASE,
	...SHOULDER,
	...UPPER_ARM,
	...LOWER_ARM,
	...WRIST,
	...GRIPPER,
	...MOVING_JAW
];
