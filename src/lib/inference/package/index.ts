// Policy packages before anything runs: reading them without trusting them, examining their graphs, keeping them per seat.
// A door of its own, so that a page that only lists packages loads no runtime.

export { assemblePackage, packageFiles, type PackageEntry } from './assemble';
export { examineOnnx, type OnnxFacts, type OnnxValue } from './onnx/examine';
export { readHere } from './read-here';
export { readPackage } from './read-package';
export { openPolicyStore, type PolicyStoreOptions } from './store/policy-store';
export type {
	PackageProblem,
	PackageProblemCode,
	PackageReader,
	PolicyEngine,
	PolicyPackage,
	PolicyReference,
	PolicyStore,
	ReadCopy,
	StoreFull
} from './types';
