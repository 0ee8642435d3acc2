// The calibration as the page sees it: one row per joint, live. The shape is the screen's (`ui/calibrate`), which this room
// may not import; the lab passes it on.

import type { RobotSpec } from '$lib/contracts';
import { isFullTurnJoint } from '../calibration';
import type { CalibrateProblem, CalibrateState } from './calibrate-state';
import { judgeJoint } from './judge-sweep';
import { sweepResult } from './joint-sweep';

export interface CalibrateJointView {
	readonly name: string;
	/** Position, steps; null = not read. */
	readonly ticks: number | null;
	readonly min: number | null;
	readonly max: number | null;
	readonly enough: boolean;
	/** The count ran over inside the travel; already mended. */
	readonly wrapped: boolean;
}

export interface CalibrateView {
	readonly step: 'intro' | 'middle' | 'sweep' | 'checking' | 'writing' | 'done' | 'problem';
	readonly joints: readonly CalibrateJointView[];
	readonly problem: CalibrateProblem | null;
}

export function viewOf(state: CalibrateState, spec: RobotSpec): CalibrateView {
	return {
		step: state.step === 'freeing' ? 'intro' : state.step,
		joints: spec.joints.map((joint, j): CalibrateJointView => {
			const sweep = state.sweeps[j];
			const read = state.raw[j] ?? null;
			if (sweep === undefined)
				return { name: joint.name, ticks: read, min: null, max: null, enough: false, wrapped: false };
			if (isFullTurnJoint(joint)) {
				const { ticks } = sweepResult({ ...sweep, min: sweep.start, max: sweep.start });
				const max = spec.ticksPerTurn - 1;
				return {
					name: joint.name,
					ticks: read === null ? null : ticks & max,
					min: 0,
					max,
					enough: true,
					wrapped: false
				};
			}
			const { ticks, min, max, wrapped } = sweepResult(sweep);
			return {
				name: joint.name,
				ticks: read === null ? null : ticks,
				min,
				max,
				enough: judgeJoint(joint, min, max, spec.ticksPerTurn) === 'enough',
				wrapped
			};
		}),
		problem: state.step === 'problem' ? state.problem : null
	};
}
