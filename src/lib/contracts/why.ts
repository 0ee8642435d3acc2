// What came of looking at an episode with a policy, offline: how far the policy's answers are from what was recorded, and what
// may explain it. Plain data: kept with the run, shown by the pages. Every number in it was measured on that episode; where the
// data do not carry a statement, it says so instead. Knows no words and no thresholds (inference/why has them).

export const WHY_VERSION = 1;

/** Told by the rows alone: gripper and motion as they were measured. */
export const WHY_PHASES = [
	/** Nothing moves. */
	'still',
	/** The arm moves; the gripper is more open than shut, more shut than open. */
	'moves_open',
	'moves_shut',
	'shuts',
	'opens',
	/** The arm moves in an episode in which the gripper hardly does. */
	'moves',
	/** A person had taken over from the policy. */
	'by_hand'
] as const;
export type WhyPhase = (typeof WHY_PHASES)[number];

/** One stretch of the episode. */
export interface WhySpan {
	readonly phase: WhyPhase;
	/** s since the first row. */
	readonly fromS: number;
	readonly untilS: number;
}

export interface WhyErrors {
	readonly phase: WhyPhase;
	/** Predicted actions that were compared. */
	readonly count: number;
	/** Per joint the mean distance between predicted and recorded action, dataset units; null where nothing was compared. */
	readonly mean: readonly (number | null)[];
}

/** Predicted and recorded side by side, one entry per tick of the policy. */
export interface WhySeries {
	/** s since the first row. */
	readonly timesS: readonly number[];
	/** Per joint, dataset units; NaN where the policy was not asked. */
	readonly predicted: readonly (readonly number[])[];
	readonly recorded: readonly (readonly number[])[];
}

export const WHY_KINDS = ['start_unseen', 'camera_moved', 'gripper_late'] as const;
export type WhyKind = (typeof WHY_KINDS)[number];

export type WhyPictureRole =
	/** As the training saw it. */
	| 'training'
	/** As the camera shows it in the episode. */
	| 'now'
	/** Both in one: training red, now blue-green. */
	| 'overlay'
	/** When the gripper was expected to shut, and when it did. */
	| 'expected'
	| 'happened';

export interface WhyPicture {
	readonly role: WhyPictureRole;
	readonly camera: string;
	/** s since the first row; null for a picture of the training. */
	readonly atS: number | null;
	readonly png: Uint8Array;
}

export interface WhyJointBeyond {
	/** LeRobot's name. */
	readonly joint: string;
	readonly unit: 'degrees' | 'percent';
	readonly value: number;
	/** Least and most of the training. */
	readonly low: number;
	readonly high: number;
}

interface Shown {
	readonly pictures: readonly WhyPicture[];
}

export type WhyFinding =
	| (Shown & {
			readonly kind: 'start_unseen';
			/** Joints outside of all that the training saw; may be empty when only the combination is new. */
			readonly beyond: readonly WhyJointBeyond[];
			/** Largest joint distance to the nearest known start, and what counts as near; null where no starts are known. */
			readonly nearest: { readonly distance: number; readonly limit: number } | null;
	  })
	| (Shown & {
			readonly kind: 'camera_moved';
			readonly camera: string;
			/** Of the picture's width, and what is let pass; null: another view, no slide makes the two agree. */
			readonly share: number | null;
			readonly limitShare: number;
			/** Mean disagreement at edges as they lie, levels of 255. */
			readonly apartLevels: number;
	  })
	| (Shown & {
			readonly kind: 'gripper_late';
			/** `arm`: the arm shut later than the policy wanted. `policy`: it would have shut later than the person did. */
			readonly who: 'arm' | 'policy';
			readonly lagS: number;
			readonly limitS: number;
			/** s since the first row. */
			readonly expectedS: number;
			readonly happenedS: number;
	  });

export const WHY_UNJUDGED = [
	/** The package does not say which poses the training saw. */
	'ranges_unknown',
	/** The package holds no picture of what stands still. */
	'no_background',
	/** The episode has no picture of this camera. */
	'no_pictures',
	/** Nothing in the view stands still: a camera on the arm, or a shaking one. */
	'moves_along',
	/** What stands still has no edge to hold on to, or the arm hides it. */
	'no_edges',
	/** The gripper never shut in this episode. */
	'never_shut',
	/** The policy never wanted it shut. */
	'never_wanted',
	/** It was driven slower than it wanted: lags say nothing. */
	'slow_run',
	/** A person drove when the gripper shut. */
	'shut_by_hand'
] as const;
export type WhyUnjudgedReason = (typeof WHY_UNJUDGED)[number];

export interface WhyUnjudged {
	readonly kind: WhyKind;
	readonly reason: WhyUnjudgedReason;
	/** The camera spoken of; null where none is. */
	readonly camera: string | null;
}

export interface WhyAnalysis {
	readonly schemaVersion: typeof WHY_VERSION;
	readonly policyId: string;
	readonly episodeId: string;
	/** Null for a demonstration. */
	readonly runId: string | null;
	readonly madeAtEpochMs: number;
	readonly joints: readonly { readonly name: string; readonly unit: 'degrees' | 'percent' }[];
	/** Answers of the policy that were compared. */
	readonly answers: number;
	/** `whole`: every action of an answer. `first`: only the next one, because the arm was driven slower than it wanted. */
	readonly compared: 'whole' | 'first';
	readonly spans: readonly WhySpan[];
	readonly errors: readonly WhyErrors[];
	readonly series: WhySeries;
	readonly findings: readonly WhyFinding[];
	readonly unjudged: readonly WhyUnjudged[];
	/** Looked at and within the limits. */
	readonly fine: readonly { readonly kind: WhyKind; readonly camera: string | null }[];
}
