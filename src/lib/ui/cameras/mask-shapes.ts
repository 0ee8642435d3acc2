// Rectangles of a mask while they are drawn, moved and resized. Pure; in shares of the picture, never outside it.
import type { MaskRectView } from './cameras-view';

/** Smaller than this is a slip of the mouse. */
const LEAST = 0.02;
export const MASK_STEP = 0.025;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Spanned by two corners in any order; null when it is a slip. */
export function rectBetween(
	a: { readonly x: number; readonly y: number },
	b: { readonly x: number; readonly y: number }
): MaskRectView | null {
	const [left, right] = [clamp(Math.min(a.x, b.x), 0, 1), clamp(Math.max(a.x, b.x), 0, 1)];
	const [top, bottom] = [clamp(Math.min(a.y, b.y), 0, 1), clamp(Math.max(a.y, b.y), 0, 1)];
	const rect = { x: left, y: top, width: right - left, height: bottom - top };
	return rect.width < LEAST || rect.height < LEAST ? null : rect;
}

export function moveRect(rect: MaskRectView, dx: number, dy: number): MaskRectView {
	return { ...rect, x: clamp(rect.x + dx, 0, 1 - rect.width), y: clamp(rect.y + dy, 0, 1 - rect.height) };
}

/** By its lower right corner. */
export function resizeRect(rect: MaskRectView, dx: number, dy: number): MaskRectView {
	return {
		...rect,
		width: clamp(rect.width + dx, LEAST, 1 - rect.x),
		height: clamp(rect.height + dy, LEAST, 1 - rect.y)
	};
}

/** What a key does to the focused rectangle: the new one, null to remove it, undefined when the key means nothing here. */
export function rectAfterKey(
	rect: MaskRectView,
	{ key, shiftKey }: { readonly key: string; readonly shiftKey: boolean }
): MaskRectView | null | undefined {
	const change = shiftKey ? resizeRect : moveRect;
	switch (key) {
		case 'ArrowLeft':
			return change(rect, -MASK_STEP, 0);
		case 'ArrowRight':
			return change(rect, MASK_STEP, 0);
		case 'ArrowUp':
			return change(rect, 0, -MASK_STEP);
		case 'ArrowDown':
			return change(rect, 0, MASK_STEP);
		case 'Delete':
		case 'Backspace':
			return null;
		default:
			return undefined;
	}
}
