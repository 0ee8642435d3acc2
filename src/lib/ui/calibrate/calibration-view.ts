// What the calibration panel is given and what it can ask for. Knows no servo, no registers and no words.

export const CALIBRATION_STEPS = [
	'intro',
	/** The person holds every joint in the middle of its travel. */
	'middle',
	/** The person moves every joint through its whole travel. */
	'sweep',
	'checking',
	'writing',
	'done',
	'problem'
] as const;
export type CalibrationStep = (typeof CALIBRATION_STEPS)[number];

/** One joint while it is being swept. Ticks as the servo reports them, 0..4095. */
export interface CalibrationJoint {
	/** LeRobot's name. */
	readonly name: string;
	/** Null = not read. */
	readonly ticks: number | null;
	readonly min: number | null;
	readonly max: number | null;
	/** The sweep of this joint is long enough. */
	readonly enough: boolean;
	/** The counter ran over its end inside the travel. */
	readonly wrapped: boolean;
}

export interface CalibrationProblem {
	readonly code: string;
	/** LeRobot names; empty when it is not about joints. */
	readonly joints: readonly string[];
}

/** Where LeRobot looks for the arm's file. */
export interface CalibrationFilePlace {
	/** Without its ending it is the arm's id for LeRobot. */
	readonly fileName: string;
	/** Below LeRobot's calibration folder: of 0.5 and newer, and of older releases. */
	readonly folder: string;
	readonly olderFolder: string;
}

export interface CalibrationView {
	readonly step: CalibrationStep;
	readonly joints: readonly CalibrationJoint[];
	/** Set when `step` is 'problem'. */
	readonly problem: CalibrationProblem | null;
	/** Said beside the download; absent where nobody asked for a file. */
	readonly file?: CalibrationFilePlace;
}

export interface CalibrationActions {
	readonly begin: () => void;
	readonly middleIsSet: () => void;
	readonly finishSweep: () => void;
	readonly again: () => void;
	readonly importFile: (file: File) => void;
	readonly exportFile: () => void;
	readonly close: () => void;
}
