// Policy packages before anything runs: reading them without trusting them, examining their graphs, keeping them per seat.
// A door of its own, so that a page that only lists packages loads no runtime.

export type { OnnxFacts, OnnxValue } from './onnx/examine';
export type {
	PackageProblem,
	PackageProblemCode,
	PolicyPackage,
	PolicyReference,
	PolicyStore,
	StoreFull
} from './types';
