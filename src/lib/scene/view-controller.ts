/**
 * Draws the page's view when, and only when, there is something new to see. Knows canvases, visibility, the two renderers
 * and the observer's place; knows no Svelte and no meaning of what is shown.
 *
 * At most DRAWS_PER_SECOND for moving arms; a hand on the view is followed at the screen's own rate. Nothing is drawn
 * while the view is out of sight. A lost WebGL context is bridged by the fallback until the browser gives it back.
 */
import { orbitBy, orbitByKey, START_ORBIT, zoomBy, type Orbit } from './orbit';
import { createFallbackView } from './fallback-view';
import { onThemeChange, readSceneTheme } from './scene-theme';
import type { ViewBackend, ViewFrame, ViewScene } from './view-backend';

const DRAWS_PER_SECOND = 20;
const MAX_PIXEL_RATIO = 2;

export type ViewKind = 'webgl' | 'software' | 'none';

export interface ViewOptions {
	readonly host: HTMLElement;
	readonly view: ViewScene;
	/** `software` never asks for WebGL; `webgl` takes it even where the processor has to draw it. */
	readonly renderer: 'auto' | 'webgl' | 'software';
	readonly onKind: (kind: ViewKind) => void;
}

export type ViewContent = Omit<ViewFrame, 'orbit'>;

export interface ViewController {
	/**
	 * What to show from now on; null leaves the last picture. Poses may be rewritten in place: another version says that
	 * they were.
	 */
	show(content: ViewContent | null, version: number): void;
	turn(azimuth: number, elevation: number): void;
	zoom(factor: number): void;
	/** True when the key was the view's. */
	key(key: string, shift: boolean): boolean;
	resetView(): void;
	dispose(): void;
}

interface Layer {
	readonly canvas: HTMLCanvasElement;
	readonly backend: ViewBackend;
	readonly kind: ViewKind;
}

export function createViewController({ host, view, renderer, onKind }: ViewOptions): ViewController {
	let orbit: Orbit = START_ORBIT;
	let content: ViewContent | null = null;
	let shown = Number.NaN;
	let webgl: Layer | null = null;
	let software: Layer | null = null;
	let isLost = false;
	let isVisible = true;
	let isDisposed = false;
	let request = 0;
	let timer: ReturnType<typeof setTimeout> | undefined;
	let drawnAtMs = -Infinity;

	const active = (): Layer | null => (webgl && !isLost ? webgl : software);

	const draw = (nowMs: number): void => {
		request = 0;
		const layer = active();
		if (!content || !layer || !isVisible) return;
		drawnAtMs = nowMs;
		layer.backend.draw({ ...content, orbit });
	};

	const drawSoon = (): void => {
		if (isDisposed || request !== 0 || !isVisible) return;
		clearTimeout(timer);
		timer = undefined;
		request = requestAnimationFrame(draw);
	};

	/** Later when something was drawn just now; pictures asked for in between become one. */
	const drawPaced = (): void => {
		if (isDisposed || request !== 0 || timer !== undefined || !isVisible) return;
		const waitMs = drawnAtMs + 1000 / DRAWS_PER_SECOND - performance.now();
		if (waitMs <= 4) drawSoon();
		else timer = setTimeout(drawSoon, waitMs);
	};

	const fit = ({ backend }: Layer): void =>
		backend.resize(
			Math.max(1, host.clientWidth),
			Math.max(1, host.clientHeight),
			Math.min(MAX_PIXEL_RATIO, devicePixelRatio)
		);

	/** Puts a layer in front; the other canvas stays, for the context may come back. */
	const present = (): void => {
		const layer = active();
		for (const each of [webgl, software]) if (each) each.canvas.hidden = each !== layer;
		if (layer) {
			fit(layer);
			layer.backend.setTheme(readSceneTheme(host));
		}
		onKind(layer?.kind ?? 'none');
		drawSoon();
	};

	const openSoftware = (): void => {
		const canvas = addCanvas(host);
		const backend = createFallbackView(canvas, view);
		software = backend && { canvas, backend, kind: 'software' };
	};

	const openWebgl = async (): Promise<void> => {
		const { createThreeView } = await import('./three-view');
		if (isDisposed) return;
		const canvas = addCanvas(host);
		const backend = createThreeView(canvas, view, renderer === 'webgl', {
			onLost() {
				isLost = true;
				if (!software) openSoftware();
				present();
			},
			onRestored() {
				isLost = false;
				present();
			}
		});
		if (backend) webgl = { canvas, backend, kind: 'webgl' };
		else canvas.remove();
	};

	const resized = new ResizeObserver(() => {
		const layer = active();
		if (!layer) return;
		fit(layer);
		// A resized canvas is empty: drawn again before the page is painted.
		if (request !== 0) cancelAnimationFrame(request);
		draw(performance.now());
	});
	const seen = new IntersectionObserver((entries) => {
		isVisible = entries.at(-1)?.isIntersecting ?? isVisible;
		drawSoon();
	});

	const forgetTheme = onThemeChange(host, () => {
		active()?.backend.setTheme(readSceneTheme(host));
		drawSoon();
	});

	const open = async (): Promise<void> => {
		// The chunk may be missing offline or the card refuse: the fallback is a full view.
		if (renderer !== 'software') await openWebgl().catch(() => undefined);
		if (isDisposed) return;
		if (!webgl) openSoftware();
		resized.observe(host);
		seen.observe(host);
		present();
	};
	void open();

	const look = (next: Orbit): void => {
		orbit = next;
		drawSoon();
	};

	return {
		show(next, version) {
			if (!next) return;
			const same = version === shown && content?.highlightBody === next.highlightBody;
			const sameArrays = content?.poses === next.poses && content.goalPoses === next.goalPoses;
			content = next;
			shown = version;
			if (!same || !sameArrays) drawPaced();
		},
		turn: (azimuth, elevation) => look(orbitBy(orbit, azimuth, elevation)),
		zoom: (factor) => look(zoomBy(orbit, factor)),
		key(key, shift) {
			const next = orbitByKey(orbit, key, shift);
			if (next) look(next);
			return next !== null;
		},
		resetView: () => look(START_ORBIT),
		dispose() {
			isDisposed = true;
			clearTimeout(timer);
			cancelAnimationFrame(request);
			forgetTheme();
			resized.disconnect();
			seen.disconnect();
			for (const layer of [webgl, software]) {
				layer?.backend.dispose();
				layer?.canvas.remove();
			}
		}
	};
}

function addCanvas(host: HTMLElement): HTMLCanvasElement {
	const canvas = host.ownerDocument.createElement('canvas');
	canvas.setAttribute('aria-hidden', 'true');
	canvas.style.cssText = 'position:absolute;inset:0;width:100%;height:100%;display:block';
	host.append(canvas);
	return canvas;
}
