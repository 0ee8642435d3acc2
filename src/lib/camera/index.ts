// Pictures: colour, size, numbering; cameras of the browser and cameras that need no device.

export { areaResize } from './area-resize';
export {
	CAMERA_LADDER,
	fallTo,
	openCameras,
	type CameraOpener,
	type CameraWish,
	type OpenAnswer
} from './camera-ladder';
export {
	NO_SETTINGS,
	RECORD_SIZES,
	formatCameraSettings,
	readCameraSettings,
	type CameraSettings,
	type RecordSize
} from './camera-settings';
export { createCameraWatch, type CameraWatch } from './camera-watch';
export { createDeviceCamera, type DeviceCamera } from './device-camera';
export {
	CAMERA_ROLES,
	type CameraCondition,
	type CameraDevice,
	type CameraMode,
	type CameraRole,
	type OpenFailure
} from './device-types';
export type { MaskRect } from './frame-mask';
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
export { createFrameOutlet, type FrameOutlet } from './frame-outlet';
export { createFrameReader, type FrameReader, type RawFrame } from './frame-reader';
export { createPatternCamera, type PatternCameraOptions } from './pattern-camera';
export { deviceNames, pickDevices, type DevicePick } from './pick-devices';
export { createPreviewSurface, type PreviewSurface } from './preview-surface';
export { pictureGist } from './picture-gist';
export { createRenderedCamera, type RenderedCameraOptions } from './rendered-camera';
export { createSwapWatch, type SwapWatch } from './swap-watch';
export {
	askForCameras,
	camerasAllowed,
	listCameras,
	onCamerasChanged,
	webCameraOpener,
	webCamerasSupported,
	type OpenedCamera
} from './web-camera';
