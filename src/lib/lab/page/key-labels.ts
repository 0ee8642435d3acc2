// What is printed on the keys that drive, on this very keyboard: asked of the browser where it tells, else read off the
// place of the key.

import { codeOf } from '$lib/teleop';
import type { JogKey, LabViewModel } from '$lib/ui/lab';

interface KeyboardLayout {
	getLayoutMap(): Promise<ReadonlyMap<string, string>>;
}

const HAND: readonly JogKey[] = [
	'forward',
	'back',
	'up',
	'down',
	'turn_left',
	'turn_right',
	'tilt_up',
	'tilt_down',
	'roll_left',
	'roll_right',
	'gripper_open',
	'gripper_close'
];
const JOINTS: readonly JogKey[] = ([1, 2, 3, 4, 5, 6] as const).flatMap((joint) => [
	`joint_${joint}_plus` as const,
	`joint_${joint}_minus` as const
]);
const SYMBOLS: Readonly<Record<string, string>> = {
	ArrowUp: '↑',
	ArrowDown: '↓',
	ArrowLeft: '←',
	ArrowRight: '→'
};

function labelOf(code: string, layout: ReadonlyMap<string, string> | null): string {
	return SYMBOLS[code] ?? layout?.get(code)?.toUpperCase() ?? code.replace(/^Key/, '');
}

export async function readKeyLabels(): Promise<LabViewModel['keyLabels']> {
	const { keyboard } = navigator as { keyboard?: KeyboardLayout };
	const layout = (await keyboard?.getLayoutMap().catch(() => null)) ?? null;
	const labels: Partial<Record<JogKey | 'record' | 'stop', string>> = { record: '⏎', stop: 'Esc' };
	for (const key of [...HAND, ...JOINTS]) labels[key] = labelOf(codeOf(key), layout);
	return labels;
}
