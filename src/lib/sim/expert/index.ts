// The scripted expert: a door of its own, because only demonstrations, evaluation and tests need it.

export { createDartNoise, type DartNoise, type DartOptions } from './dart-noise';
export {
	PickPlaceExpert,
	type ExpertDecision,
	type ExpertObservation,
	type ExpertOptions
} from './pick-place-expert';
export type { PickPlacePhase, PickPlacePlan } from './pick-place-plan';
