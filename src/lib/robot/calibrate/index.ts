// Calibration of an arm by hand.

export { createCalibration, type CalibrationOptions, type CalibrationRun } from './create-calibration';
export type { CalibrateJointView, CalibrateView } from './calibrate-view';
