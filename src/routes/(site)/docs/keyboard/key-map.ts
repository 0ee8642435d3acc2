// The driving keys as the help page shows them, by their place on a German keyboard.
import { m } from '$lib/i18n';

export const HAND_KEYS: readonly { readonly key: string; readonly does: () => string }[] = [
	{ key: '↑', does: () => m.jog_forward() },
	{ key: '↓', does: () => m.jog_back() },
	{ key: '←', does: () => m.jog_turn_left() },
	{ key: '→', does: () => m.jog_turn_right() },
	{ key: 'W', does: () => m.jog_up() },
	{ key: 'S', does: () => m.jog_down() },
	{ key: 'Q', does: () => m.jog_tilt_up() },
	{ key: 'A', does: () => m.jog_tilt_down() },
	{ key: 'E', does: () => m.jog_roll_left() },
	{ key: 'D', does: () => m.jog_roll_right() },
	{ key: 'O', does: () => m.jog_gripper_open() },
	{ key: 'C', does: () => m.jog_gripper_close() }
];

export const JOINT_KEYS: readonly {
	readonly keys: readonly [plus: string, minus: string];
	readonly joint: string;
}[] = [
	{ keys: ['Q', 'A'], joint: 'shoulder_pan' },
	{ keys: ['W', 'S'], joint: 'shoulder_lift' },
	{ keys: ['E', 'D'], joint: 'elbow_flex' },
	{ keys: ['R', 'F'], joint: 'wrist_flex' },
	{ keys: ['T', 'G'], joint: 'wrist_roll' },
	{ keys: ['Z', 'H'], joint: 'gripper' }
];
