// Side door of the inference room: the check before torque, without package, runtime or player.
export {
	comparePolicyWithLab,
	jointsBeyondTraining,
	policyVerdict,
	type LabFacts
} from './compare-policy-with-lab';
