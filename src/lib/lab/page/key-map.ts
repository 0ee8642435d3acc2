// Which physical key jogs what; by position (KeyboardEvent.code), so that every layout has the same hand.

import type { JogKey } from '$lib/ui/lab';

const JOINT_PLUS = ['KeyQ', 'KeyW', 'KeyE', 'KeyR', 'KeyT', 'KeyY'];
const JOINT_MINUS = ['KeyA', 'KeyS', 'KeyD', 'KeyF', 'KeyG', 'KeyH'];
const CARTESIAN: Readonly<Record<string, JogKey>> = {
	ArrowUp: 'forward',
	ArrowDown: 'back',
	ArrowLeft: 'turn_left',
	ArrowRight: 'turn_right',
	KeyW: 'up',
	KeyS: 'down',
	KeyQ: 'tilt_up',
	KeyA: 'tilt_down',
	KeyE: 'roll_left',
	KeyD: 'roll_right',
	KeyO: 'gripper_open',
	KeyC: 'gripper_close'
};

export function jogKeyFor(code: string, mode: 'cartesian' | 'joint'): JogKey | null {
	if (mode === 'cartesian') return CARTESIAN[code] ?? null;
	const plus = JOINT_PLUS.indexOf(code);
	if (plus >= 0) return `joint_${plus + 1}_plus` as JogKey;
	const minus = JOINT_MINUS.indexOf(code);
	return minus >= 0 ? (`joint_${minus + 1}_minus` as JogKey) : null;
}
