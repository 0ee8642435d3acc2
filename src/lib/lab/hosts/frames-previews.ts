// Previews of real cameras on canvases that the page has handed over: the masked picture, as it is recorded, at half its
// rate. The page moves no pixel itself.

import { createPreviewSurface, i420ToRgba, type I420Planes, type PreviewSurface } from '$lib/camera';

const PREVIEW_FPS = 15;

interface Preview {
	readonly surfaces: Map<string, PreviewSurface>;
	image: { width: number; height: number; pixels: Uint8ClampedArray<ArrayBuffer> } | null;
	shownMs: number;
}

export interface FramesPreviews {
	/** One canvas per role and place. Null forgets it. False: this canvas cannot be drawn on. */
	attach(role: string, place: string, canvas: OffscreenCanvas | null): boolean;
	show(role: string, picture: I420Planes, nowMs: number): void;
}

export function createFramesPreviews(): FramesPreviews {
	const previews = new Map<string, Preview>();
	return {
		attach(role, place, canvas) {
			const preview = previews.get(role) ?? { surfaces: new Map(), image: null, shownMs: -Infinity };
			previews.set(role, preview);
			const surface = canvas && createPreviewSurface(canvas);
			if (surface) preview.surfaces.set(place, surface);
			else preview.surfaces.delete(place);
			return canvas === null || surface !== null;
		},
		show(role, picture, nowMs) {
			const preview = previews.get(role);
			// A tenth early is on time: the pictures' own beat would otherwise round 15 a second down to 10.
			if (!preview || preview.surfaces.size === 0 || nowMs - preview.shownMs < 900 / PREVIEW_FPS) return;
			preview.shownMs = nowMs;
			const { width, height } = picture;
			if (preview.image?.width !== width || preview.image.height !== height)
				preview.image = { width, height, pixels: new Uint8ClampedArray(width * height * 4) };
			i420ToRgba(picture, preview.image.pixels);
			for (const surface of preview.surfaces.values()) surface.show(preview.image);
		}
	};
}
