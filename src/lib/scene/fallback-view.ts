/**
 * The page's view without WebGL: the same scene, place and colours, drawn by `software-renderer` onto a 2-D canvas.
 * Knows a canvas; knows no Svelte, no input and no time. The ghost covers every other pixel, which the browser smooths
 * when it fits the canvas into the page.
 */
import { POSE_STRIDE, type SceneDescription, type ScenePrimitive } from '$lib/contracts';
import { srgbToLinear } from './light';
import { orbitCamera } from './orbit';
import { LIGHT_THEME, type SceneColour, type SceneTheme } from './scene-theme';
import { createSoftwareScene, type PartStyle, type StyleOf } from './software-renderer';
import { GRID_HEIGHT_M, gridLines, tableTopOf } from './table-top';
import { createPicture, type Picture } from './triangle-raster';
import type { LinearRgb } from './vertex-stage';
import {
	bodyDiffers,
	castsShadow,
	jointOfPrimitive,
	type ViewBackend,
	type ViewFrame,
	type ViewScene
} from './view-backend';

/** More pixels than this are not worth the processor's time: a larger view is drawn coarser and stretched. */
const MAX_PIXELS = 900_000;
/** Drawn finer than shown, as far as the limit allows: the browser's own scaling smooths the edges. */
const FINER = 2;
const HIGHLIGHT_SHARE = 0.4;

interface Target {
	readonly picture: Picture;
	readonly image: ImageData;
}

/** Null when the canvas cannot give a 2-D context. */
export function createFallbackView(canvas: HTMLCanvasElement, view: ViewScene): ViewBackend | null {
	const context = canvas.getContext('2d');
	if (!context) return null;
	const scene = createSoftwareScene(withGrid(view.description));
	let theme = LIGHT_THEME;
	let target: Target | null = null;
	let aspect = 1;

	return {
		resize(width, height, pixelRatio) {
			const finest = Math.sqrt(MAX_PIXELS / Math.max(1, width * height));
			const scale = Math.min(pixelRatio * FINER, finest);
			canvas.width = Math.max(1, Math.round(width * scale));
			canvas.height = Math.max(1, Math.round(height * scale));
			aspect = width / Math.max(1, height);
			const picture = createPicture(canvas.width, canvas.height);
			target = { picture, image: new ImageData(picture.pixels, picture.width, picture.height) };
		},
		setTheme(next) {
			theme = next;
		},
		draw(frame) {
			if (!target) return;
			const { picture, image } = target;
			const camera = orbitCamera(frame.orbit, aspect);
			// What is not drawn stays transparent: the page's own ground shows through.
			picture.words.fill(0);
			picture.depth.fill(0);
			const style = solidStyle(view, theme, frame);
			const isGround = (primitive: ScenePrimitive): boolean => primitive.body === view.description.bodies[0];
			scene.draw(picture, camera, frame.poses, (p) => (isGround(p) ? style(p) : null));
			scene.drawShadows(picture, camera, frame.poses, (p) =>
				!isGround(p) && castsShadow(p) ? { fill: 'shadow', alpha: theme.shadow } : null
			);
			scene.draw(picture, camera, frame.poses, (p) => (isGround(p) ? null : style(p)));
			if (frame.goalPoses) scene.draw(picture, camera, frame.goalPoses, ghostStyle(view, theme, frame));
			context.putImageData(image, 0, 0);
		},
		dispose() {
			target = null;
		}
	};
}

const GRID_LINE = 'grid_line';
const GRID_HALF_WIDTH_M = 0.0005;

/** The scene with grid lines as very thin boxes on the table. */
function withGrid({ bodies, primitives }: SceneDescription): Pick<SceneDescription, 'bodies' | 'primitives'> {
	const table = tableTopOf(primitives);
	const lines = table ? gridLines(table) : [];
	const boxes = lines.map(({ from, to }): ScenePrimitive => {
		const half = (k: 0 | 1): number => Math.max(GRID_HALF_WIDTH_M, (to[k] - from[k]) / 2);
		return {
			name: GRID_LINE,
			body: 'world',
			shape: 'box',
			sizeM: [half(0), half(1), GRID_HEIGHT_M],
			positionM: [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2, 0],
			quat: [1, 0, 0, 0],
			rgba: [0, 0, 0, 1],
			contact: 'none'
		};
	});
	return { bodies, primitives: [...primitives, ...boxes] };
}

function linearOf([red, green, blue]: SceneColour, strength: number): LinearRgb {
	return [srgbToLinear(red) * strength, srgbToLinear(green) * strength, srgbToLinear(blue) * strength];
}

/** Own colours, but the theme's for table and axles, and a tint for the highlighted body. */
export function solidStyle(view: ViewScene, theme: SceneTheme, frame: ViewFrame): StyleOf {
	const table = linearOf(theme.table, theme.light);
	// Thin lines drawn hard look stronger than lines of light ink.
	const grid = mix(table, linearOf(theme.grid, theme.light), 0.5);
	const joints = theme.joints.map((colour) => linearOf(colour, theme.light));
	const base = (primitive: ScenePrimitive): LinearRgb => {
		if (primitive.name === GRID_LINE) return grid;
		if (primitive.body === view.description.bodies[0]) return table;
		const axle = joints[jointOfPrimitive(primitive.name, primitive.body, view.jointBodies)];
		const [red, green, blue] = primitive.rgba;
		return axle ?? linearOf([red, green, blue], theme.light);
	};
	return (primitive): PartStyle => {
		const linear = base(primitive);
		const tint = joints[view.jointBodies.indexOf(primitive.body)];
		const lit = primitive.body === frame.highlightBody && tint;
		const mixed = lit ? mix(linear, tint, HIGHLIGHT_SHARE) : linear;
		return { fill: 'opaque', alpha: 1, linear: mixed };
	};
}

function mix(a: LinearRgb, b: LinearRgb, share: number): LinearRgb {
	const part = (i: 0 | 1 | 2): number => a[i] + (b[i] - a[i]) * share;
	return [part(0), part(1), part(2)];
}

/** Only links that are to move, in the ghost's colour. */
export function ghostStyle(view: ViewScene, theme: SceneTheme, frame: ViewFrame): StyleOf {
	const linear = linearOf(theme.ghost, theme.light);
	const { bodies } = view.description;
	const goal = frame.goalPoses;
	const moving = new Set(
		view.jointBodies.filter(
			(body) => goal && bodyDiffers(frame.poses, goal, bodies.indexOf(body), POSE_STRIDE)
		)
	);
	return (primitive) => (moving.has(primitive.body) ? { fill: 'screen-door', alpha: 1, linear } : null);
}
