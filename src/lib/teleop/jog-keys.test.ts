import { describe, expect, it } from 'vitest';
import { codeOf, HAND_KEYS, JOINT_KEYS, jogKeyFor, stillVelocity, velocityOfKeys } from './jog-keys';

describe('jog keys', () => {
	it.each(['cartesian', 'joint'] as const)(
		'gives every place on the keyboard one meaning in %s mode',
		(mode) => {
			const keys = mode === 'cartesian' ? HAND_KEYS : JOINT_KEYS;
			const codes = Object.values(keys).flat();
			expect(new Set(codes).size).toBe(codes.length);
			for (const [key, places] of Object.entries(keys))
				for (const code of places) expect(jogKeyFor(code, mode)).toBe(key);
			expect(jogKeyFor('Escape', mode)).toBeNull();
			expect(jogKeyFor('Enter', mode)).toBeNull();
		}
	);

	it('shows the first place of a key', () => {
		expect(codeOf('up')).toBe('ArrowUp');
		expect(codeOf('joint_6_minus')).toBe('KeyH');
	});

	it('adds keys up: opposite ones cancel, one told twice counts once, an unknown one means nothing', () => {
		const velocity = stillVelocity(6);
		velocityOfKeys(['forward', 'forward', 'up', 'down', 'gripper_close', 'sing', 'joint_9_plus'], velocity);
		expect(velocity).toMatchObject({ forward: 1, up: 0, turn: 0, gripper: -1 });
		velocityOfKeys(['joint_3_minus', 'turn_left'], velocity);
		expect(velocity).toMatchObject({ forward: 0, turn: 1, gripper: 0 });
		expect([...velocity.joints]).toEqual([0, 0, -1, 0, 0, 0]);
	});
});
