// Calibration files: reading, writing, naming and comparing them.

export { compareCalibrations, type CalibrationComparison } from './compare';
export type { CalibrationFileCode, CalibrationFileError } from './file-error';
export { formatLerobotCalibration, lerobotFilePlace, type LerobotFilePlace } from './lerobot-file';
export { MAX_CALIBRATION_CHARS, parseCalibrationFile, type CalibrationFile } from './parse-calibration-file';
