// The set-up as a table: what happens in which step, where that leads, what has to be done for it. Pure. What is not in
// the table changes nothing.

import type { RobotSpec } from '$lib/contracts';
import type { PortScan } from '../find/find-servos';
import { voltageLevel } from '../find/servo-sheet';
import type {
	FoundMotor,
	SetupEffect,
	SetupEvent,
	SetupProblem,
	SetupProblemCode,
	SetupState
} from './setup-state';

export interface SetupMove {
	readonly state: SetupState;
	readonly effect: SetupEffect | null;
}

/** Problems a person may know better about than we do. */
const CAN_BE_ACCEPTED: readonly SetupProblemCode[] = ['same_motor', 'mixed_voltage', 'voltage'];

/** @param joints which to set up; default: all, in LeRobot's order, the gripper first */
export function setupStart(spec: RobotSpec, joints?: readonly string[]): SetupState {
	return {
		step: 'intro',
		order: spec.joints
			.map(({ name }) => name)
			.filter((name) => joints?.includes(name) ?? true)
			.reverse(),
		joint: null,
		done: [],
		doneMaxVolts: null,
		found: null,
		problem: null,
		thorough: false,
		accepted: false
	};
}

export function setupNext(state: SetupState, event: SetupEvent, spec: RobotSpec): SetupMove {
	const stay: SetupMove = { state, effect: null };
	if (state.step === 'closed') return stay;
	switch (event.type) {
		case 'close':
			return { state: { ...state, step: 'closed' }, effect: { do: 'stop' } };
		case 'begin':
			return state.step === 'intro' ? nextMotor(state) : stay;
		case 'motor_is_connected':
			return state.step === 'connect_motor' ? search(state) : stay;
		case 'searched':
			return state.step === 'searching' ? searched(state, event.scan, spec) : stay;
		case 'written':
			return state.step === 'writing' ? written(state, event.problem) : stay;
		case 'next':
			return state.step === 'motor_done' ? nextMotor(state) : stay;
		case 'retry':
			return state.step === 'problem' ? retry(state) : stay;
		case 'use_anyway':
			return canBeAccepted(state) ? search({ ...state, accepted: true }) : stay;
	}
}

/** Whether the person may go on in spite of the problem. */
export function canBeAccepted({ step, problem }: SetupState): boolean {
	if (step !== 'problem' || problem === null) return false;
	// Too much voltage burns a motor; that is nobody's to decide.
	return CAN_BE_ACCEPTED.includes(problem.code) && problem.details['level'] !== 'high';
}

function nextMotor(state: SetupState): SetupMove {
	const joint = state.order.find((name) => !state.done.includes(name)) ?? null;
	const step = joint === null ? 'all_done' : 'connect_motor';
	const fresh = { found: null, problem: null, thorough: false, accepted: false };
	return { state: { ...state, ...fresh, step, joint }, effect: null };
}

/** Whatever was wrong, the plugs come first: the person says again that the motor is connected. */
function retry(state: SetupState): SetupMove {
	const thorough = state.problem?.code === 'no_motor';
	const cleared = { found: null, problem: null, accepted: false, thorough };
	return { state: { ...state, ...cleared, step: 'connect_motor' }, effect: null };
}

function search(state: SetupState): SetupMove {
	const { joint, thorough } = state;
	if (joint === null) return { state, effect: null };
	return {
		state: { ...state, step: 'searching', found: null, problem: null },
		effect: { do: 'search', thorough, joint }
	};
}

function searched(state: SetupState, scan: PortScan, spec: RobotSpec): SetupMove {
	const { joint } = state;
	if (joint === null) return { state, effect: null };
	const [motor] = scan.sheets;
	const found = scan.sheets.length === 1 && motor !== undefined ? motor : null;
	const problem = problemOf(state, scan, found, spec);
	if (problem !== null || found === null)
		return {
			state: { ...state, step: 'problem', found, problem: problem ?? { code: 'no_motor', details: {} } },
			effect: null
		};
	return { state: { ...state, step: 'writing', found }, effect: { do: 'write', motor: found, joint } };
}

function problemOf(
	state: SetupState,
	scan: PortScan,
	found: FoundMotor | null,
	spec: RobotSpec
): SetupProblem | null {
	if (scan.failure !== null) return { code: 'port_lost', details: { code: scan.failure } };
	if (scan.colliding.length > 0 || scan.sheets.length > 1) return several(scan, spec);
	if (found === null) return { code: 'no_motor', details: {} };
	if (found.modelNumber !== spec.modelNumber)
		return { code: 'wrong_model', details: { model: found.modelNumber } };
	const level = voltageLevel(found);
	const { maxVolts, minVolts } = found;
	if (level === 'high' || (level === 'low' && !state.accepted))
		return {
			code: 'voltage',
			details: { level, minVolts, maxVolts, ...(found.now === null ? {} : { volts: found.now.volts }) }
		};
	if (state.accepted) return null;
	if (state.doneMaxVolts !== null && state.doneMaxVolts !== maxVolts)
		return { code: 'mixed_voltage', details: { maxVolts, otherVolts: state.doneMaxVolts } };
	const same = doneJointWith(state, found, spec);
	return same === null ? null : { code: 'same_motor', details: { joint: same } };
}

function several(scan: PortScan, spec: RobotSpec): SetupProblem {
	const ids = [...scan.sheets, ...scan.colliding].map(({ id }) => id).sort((a, b) => a - b);
	const joints = spec.joints.filter(({ servoId }) => ids.includes(servoId)).map(({ name }) => name);
	return {
		code: 'several_motors',
		details: { ids: [...new Set(ids)].join(', '), joints: joints.join(', '), shared: scan.colliding.length }
	};
}

/** The joint that got this motor's number before; null when nobody did. */
function doneJointWith(state: SetupState, { id, baudRate }: FoundMotor, spec: RobotSpec): string | null {
	const holder = spec.joints.find(({ servoId }) => servoId === id)?.name;
	if (holder === undefined || holder === state.joint || baudRate !== spec.baudRate) return null;
	return state.done.includes(holder) ? holder : null;
}

function written(state: SetupState, problem: SetupProblem | null): SetupMove {
	if (problem !== null || state.joint === null)
		return { state: { ...state, step: 'problem', problem }, effect: null };
	return {
		state: {
			...state,
			step: 'motor_done',
			done: [...state.done, state.joint],
			doneMaxVolts: state.found?.maxVolts ?? state.doneMaxVolts
		},
		effect: null
	};
}
