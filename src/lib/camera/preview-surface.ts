/**
 * Shows a camera's picture on a canvas that the page has handed over, so that the page moves no pixel itself. Knows a
 * canvas and pictures; knows no camera and no clock.
 */

/** RGBA, four bytes per pixel; one object per camera, its bytes rewritten in place. */
export interface PreviewPicture {
	readonly width: number;
	readonly height: number;
	readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

export interface PreviewSurface {
	show(picture: PreviewPicture): void;
}

/** Null when the canvas already holds another kind of context. */
export function createPreviewSurface(canvas: OffscreenCanvas): PreviewSurface | null {
	const context = canvas.getContext('2d', { alpha: false });
	if (!context) return null;
	const images = new WeakMap<PreviewPicture, ImageData>();
	return {
		show(picture) {
			if (canvas.width !== picture.width) canvas.width = picture.width;
			if (canvas.height !== picture.height) canvas.height = picture.height;
			// The image shares the picture's bytes: one object per camera, made once.
			const image = images.get(picture) ?? new ImageData(picture.pixels, picture.width, picture.height);
			images.set(picture, image);
			context.putImageData(image, 0, 0);
		}
	};
}
