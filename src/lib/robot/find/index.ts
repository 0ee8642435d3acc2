// Looking for servos and saying what is wrong with an arm.

export { diagnose, DIAGNOSE_BOUND_MS, type DiagnoseOptions } from './diagnose';
export { findServos, type FindOptions, type FindProgress, type PortScan } from './find-servos';
export { fingerprintOf } from './fingerprint';
