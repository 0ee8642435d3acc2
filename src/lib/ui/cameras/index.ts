// Entry of the camera screens, kept apart from `$lib/ui` so that pages without real cameras do not carry them.
export { default as CamerasGallery } from './CamerasGallery.svelte';
export { default as CamerasPanel } from './CamerasPanel.svelte';
export type {
	CameraRoleView,
	CamerasActions,
	CamerasTrouble,
	CamerasView,
	CameraTrouble
} from './cameras-view';
