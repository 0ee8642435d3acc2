// Previews of real cameras on canvases that the page has handed over: the masked picture, as it is recorded, at half its
// rate. The page moves no pixel itself.

import { createPreviewSurface, i420ToRgba, type I420Planes, type PreviewSurface } from '$lib/camera';

const PREVIEW_FPS = 15;

interface Preview {
	readonly surface: PreviewSurface;
	image: { width: number; height: number; pixels: Uint8ClampedArray<ArrayBuffer> } | null;
	shownMs: number;
}

export interface FramesPreviews {
	/** Null forgets the canvas. False: this canvas cannot be drawn on. */
	attach(role: string, canvas: OffscreenCanvas | null): boolean;
	show(role: string, picture: I420Planes, nowMs: number): void;
}

export function createFramesPreviews(): FramesPreviews {
	const previews = new Map<string, Preview>();
	return {
		attach(role, canvas) {
			previews.delete(role);
			const surface = canvas && createPreviewSurface(canvas);
			if (surface) previews.set(role, { surface, image: null, shownMs: -Infinity });
			return canvas === null || surface !== null;
		},
		show(role, picture, nowMs) {
			const preview = previews.get(role);
			// A tenth early is on time: the pictures' own beat would otherwise round 15 a second down to 10.
			if (!preview || nowMs - preview.shownMs < 900 / PREVIEW_FPS) return;
			preview.shownMs = nowMs;
			const { width, height } = picture;
			if (preview.image?.width !== width || preview.image.height !== height)
				preview.image = { width, height, pixels: new Uint8ClampedArray(width * height * 4) };
			i420ToRgba(picture, preview.image.pixels);
			preview.surface.show(preview.image);
		}
	};
}
