// Pictures: colour, size, numbering and cameras that need no device.

export { areaResize } from './area-resize';
export { FRAME_NUMBER_LIMIT, paintFrameNumber, readFrameNumber } from './frame-number';
export { frameToBytes, frameToTensor, type TensorSize } from './frame-to-tensor';
export {
	BT601,
	i420Size,
	i420ToRgba,
	planesOf,
	rgbaToI420,
	type FromRgbaOptions,
	type I420Planes,
	type PlaneViews
} from './i420';
export { createPatternCamera, type PatternCameraOptions } from './pattern-camera';
export { createRenderedCamera, type RenderedCameraOptions } from './rendered-camera';
