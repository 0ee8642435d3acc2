// What the person's hands are doing: jog keys, slider targets, gamepad. Plain state that the beat reads every 33 ms;
// turning it into setpoints is ROBOT's work. Knows DOM key codes only through the table it is given.

import type { Wish } from '$lib/contracts';
import type { DriveSource, JogKey } from '$lib/ui/lab';

export interface GamepadSample {
	readonly axes: readonly number[];
	readonly buttons: readonly number[];
}

export interface Inputs {
	source: DriveSource;
	press(key: JogKey): void;
	release(key: JogKey): void;
	/** Focus went elsewhere: nothing stays pressed. */
	releaseAll(): void;
	setJoint(index: number, value: number): void;
	/** Slider targets start from what the servos hold, so that taking over moves nothing; null: not known yet. */
	startFrom(goal: ArrayLike<number> | null): void;
	readonly targets: Float32Array | null;
	/** Newest wish of the active source, or null while there is none. */
	wish(readGamepad: () => GamepadSample | null): Wish | null;
	/** True once the person moved anything since `startFrom`. */
	readonly moved: boolean;
}

export function createInputs(jointCount: number): Inputs {
	const held = new Set<JogKey>();
	let targets: Float32Array | null = null;
	/** What was asked for before the start was known. */
	const early = new Map<number, number>();
	let source: DriveSource = 'sliders';
	let moved = false;

	return {
		get source() {
			return source;
		},
		set source(next) {
			if (next !== source) held.clear();
			source = next;
		},
		press(key) {
			held.add(key);
			moved = true;
		},
		release(key) {
			held.delete(key);
		},
		releaseAll() {
			held.clear();
		},
		setJoint(index, value) {
			if (index < 0 || index >= jointCount || !Number.isFinite(value)) return;
			moved = true;
			if (targets === null) {
				early.set(index, value);
				return;
			}
			targets = targets.slice();
			targets[index] = value;
		},
		startFrom(goal) {
			targets = goal === null ? null : Float32Array.from(goal);
			moved = targets !== null && early.size > 0;
			if (targets !== null) for (const [index, value] of early) targets[index] = value;
			early.clear();
		},
		get targets() {
			return targets;
		},
		wish(readGamepad) {
			switch (source) {
				case 'sliders':
					return targets === null ? null : { source, q: targets.slice() };
				case 'keyboard':
					return { source, held: [...held] };
				case 'gamepad': {
					const sample = readGamepad();
					if (sample?.axes.some((axis) => Math.abs(axis) > 0.2) === true) moved = true;
					return sample === null ? null : { source, axes: sample.axes, buttons: sample.buttons };
				}
				case 'leader':
					moved = true;
					return { source };
			}
		},
		get moved() {
			return moved;
		}
	};
}

/** First connected gamepad with the standard mapping. */
export function readStandardGamepad(): GamepadSample | null {
	for (const pad of navigator.getGamepads()) {
		if (pad === null || !pad.connected || pad.mapping !== 'standard') continue;
		return { axes: [...pad.axes], buttons: pad.buttons.map((button) => button.value) };
	}
	return null;
}
