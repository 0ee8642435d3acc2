/**
 * The page's view by WebGL. Knows a canvas and how to draw the arm's scene on it; knows no Svelte, no input and no time.
 * Loaded on demand: it brings three.js along.
 */
import { Matrix4, PerspectiveCamera, WebGLRenderer } from 'three';
import { createArmScene } from './arm-scene';
import { orbitCamera, VIEW_FOVY_DEGREES } from './orbit';
import type { ViewCamera } from './pose-math';
import type { ViewBackend, ViewBackendEvents, ViewScene } from './view-backend';

const NEAR_M = 0.02;
const FAR_M = 8;

/**
 * Takes over the canvas. Null where WebGL cannot be had; also where the processor would have to draw it, unless `evenIfSlow`:
 * there the fallback view does the same for a fraction of the cost.
 */
export function createThreeView(
	canvas: HTMLCanvasElement,
	view: ViewScene,
	evenIfSlow: boolean,
	events: ViewBackendEvents
): ViewBackend | null {
	const context = canvas.getContext('webgl2', {
		alpha: true,
		antialias: true,
		stencil: true,
		powerPreference: 'low-power'
	});
	if (!context) return null;
	if (!evenIfSlow && isDrawnByProcessor(context)) {
		// Browsers allow few contexts at a time: this one is not kept until the garbage is collected.
		context.getExtension('WEBGL_lose_context')?.loseContext();
		return null;
	}
	const renderer = new WebGLRenderer({ canvas, context });
	renderer.localClippingEnabled = true;
	renderer.setClearAlpha(0);
	const arm = createArmScene(view);
	const camera = new PerspectiveCamera(VIEW_FOVY_DEGREES, 1, NEAR_M, FAR_M);
	camera.matrixAutoUpdate = false;

	const lost = (event: Event): void => {
		event.preventDefault();
		events.onLost();
	};
	const restored = (): void => events.onRestored();
	canvas.addEventListener('webglcontextlost', lost);
	canvas.addEventListener('webglcontextrestored', restored);

	return {
		resize(width, height, pixelRatio) {
			renderer.setPixelRatio(pixelRatio);
			renderer.setSize(width, height, false);
			camera.aspect = width / Math.max(1, height);
			camera.updateProjectionMatrix();
		},
		setTheme: (theme) => arm.setTheme(theme),
		draw(frame) {
			arm.setPoses(frame.poses);
			arm.setGoal(frame.goalPoses, frame.poses);
			arm.setHighlight(frame.highlightBody);
			camera.matrix.copy(cameraMatrix(orbitCamera(frame.orbit, camera.aspect)));
			camera.matrixWorldNeedsUpdate = true;
			renderer.render(arm.scene, camera);
		},
		dispose() {
			canvas.removeEventListener('webglcontextlost', lost);
			canvas.removeEventListener('webglcontextrestored', restored);
			arm.dispose();
			renderer.dispose();
		}
	};
}

/**
 * Chromium does not count its own SwiftShader as a `failIfMajorPerformanceCaveat`, so the driver's name decides. Measured:
 * a moving view at 20 pictures a second costs a whole core there, and a sixth of one in the fallback.
 */
function isDrawnByProcessor(context: WebGL2RenderingContext): boolean {
	const names = context.getExtension('WEBGL_debug_renderer_info');
	const renderer: unknown = names && context.getParameter(names.UNMASKED_RENDERER_WEBGL);
	return typeof renderer === 'string' && /swiftshader|llvmpipe|softpipe|basic render/i.test(renderer);
}

function cameraMatrix({ rotation, position }: ViewCamera): Matrix4 {
	const r = (k: number): number => rotation[k] ?? 0;
	const [x = 0, y = 0, z = 0] = position;
	return new Matrix4().set(r(0), r(1), r(2), x, r(3), r(4), r(5), y, r(6), r(7), r(8), z, 0, 0, 0, 1);
}
