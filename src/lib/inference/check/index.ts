// Side door of the inference room: the check before torque, without package, runtime or player.
export {
	comparePolicyWithLab,
	policyVerdict,
	type LabCameraFacts,
	type LabFacts
} from './compare-policy-with-lab';
