// What the check before torque says: one line per thing in which a policy and a lab can differ. Knows no words; ui says
// them by `reason`, inference finds them.

/** `refuse`: would be unsafe or cannot work. `warn`: a person should know. `same`: looked at and alike. */
export type PolicyVerdict = 'refuse' | 'warn' | 'same';

/** Why a line is not `same`. Each has words in both languages. */
export const POLICY_CHECK_REASONS = [
	/** The policy does not run in a browser (`weights`, `remote`). */
	'kind_other',
	/** Made for another robot. */
	'robot_other',
	/** A near relative: the same joints, other gears. */
	'robot_related',
	'joints_other',
	/** The same joints in another order: every number would go to the wrong one. */
	'joints_order',
	'joints_unit',
	/** The policy looks through a camera that is not here. */
	'camera_missing',
	/** It is here and shows nothing. */
	'camera_dark',
	/** Its picture has fewer pixels than the policy wants. */
	'camera_small',
	/** Its picture has another shape than the training picture: everything in it is squeezed. */
	'camera_shape',
	/** Its picture has turned against the training: wider than high became higher than wide. */
	'camera_upright',
	/** Fewer pictures a second than the policy was trained on. */
	'camera_slow',
	/** The arm is asked less often than the policy answers. */
	'lab_slow',
	/** Trained on arms that were calibrated differently. */
	'calibration_other',
	/** One side's calibration is not known. */
	'calibration_unknown',
	/** Learned in simulation, and this arm is real. */
	'simulated_for_real',
	/** Learned on a real arm, and this one is simulated. */
	'real_for_simulated',
	/** The arm stands where no demonstration ever was. */
	'start_pose_new'
] as const;
export type PolicyCheckReason = (typeof POLICY_CHECK_REASONS)[number];

export const POLICY_ASPECTS = [
	'kind',
	'robot',
	'joints',
	'units',
	'camera',
	'fps',
	'calibration',
	'world',
	'start_pose'
] as const;
export type PolicyAspect = (typeof POLICY_ASPECTS)[number];

export interface PolicyComparison {
	readonly aspect: PolicyAspect;
	readonly verdict: PolicyVerdict;
	/** Null when `same`. */
	readonly reason: PolicyCheckReason | null;
	/** The camera spoken of; null where none is. */
	readonly camera: string | null;
	/** The joints spoken of, LeRobot names. */
	readonly joints: readonly string[];
	/** Both sides as they are written: names, `320 × 240`, `30`. Empty: nothing known. */
	readonly policy: string;
	readonly lab: string;
}
