// Entry of the calibration panel, kept apart from `$lib/ui` so that pages without a real arm do not carry it.
export { default as CalibrationPanel } from './CalibrationPanel.svelte';
export { CALIBRATION_STEPS } from './calibration-view';
export type { CalibrationActions, CalibrationJoint, CalibrationView } from './calibration-view';
