// The robot room: servos from bytes to joints, the arm's session, the control loop and its gate.

export { createBusCommands, type BusCommands } from './bus/bus-commands';
export { createExchange, type Exchange } from './bus/exchange';
export type { BusError, BusErrorCode } from './bus/bus-error';
export type { BusCounters, ServoBusOptions } from './bus/bus-options';
export type { ServoBus } from './bus/servo-bus';
export * from './calibration';
export { ControlLoop, type ControlLoopOptions, type LoopInputs } from './control-loop';
export { createFeetechBus, STATUS_ERROR, STS3215_DRIVER } from './feetech';
export * from './find';
export {
	createServoReadings,
	type ServoDriver,
	type ServoIdentity,
	type ServoLimits,
	type ServoReadings
} from './servo-driver';
export * from './inventory';
export * from './setup';
export { createUnitConverter, ticksToUnit, unitToTicks, type UnitConverter } from './so101/units';
export type { Gate, GateInput, GateOutput } from './safety/gate-types';
export {
	createArmSession,
	type ArmError,
	type ArmErrorCode,
	type ArmFacts,
	type ArmHold,
	type ArmSession
} from './arm-session';
export { createMemoryPipe, type FarEnd } from './transport/memory-transport';
export {
	createPortTransport,
	type PortLike,
	type PortTransport,
	type PortTransportOptions
} from './transport/port-transport';
export { createWebSerialTransport, type WebSerialTransport } from './transport/web-serial-transport';
export {
	createReplayTransport,
	type ReplayDifference,
	type ReplayTransport
} from './transport/replay-transport';
export {
	createTraceRing,
	tapTransport,
	type Trace,
	type TraceEntry,
	type TraceRing
} from './transport/trace';
export {
	decodeTrace,
	encodeTrace,
	type TraceFileError,
	type TraceFileErrorCode
} from './transport/trace-file';
