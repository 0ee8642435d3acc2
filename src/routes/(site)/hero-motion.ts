// The motion of the drawn arm on the landing page: six joints that go their own slow way until somebody takes a
// slider. A drawing, no physics: each joint follows its target with a lag, as a motor would.

export const HERO_JOINTS = [
	{ name: 'shoulder_pan', unit: 'degrees', min: -110, max: 110 },
	{ name: 'shoulder_lift', unit: 'degrees', min: -100, max: 100 },
	{ name: 'elbow_flex', unit: 'degrees', min: -96.8, max: 96.8 },
	{ name: 'wrist_flex', unit: 'degrees', min: -95, max: 95 },
	{ name: 'wrist_roll', unit: 'degrees', min: -157, max: 163 },
	{ name: 'gripper', unit: 'percent', min: 0, max: 100 }
] as const;

const REST = [0, 22, -28, 30, 10, 46];
const SWING = [20, 17, 22, 24, 34, 34];
export const HISTORY = 140;

/** Where joint `index` wants to be at `timeS`, while nobody holds it. */
export function heroTarget(index: number, timeS: number): number {
	return (REST[index] ?? 0) + Math.sin(timeS * (0.42 + index * 0.11) + index * 1.3) * (SWING[index] ?? 0);
}

/** One step of the lag: the share of the way that is covered in `dtS`. */
export function follow(state: number, target: number, dtS: number): number {
	return state + (target - state) * (1 - Math.exp(-dtS * 5));
}

/** Joint value as a height of 0..1 on its own scale. */
export function asShare(index: number, value: number): number {
	const joint = HERO_JOINTS[index];
	return joint ? (value - joint.min) / (joint.max - joint.min) : 0;
}

/** History of one joint from its own slow way, oldest first, ending at `timeS`; `dtS` between samples. */
export function heroHistory(index: number, timeS: number, dtS: number): number[] {
	return Array.from({ length: HISTORY }, (_, at) => heroTarget(index, timeS - (HISTORY - 1 - at) * dtS));
}
