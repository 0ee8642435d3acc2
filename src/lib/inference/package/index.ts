// Policy packages before anything runs: reading them without trusting them, examining their graphs, keeping them per seat.
// A door of its own, so that a page that only lists packages loads no runtime.

export { examineOnnx, type OnnxFacts, type OnnxValue } from './onnx/examine';
export { readPackage } from './read-package';
export type {
	PackageProblem,
	PackageProblemCode,
	PolicyPackage,
	PolicyReference,
	PolicyStore,
	StoreFull
} from './types';
