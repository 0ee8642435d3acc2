// The dataset room: sealed episodes out as a LeRobotDataset v3.0. Enters core and contracts; is entered by hub and lab.

export { DATASET_ERROR_CODES, type DatasetError, type DatasetErrorCode } from './errors';
export { directorySink, directoryTree, type DirectorySink } from './sinks/directory-sink';
export { MemorySink } from './sinks/memory-sink';
export {
	barsRung,
	BLOB_LIMIT_BYTES,
	neededBytes,
	nextRung,
	openRung,
	zipName,
	type ExportFacts,
	type OpenExport,
	type Rung,
	type RungDecision,
	type RungHandle
} from './sinks/sink-ladder';
export type { TreeReader } from './tree-reader';
export { checkTree, validateTree, type TreeProblem, type TreeReport } from './validate-tree';
export { writeDataset, type WriteDatasetOptions } from './write-dataset';
