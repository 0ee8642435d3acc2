/**
 * Writes the scene as MJCF, MuJoCo's model format (https://mujoco.readthedocs.io/en/stable/XMLreference.html).
 * Knows contact tuning and joint dynamics; shapes come from `scene`, kinematics and masses from the SO-101 data.
 *
 * [Note: contact] Arm and cube touch table and each other; the arm's links do not collide among themselves (their ranges
 * keep them apart), which keeps the solver small. A grasp needs an elliptic cone, torsional friction on the pads and a
 * few noslip iterations: a soft contact solver alone lets a held cube creep.
 */
import type { ScenePrimitive } from '$lib/contracts';
import { SO101_CHAIN, SO101_MASSES } from '$lib/contracts';
import type { KinematicJoint } from '$lib/core';
import { CUBE_HALF_M, sceneGeometry } from './scene';

/**
 * Passive side of one STS3215 joint: reflected inertia and dry friction of the 1:345 gear train, and grease. The values are
 * those customary for this servo in simulation, not measurements of an SO-101. What damps the joint is the motor, and the
 * motor is the servo chain's business.
 */
export interface JointDynamics {
	/** kg m^2 at the joint. */
	readonly armature: number;
	/** N m s/rad. */
	readonly damping: number;
	/** N m. */
	readonly frictionLossNm: number;
}

export const STS3215_JOINT: JointDynamics = { armature: 0.028, damping: 0.01, frictionLossNm: 0.052 };

export interface MjcfOptions {
	readonly timestepS?: number;
	readonly joint?: JointDynamics;
	readonly cubeMassKg?: number;
}

/** A wooden cube of 40 mm. */
export const CUBE_MASS_KG = 0.04;
export const TIMESTEP_S = 0.002;

const numbers = (values: readonly number[]): string =>
	values.map((v) => String(Number(v.toFixed(9)))).join(' ');

/** Collision bits: the world and the cube receive (conaffinity), arm and cube offer (contype). */
const CONTACT = {
	none: 'contype="0" conaffinity="0"',
	solid: 'contype="1" conaffinity="0"',
	grip: 'contype="1" conaffinity="0" class="grip"'
} as const;

function geom(primitive: ScenePrimitive): string {
	const receives = primitive.body === 'world' || primitive.body === 'cube';
	const contact = receives
		? CONTACT[primitive.contact].replace('conaffinity="0"', 'conaffinity="1"')
		: CONTACT[primitive.contact];
	return `<geom name="${primitive.name}" type="${primitive.shape}" size="${numbers(primitive.sizeM)}" pos="${numbers(primitive.positionM)}" quat="${numbers(primitive.quat)}" rgba="${numbers(primitive.rgba)}" ${contact}/>`;
}

function geomsOf(body: string): string {
	return sceneGeometry()
		.filter((p) => p.body === body)
		.map(geom)
		.join('\n');
}

/**
 * Mass of a link as a point mass with the inertia of a small solid: at these sizes the reflected inertia of the gear
 * train (armature) is a hundred times what the link's own rotation adds.
 */
function inertial(link: number): string {
	const entry = SO101_MASSES.find((m) => m.link === link);
	if (!entry) return '';
	const about = entry.massKg * 0.03 * 0.03;
	return `<inertial mass="${entry.massKg}" pos="${numbers(entry.comM)}" diaginertia="${numbers([about, about, about])}"/>`;
}

function linkBody(joint: KinematicJoint, index: number): string {
	const children = SO101_CHAIN.joints
		.map((child, i) => (child.parent === index ? linkBody(child, i) : ''))
		.join('');
	return `<body name="${joint.link}" pos="${numbers(joint.originM)}" quat="${numbers(joint.originQuat)}">
<joint name="${joint.name}" type="hinge" axis="${numbers(joint.axis)}" range="${joint.minRad} ${joint.maxRad}"/>
${inertial(index)}
${geomsOf(joint.link)}
${children}</body>`;
}

/** The whole pick-and-place scene. The motors take torque (N m) in joint order; cube and target start out of the way. */
export function buildMjcf(options: MjcfOptions = {}): string {
	const { timestepS = TIMESTEP_S, joint = STS3215_JOINT, cubeMassKg = CUBE_MASS_KG } = options;
	const cubeInertia = (cubeMassKg * (2 * CUBE_HALF_M) ** 2) / 6;
	const roots = SO101_CHAIN.joints.map((j, i) => (j.parent < 0 ? linkBody(j, i) : '')).join('');
	return `<mujoco model="so101_pick_place">
<compiler angle="radian" autolimits="true" inertiafromgeom="false"/>
<option timestep="${timestepS}" integrator="implicitfast" cone="elliptic" noslip_iterations="3"/>
<size memory="2M"/>
<default>
<joint damping="${joint.damping}" armature="${joint.armature}" frictionloss="${joint.frictionLossNm}"/>
<geom condim="3" friction="0.4 0.005 0.0001" solref="0.006 1"/>
<default class="grip"><geom condim="4" friction="1.2 0.02 0.0005" solimp="0.95 0.99 0.001" solref="0.006 1" priority="1"/></default>
</default>
<worldbody>
${geomsOf('world')}
<body name="base">
${inertial(-1)}
${geomsOf('base')}
${roots}</body>
<body name="cube" pos="0.25 0 ${CUBE_HALF_M}"><freejoint name="cube"/>
<inertial mass="${cubeMassKg}" pos="0 0 0" diaginertia="${numbers([cubeInertia, cubeInertia, cubeInertia])}"/>
${geomsOf('cube')}</body>
<body name="target" mocap="true">${geomsOf('target')}</body>
</worldbody>
<actuator>
${SO101_CHAIN.joints.map((j) => `<motor name="${j.name}" joint="${j.name}"/>`).join('\n')}
</actuator>
</mujoco>
`;
}
