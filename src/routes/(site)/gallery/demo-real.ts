// Scripted views of a real arm's procedures, one per state, for looking at and for the accessibility test.
import {
	BROWSER_FAMILIES,
	CALIBRATION_PROBLEMS,
	CONNECT_CAUSES,
	SO101,
	type ConnectCause,
	type ConnectProblem
} from '$lib/contracts';
import type { CalibrationActions, CalibrationJoint, CalibrationView } from '$lib/ui/calibrate';
import { CONNECT_STEPS, type ConnectActions, type ConnectView } from '$lib/ui/connect';
import { SETUP_ORDER, SETUP_PROBLEMS, type SetupActions, type SetupView } from '$lib/ui/setup';

const nothing = (): void => undefined;

export const connectActions: ConnectActions = {
	choose: nothing,
	tryAgain: nothing,
	startOver: nothing,
	useVirtual: nothing,
	openSetup: nothing,
	openCalibration: nothing,
	takeOver: nothing,
	pairByHand: nothing,
	swapArms: nothing,
	openArms: nothing,
	close: nothing
};

const connect: ConnectView = {
	role: 'follower',
	step: 'start',
	problem: null,
	failures: 0,
	knownPorts: 0,
	armName: null
};

const joints: Readonly<Partial<Record<ConnectCause, readonly string[]>>> = {
	servo_missing: ['elbow_flex', 'wrist_flex'],
	firmware_mismatch: ['wrist_roll'],
	wrong_model: ['shoulder_lift'],
	overheat: ['shoulder_lift'],
	overload: ['gripper']
};
const details: Readonly<Partial<Record<ConnectCause, ConnectProblem['details']>>> = {
	no_power: { echo: 0 },
	voltage: { volts: 4.1, level: 'low' },
	other_tab: { tab: 2 },
	not_set_up: { ids: '1, 7', rates: '115200' },
	overheat: { degrees: 71 }
};

/** A leader beside a follower it does not go with. */
const pairs: readonly (readonly [id: string, problem: ConnectProblem])[] = [
	['foreign_arm-leader', { cause: 'foreign_arm', joints: [], details: {} }],
	['swapped-known', { cause: 'swapped', joints: [], details: { expected: 'leader', found: 'follower' } }]
];

/** The same cause and arm once more, found by the hand: on a page of its own, as it is in the lab. */
export const swappedByHand: ConnectView = {
	...connect,
	role: 'leader',
	step: 'problem',
	problem: { cause: 'swapped', joints: [], details: { moved: 'follower' } },
	failures: 1
};

/** Every step, every cause (every second one after a second failure), every browser without the API. */
export function connectViews(): { id: string; view: ConnectView }[] {
	const steps = CONNECT_STEPS.filter((step) => step !== 'problem').map((step) => ({
		id: step,
		view: { ...connect, step, armName: step === 'ready' ? 'Marlin' : null }
	}));
	const failed = (problem: ConnectProblem, failures: number): ConnectView => ({
		...connect,
		step: 'problem',
		problem,
		failures
	});
	const causes = CONNECT_CAUSES.map((cause, index) => ({
		id: cause,
		view: failed({ cause, joints: joints[cause] ?? [], details: details[cause] ?? {} }, 1 + (index % 2))
	}));
	const browsers = BROWSER_FAMILIES.filter((browser) => browser !== 'other').map((browser) => ({
		id: `no_serial_api-${browser}`,
		view: failed({ cause: 'no_serial_api', joints: [], details: { browser } }, 1)
	}));
	return [
		...steps,
		{ id: 'start-leader', view: { ...connect, role: 'leader', knownPorts: 1 } },
		...pairs.map(([id, problem]) => ({ id, view: { ...failed(problem, 1), role: 'leader' as const } })),
		...causes,
		...browsers
	];
}

export const calibrationActions: CalibrationActions = {
	begin: nothing,
	middleIsSet: nothing,
	finishSweep: nothing,
	again: nothing,
	importFile: nothing,
	exportFile: nothing,
	close: nothing
};

/** `swept` joints are done, the next one is half way. */
function sweep(swept: number): CalibrationJoint[] {
	return SO101.joints.map(({ name }, index) => {
		if (index > swept) return { name, ticks: 2048, min: 2048, max: 2048, enough: false, wrapped: false };
		const enough = index < swept;
		const wrapped = index === 1;
		return {
			name,
			ticks: enough ? 2100 + index * 40 : 2700,
			min: wrapped ? 3300 : enough ? 760 + index * 60 : 1980,
			max: wrapped ? 1450 : enough ? 3380 - index * 50 : 2710,
			enough,
			wrapped
		};
	});
}

export function calibrationViews(): { id: string; view: CalibrationView }[] {
	const plain = { joints: [], problem: null };
	// One code for each of the different words.
	const problems = CALIBRATION_PROBLEMS.filter(
		(code) =>
			!['file_not_json', 'file_wrong_shape', 'file_missing_joint', 'file_other_robot'].includes(code) &&
			(code === 'file_limits_cross' || !/^file_(wrong_id|limits|offset|reversed|not_swept)/.test(code))
	);
	return [
		{ id: 'intro', view: { ...plain, step: 'intro' } },
		{ id: 'middle', view: { ...plain, step: 'middle' } },
		...[0, 1, 2, 3, 4, 5, 6].map((swept) => ({
			id: `sweep-${swept}`,
			view: { step: 'sweep' as const, joints: sweep(swept), problem: null }
		})),
		{ id: 'checking', view: { ...plain, step: 'checking' } },
		{ id: 'writing', view: { ...plain, step: 'writing' } },
		{
			id: 'done',
			view: {
				...plain,
				step: 'done',
				file: {
					fileName: 'Marlin.json',
					folder: 'robots/so_follower',
					olderFolder: 'robots/so101_follower'
				}
			}
		},
		...[...problems, 'unknown'].map((code) => ({
			id: code,
			view: {
				step: 'problem' as const,
				joints: [],
				problem: { code, joints: code === 'swept_too_little' ? ['elbow_flex', 'gripper'] : [] }
			}
		}))
	];
}

export const setupActions: SetupActions = {
	begin: nothing,
	motorIsConnected: nothing,
	next: nothing,
	retry: nothing,
	useAnyway: nothing,
	close: nothing
};

export function setupViews(): { id: string; view: SetupView }[] {
	const found = { id: 1, baudRate: 1_000_000, modelNumber: 777, firmware: '3.10', voltageV: 5.1 };
	const at = (index: number): Omit<SetupView, 'step'> => ({
		joint: SETUP_ORDER[index] ?? null,
		done: SETUP_ORDER.slice(0, index),
		found: null,
		problem: null,
		canUseAnyway: false
	});
	return [
		{ id: 'intro', view: { ...at(9), done: [], step: 'intro' } },
		...SETUP_ORDER.map((joint, index) => ({
			id: `connect-${joint}`,
			view: { ...at(index), step: 'connect_motor' as const }
		})),
		{ id: 'searching', view: { ...at(2), step: 'searching', progress: 0.42 } },
		{ id: 'writing', view: { ...at(2), found, step: 'writing' } },
		{ id: 'motor_done', view: { ...at(2), done: SETUP_ORDER.slice(0, 3), found, step: 'motor_done' } },
		{ id: 'all_done', view: { ...at(9), step: 'all_done' } },
		...[...SETUP_PROBLEMS, 'unknown'].map((code) => ({
			id: code,
			view: {
				...at(3),
				step: 'problem' as const,
				problem: { code, details: {} },
				canUseAnyway: code === 'same_motor' || code === 'mixed_voltage'
			}
		}))
	];
}
