// What follows on what while an arm is calibrated: LeRobot's procedure (`SOFollower.calibrate`) as a table. Nothing is
// written to the servos before the last step; until then the arm keeps the calibration it had. Pure: the same state and
// event always give the same next state and effects; an event that a step does not know changes nothing.

import { SO101, type RobotSpec } from '$lib/contracts';
import type { CalibrateEvent, CalibrateNext, CalibrateState, CalibrateStep, Retry } from './calibrate-state';
import { followSweep, startSweep } from './joint-sweep';
import { calibrationOfSweeps, judgeSweeps } from './judge-sweep';

type EventOf<T> = Extract<CalibrateEvent, { readonly type: T }>;
type Row = {
	readonly [T in CalibrateEvent['type']]?: (
		state: CalibrateState,
		event: EventOf<T>,
		spec: RobotSpec
	) => CalibrateNext;
};

const stay = (state: CalibrateState): CalibrateNext => ({ state, effects: [] });

function problem(
	state: CalibrateState,
	code: string,
	joints: readonly string[],
	retry: Retry
): CalibrateNext {
	return {
		state: { ...state, step: 'problem', problem: { code, joints }, retry, middleAsked: false },
		effects: [{ type: 'rest' }]
	};
}

function begin(state: CalibrateState): CalibrateNext {
	const fresh = { ...state, problem: null, sweeps: [], middleAsked: false, retry: 'begin' } as const;
	return { state: { ...fresh, step: 'freeing' }, effects: [{ type: 'free' }] };
}

function judgeFile(state: CalibrateState, { text }: EventOf<'import'>): CalibrateNext {
	return {
		state: { ...state, step: 'checking', problem: null, retry: state.retry === 'intro' ? 'intro' : 'begin' },
		effects: [{ type: 'rest' }, { type: 'judgeFile', text }]
	};
}

function missed(state: CalibrateState): CalibrateNext {
	return stay({ ...state, raw: state.raw.map(() => null) });
}

/** Any failure ends a step; `again` leads back to `retry`. */
const failed =
	(retry: Retry) =>
	(state: CalibrateState, event: EventOf<'failed'>): CalibrateNext =>
		problem(state, event.problem.code, event.problem.joints, retry);

const TABLE: Record<CalibrateStep, Row> = {
	intro: { begin, import: judgeFile },

	freeing: {
		freed: (state, { held }) => ({
			state: { ...state, step: 'middle', held },
			effects: [{ type: 'watch' }]
		}),
		failed: failed('begin')
	},

	middle: {
		middleIsSet: (state) => stay({ ...state, middleAsked: true }),
		reading: (state, { raw, atMs }) =>
			stay(
				state.middleAsked
					? {
							...state,
							step: 'sweep',
							raw,
							middleAsked: false,
							sweeps: raw.map((at) => startSweep(at, atMs))
						}
					: { ...state, raw }
			),
		missed,
		import: judgeFile,
		failed: failed('begin')
	},

	sweep: {
		reading: (state, { raw, atMs }) =>
			stay({
				...state,
				raw,
				sweeps: state.sweeps.map((sweep, j) => followSweep(sweep, raw[j] ?? sweep.raw, atMs))
			}),
		missed,
		finishSweep: (state, _event, spec) => {
			const verdicts = judgeSweeps(spec, state.sweeps);
			if (verdicts.too_far.length > 0) return problem(state, 'swept_too_far', verdicts.too_far, 'begin');
			if (verdicts.too_little.length > 0)
				return problem(state, 'swept_too_little', verdicts.too_little, 'sweep');
			const wanted = calibrationOfSweeps(spec, state.sweeps);
			if (state.held === null) return begin(state);
			return {
				state: { ...state, step: 'checking', wanted, retry: 'sweep' },
				effects: [{ type: 'rest' }, { type: 'check', wanted, held: state.held }]
			};
		},
		import: judgeFile,
		failed: failed('sweep')
	},

	checking: {
		checked: (state, { wanted, held }) => ({
			state: { ...state, step: 'writing', wanted, held },
			effects: [{ type: 'write', wanted, held }]
		}),
		failed: (state, event) =>
			problem(
				state,
				event.problem.code,
				event.problem.joints,
				event.problem.code === 'changed_meanwhile' ? 'begin' : state.retry
			)
	},

	writing: {
		written: (state) => stay({ ...state, step: 'done' }),
		// An arm under torque is refused every time: it is let go of first, by a person who holds it.
		failed: (state, event) => failed(event.problem.code === 'arm_energised' ? 'intro' : 'write')(state, event)
	},

	done: { begin, import: judgeFile },

	problem: {
		again: (state) => {
			const { retry, wanted, held } = state;
			const clear = { ...state, problem: null };
			if (retry === 'intro') return stay({ ...clear, step: 'intro' });
			if (retry === 'sweep' && state.sweeps.length > 0)
				return { state: { ...clear, step: 'sweep' }, effects: [{ type: 'watch' }] };
			if (retry === 'write' && wanted !== null && held !== null)
				return { state: { ...clear, step: 'writing' }, effects: [{ type: 'write', wanted, held }] };
			return begin(state);
		},
		import: judgeFile
	}
};

export function calibrateNext(
	state: CalibrateState,
	event: CalibrateEvent,
	spec: RobotSpec = SO101
): CalibrateNext {
	const row = TABLE[state.step];
	// One lookup for all event types: the table's key and the event's type are the same by construction.
	const rule = row[event.type] as
		((state: CalibrateState, event: CalibrateEvent, spec: RobotSpec) => CalibrateNext) | undefined;
	return rule === undefined ? stay(state) : rule(state, event, spec);
}
