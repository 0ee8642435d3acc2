/**
 * The view's colours, read from the design tokens where the view stands in the page. Knows the tokens' names; knows no
 * renderer. A token that is missing falls back to a colour of the light theme.
 */

/** sRGB, 0..1 each. */
export type SceneColour = readonly [number, number, number];

export interface SceneTheme {
	readonly table: SceneColour;
	readonly grid: SceneColour;
	readonly ghost: SceneColour;
	/** One per joint, shoulder to gripper. */
	readonly joints: readonly SceneColour[];
	/** How dark a shadow is on the table, 0..1. */
	readonly shadow: number;
	/** Strength of all light: a white arm must not glare in a dark room. */
	readonly light: number;
}

export const LIGHT_THEME: SceneTheme = {
	table: [0.925, 0.91, 0.875],
	grid: [0.76, 0.73, 0.67],
	ghost: [0.05, 0.35, 0.45],
	joints: [
		[0.04, 0.33, 0.68],
		[0.82, 0.46, 0],
		[0.06, 0.6, 0.55],
		[0.78, 0.08, 0.35],
		[0.52, 0.27, 0.94],
		[0.33, 0.27, 0]
	],
	shadow: 0.16,
	light: 1
};

/** `rgb(r, g, b)`, `rgb(r g b / a)` or `color(srgb r g b)`, as browsers write computed colours; null for others. */
export function parseComputedColour(text: string): SceneColour | null {
	const match = /^(rgba?|color)\((?:srgb )?([^)]+)\)$/.exec(text.trim());
	if (!match) return null;
	const scale = match[1] === 'color' ? 1 : 255;
	const [red, green, blue] = (match[2] ?? '')
		.split(/[\s,/]+/)
		.filter(Boolean)
		.map((part) => Number(part) / scale);
	if (red === undefined || green === undefined || blue === undefined) return null;
	return [red, green, blue].every(Number.isFinite) ? [red, green, blue] : null;
}

/** Perceived brightness of a colour, 0..1 (Rec. 709 weights on sRGB values: enough to tell dark from light). */
const brightness = ([red, green, blue]: SceneColour): number => 0.2126 * red + 0.7152 * green + 0.0722 * blue;

/** Reads the tokens that are in force at `host`. Custom properties hold `light-dark()`, so a real colour is computed. */
export function readSceneTheme(host: HTMLElement): SceneTheme {
	const probe = host.ownerDocument.createElement('span');
	probe.hidden = true;
	host.append(probe);
	const token = (name: string, fallback: SceneColour): SceneColour => {
		probe.style.color = '';
		probe.style.color = `var(${name})`;
		return parseComputedColour(getComputedStyle(probe).color) ?? fallback;
	};
	const table = token('--surface-2', LIGHT_THEME.table);
	const dark = brightness(table) < 0.4;
	const theme: SceneTheme = {
		table,
		grid: token('--line', LIGHT_THEME.grid),
		ghost: token('--accent', LIGHT_THEME.ghost),
		joints: LIGHT_THEME.joints.map((colour, i) => token(`--joint-${i + 1}`, colour)),
		shadow: dark ? 0.38 : LIGHT_THEME.shadow,
		light: dark ? 0.86 : LIGHT_THEME.light
	};
	probe.remove();
	return theme;
}

/** Calls back when the page's theme or the system's preference changes. Returns the way to stop listening. */
export function onThemeChange(host: HTMLElement, listener: () => void): () => void {
	const root = host.ownerDocument.documentElement;
	const observer = new MutationObserver(listener);
	observer.observe(root, { attributes: true, attributeFilter: ['data-theme'] });
	const preference = matchMedia('(prefers-color-scheme: dark)');
	preference.addEventListener('change', listener);
	return () => {
		observer.disconnect();
		preference.removeEventListener('change', listener);
	};
}
