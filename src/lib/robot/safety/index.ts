export * from './ahead-budget';
export * from './arbiter';
export * from './arm-watch';
export * from './arming';
export * from './gate';
export * from './gate-limits';
export type * from './gate-types';
export { HEALTH } from './health';
export * from './park';
