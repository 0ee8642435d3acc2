// The virtual servo chain.

export { serveChainPort, type ChainPortServer } from './chain-port';
export { createChainTransport, type ChainTransport } from './chain-transport';
export { FaultDice, type FaultRates } from './faults';
export { ServoChain, VirtualServo, type ServoChainOptions, type VirtualServoOptions } from './servo-chain';
export { createSo101Chain, VIRTUAL_SO101_CALIBRATION, type So101ChainOptions } from './so101-chain';
export { Wire, type WireOptions } from './wire';
