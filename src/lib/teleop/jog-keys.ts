/**
 * The jog keys as data: what they are called, where they lie, what they do. Keys are told by `KeyboardEvent.code`, the
 * place on the keyboard, so that W A S D stay a cross on every layout; what is printed there is asked for elsewhere. Knows
 * no events.
 */

export type JogMode = 'cartesian' | 'joint';
export type JointNumber = 1 | 2 | 3 | 4 | 5 | 6;

export type HandJogKey =
	| 'forward'
	| 'back'
	| 'up'
	| 'down'
	| 'turn_left'
	| 'turn_right'
	| 'tilt_up'
	| 'tilt_down'
	| 'roll_left'
	| 'roll_right'
	| 'gripper_open'
	| 'gripper_close';
export type JointJogKey = `joint_${JointNumber}_${'plus' | 'minus'}`;
export type JogKey = HandJogKey | JointJogKey;

/** Codes of every key; the first one is the one to show. */
export const HAND_KEYS: Readonly<Record<HandJogKey, readonly string[]>> = {
	forward: ['KeyW'],
	back: ['KeyS'],
	turn_left: ['KeyA', 'ArrowLeft'],
	turn_right: ['KeyD', 'ArrowRight'],
	up: ['ArrowUp', 'PageUp'],
	down: ['ArrowDown', 'PageDown'],
	roll_left: ['KeyQ'],
	roll_right: ['KeyE'],
	tilt_up: ['KeyR'],
	tilt_down: ['KeyF'],
	gripper_open: ['KeyK'],
	gripper_close: ['KeyJ']
};

/** Two rows of the keyboard: upper plus, lower minus, joints from left to right. */
export const JOINT_KEYS: Readonly<Record<JointJogKey, readonly string[]>> = {
	joint_1_plus: ['KeyQ'],
	joint_1_minus: ['KeyA'],
	joint_2_plus: ['KeyW'],
	joint_2_minus: ['KeyS'],
	joint_3_plus: ['KeyE'],
	joint_3_minus: ['KeyD'],
	joint_4_plus: ['KeyR'],
	joint_4_minus: ['KeyF'],
	joint_5_plus: ['KeyT'],
	joint_5_minus: ['KeyG'],
	joint_6_plus: ['KeyY'],
	joint_6_minus: ['KeyH']
};

function byCode<K extends string>(keys: Readonly<Record<K, readonly string[]>>): ReadonlyMap<string, K> {
	const entries = Object.entries(keys) as [K, readonly string[]][];
	return new Map(entries.flatMap(([key, codes]) => codes.map((code) => [code, key] as const)));
}

const CODES: Readonly<Record<JogMode, ReadonlyMap<string, JogKey>>> = {
	cartesian: byCode(HAND_KEYS),
	joint: byCode(JOINT_KEYS)
};

/** The jog key at this place of the keyboard, or null. */
export function jogKeyFor(code: string, mode: JogMode): JogKey | null {
	return CODES[mode].get(code) ?? null;
}

/** The place to show for a jog key. */
export function codeOf(key: JogKey): string {
	const codes: Readonly<Record<JogKey, readonly string[]>> = { ...HAND_KEYS, ...JOINT_KEYS };
	return codes[key][0] ?? '';
}

/** How fast the hand is asked to go, each -1..1 of full speed. */
export interface JogVelocity {
	forward: number;
	up: number;
	/** Positive: to the arm's left. */
	turn: number;
	/** Positive: the fingers rise. */
	tilt: number;
	/** Positive: counter-clockwise as the arm sees it. */
	roll: number;
	/** Positive: opens. */
	gripper: number;
	/** Per joint, order of the RobotSpec. */
	readonly joints: Float64Array;
}

export function stillVelocity(joints: number): JogVelocity {
	return { forward: 0, up: 0, turn: 0, tilt: 0, roll: 0, gripper: 0, joints: new Float64Array(joints) };
}

type HandAxis = Exclude<keyof JogVelocity, 'joints'>;

const HAND_AXES: Readonly<Record<HandJogKey, readonly [HandAxis, 1 | -1]>> = {
	forward: ['forward', 1],
	back: ['forward', -1],
	up: ['up', 1],
	down: ['up', -1],
	turn_left: ['turn', 1],
	turn_right: ['turn', -1],
	tilt_up: ['tilt', 1],
	tilt_down: ['tilt', -1],
	roll_left: ['roll', 1],
	roll_right: ['roll', -1],
	gripper_open: ['gripper', 1],
	gripper_close: ['gripper', -1]
};

const isHandKey = (key: string): key is HandJogKey => key in HAND_AXES;

/** Writes the velocity of the keys that are held into `out`. Two opposite keys cancel; an unknown key means nothing. */
export function velocityOfKeys(held: readonly string[], out: JogVelocity): void {
	out.forward = out.up = out.turn = out.tilt = out.roll = out.gripper = 0;
	out.joints.fill(0);
	for (const key of new Set(held)) {
		if (isHandKey(key)) {
			const [axis, sign] = HAND_AXES[key];
			out[axis] += sign;
			continue;
		}
		const match = /^joint_(\d)_(plus|minus)$/.exec(key);
		const joint = Number(match?.[1]) - 1;
		if (match && joint >= 0 && joint < out.joints.length)
			out.joints[joint] = (out.joints[joint] ?? 0) + (match[2] === 'plus' ? 1 : -1);
	}
}
