// Giving the motors of a new arm their numbers.

export { createMotorSetup, type MotorSetupOptions, type MotorSetupRun } from './create-motor-setup';
export type { MotorSetupView } from './setup-state';
