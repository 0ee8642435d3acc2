// The virtual servo chain.

export { serveChainPort, type ChainPortServer } from './chain-port';
export { createChainTransport, type ChainTransport } from './chain-transport';
export { FaultDice, type FaultRates } from './faults';
export { ServoChain, VirtualServo, type ServoChainOptions, type VirtualServoOptions } from './servo-chain';
export {
	createSo101Chain,
	PRESETS_12_V,
	PRESETS_OUT_OF_THE_BOX,
	VIRTUAL_SO101_CALIBRATION,
	type So101ChainOptions
} from './so101-chain';
export { Wire, type Chatter, type WireOptions } from './wire';
