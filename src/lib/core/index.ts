export * from './crc32';
export * from './errors';
export * from './events';
export * from './random';
export * from './result';
export * from './scheduler';
export * from './units';
