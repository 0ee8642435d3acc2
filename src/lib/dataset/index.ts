// The dataset room: sealed episodes out as a LeRobotDataset v3.0. Enters core and contracts; is entered by hub and lab.

export { DATASET_ERROR_CODES, type DatasetError, type DatasetErrorCode } from './errors';
export { MemorySink } from './sinks/memory-sink';
export { writeDataset, type WriteDatasetOptions } from './write-dataset';
export type { TreeReader } from './tree-reader';
