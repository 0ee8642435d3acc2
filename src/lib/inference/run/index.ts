// Running a policy: what it runs on, in which thread, and whether its answers are those it was exported with. Loads ONNX
// Runtime only when a runtime is opened. For workers: what a page needs of it is in the room's index.

export {
	REFERENCE_TOLERANCE,
	checkReference,
	type Reference,
	type ReferenceProblem
} from './check-reference';
export {
	backendCandidates,
	chooseBackend,
	type BackendCandidate,
	type BackendChoice,
	type ChoiceReason,
	type DeviceFacts,
	type MeasuredCandidate,
	type RememberedChoice
} from './choose-backend';
export { roomFor, type DeviceRoom } from './device-room';
export type { EngineLine } from './engine-protocol';
export { serveEngine } from './engine-server';
export { openFarRuntime, type FarRuntime } from './far-runtime';
export { emptyObservation } from './model-values';
export type { LoadOrt, LocalBackend } from './ort-module';
export { openOrtRuntime, type OpenFailureCode, type OpenOptions, type OrtRuntime } from './ort-runtime';
export { createScriptedRuntime, holdStill, type PolicyScript } from './scripted-runtime';
export {
	loadPolicy,
	runLimitMs,
	type Loaded,
	type LoadPlan,
	type LoadProblem,
	type LoadProgress
} from './load-policy';
export { createPictures, fillImages, type Pictures } from './pictures';
export { createWantDesk, type Answer, type DeskPolicy, type WantDesk } from './want-desk';
