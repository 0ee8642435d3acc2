// Scripted lab models for the gallery and for looking at every state without a robot. Invented values live here and
// nowhere else.

import { SO101 } from '$lib/contracts';
import type { DatasetView, EpisodeCounts, JointView, LabActions, LabViewModel } from '$lib/ui/lab';

export const DEMO_STATES = [
	'starting',
	'failed',
	'disarmed',
	'armed',
	'keys',
	'recording',
	'countdown',
	'review',
	'stopped',
	'lost',
	'full',
	'recover'
] as const;
export type DemoState = (typeof DEMO_STATES)[number];

const POSE = [-18, 34, -52, 41, 12, 62];

/** Joints of a slow, smooth dance at `timeS`; the goal runs 0.15 s ahead of the state. */
export function demoJoints(timeS: number): { state: number[]; goal: number[] } {
	const at = (t: number): number[] =>
		POSE.map((base, joint) => base + Math.sin(t * (0.5 + joint * 0.13) + joint) * (joint === 5 ? 28 : 16));
	return { state: at(timeS), goal: at(timeS + 0.15) };
}

function joints(timeS: number, commanded: boolean, alive = true): JointView[] {
	const { state, goal } = demoJoints(timeS);
	return SO101.joints.map((joint, index) => ({
		name: joint.name,
		unit: joint.unit,
		min: joint.min,
		max: joint.max,
		state: alive ? (state[index] ?? null) : null,
		goal: commanded ? (goal[index] ?? null) : null,
		limitedBy: commanded && index === 2 ? 2 : 0,
		loadPercent: alive ? ([6, 31, 24, 9, 3, 12][index] ?? null) : null,
		temperatureC: alive ? ([31, 41, 57, 33, 30, 32][index] ?? null) : null,
		voltageV: alive ? 7.4 - index * 0.03 : null,
		currentMa: alive ? ([40, 310, 220, 70, 20, 90][index] ?? null) : null
	}));
}

const COUNTS: EpisodeCounts = {
	frames: 412,
	seconds: 13.7,
	achievedFps: 29.9,
	targetFps: 30,
	failedTicks: 0,
	cameras: [
		{ name: 'top', dup: 2, skip: 1, encoderDrop: 0 },
		{ name: 'wrist', dup: 1, skip: 3, encoderDrop: 0 }
	]
};

const DATASETS: DatasetView[] = [
	{
		id: 'cube',
		name: 'Würfel in die Schale',
		bytes: 18_400_000,
		fps: 30,
		simulated: true,
		active: true,
		episodes: [0, 1, 2].map((index) => ({
			id: `cube-${index}`,
			index,
			task: 'Lege den Würfel in die Schale',
			frames: 380 + index * 21,
			seconds: 12.6 + index * 0.7,
			achievedFps: index === 1 ? null : 29.9,
			interrupted: index === 2,
			thumbnailUrl: null
		}))
	},
	{ id: 'new', name: 'Versuch 2', bytes: 0, fps: 30, simulated: false, active: false, episodes: [] }
];

const READY: LabViewModel = {
	phase: 'ready',
	startStep: 'cameras',
	arm: { kind: 'virtual', status: 'disarmed', holdReason: null, handover: false, canSwitchKind: true },
	joints: joints(0, false),
	rate: { hz: 199.6, targetHz: 200, failedTicks: 0, missedTicks: 0, retries: 3 },
	source: { active: 'sliders', available: ['sliders', 'keyboard', 'leader'], keyboardMode: 'cartesian' },
	cameras: [
		{ name: 'top', status: 'live', width: 320, height: 240, fps: 30 },
		{ name: 'wrist', status: 'live', width: 320, height: 240, fps: 30 }
	],
	recording: {
		now: { state: 'idle' },
		task: 'Lege den Würfel in die Schale',
		countdown: true,
		blocked: 'not_armed',
		keptEpisodes: 3,
		goalEpisodes: 10
	},
	datasets: DATASETS,
	download: null,
	storage: { usedBytes: 18_400_000, quotaBytes: 4e9, secondsLeft: 5200, persisted: true },
	nextStep: 'arm',
	problem: null,
	update: null,
	recoverable: [],
	undo: null,
	online: true,
	keyLabels: {
		forward: '↑',
		back: '↓',
		turn_left: '←',
		turn_right: '→',
		up: 'W',
		down: 'S',
		gripper_open: 'O',
		gripper_close: 'C',
		tilt_up: 'Q',
		tilt_down: 'A',
		roll_left: 'E',
		roll_right: 'D',
		stop: 'Esc'
	}
};

/** The model of one state at a moment of the dance. */
export function demoModel(state: DemoState, timeS: number): LabViewModel {
	const driving: LabViewModel = {
		...READY,
		arm: { ...READY.arm, status: 'armed', canSwitchKind: false },
		joints: joints(timeS, true),
		recording: { ...READY.recording, blocked: null },
		nextStep: 'record'
	};
	const recording = driving.recording;
	switch (state) {
		case 'starting':
			return { ...READY, phase: 'starting', startStep: 'arm' };
		case 'failed':
			return { ...READY, phase: 'failed', problem: { code: 'store_from_future', details: {} } };
		case 'disarmed':
			return READY;
		case 'armed':
			return driving;
		case 'keys':
			return { ...driving, source: { ...driving.source, active: 'keyboard' } };
		case 'countdown':
			return {
				...driving,
				nextStep: 'wait',
				recording: { ...recording, now: { state: 'countdown', secondsLeft: 2 } }
			};
		case 'recording':
			return {
				...driving,
				nextStep: 'stop_recording',
				recording: { ...recording, now: { state: 'recording', counts: COUNTS } }
			};
		case 'review':
			return {
				...driving,
				nextStep: 'review',
				recording: { ...recording, now: { state: 'review', counts: COUNTS, interrupted: null } }
			};
		case 'stopped':
			return {
				...READY,
				joints: joints(0, false),
				arm: { ...READY.arm, status: 'stopped' },
				nextStep: 'clear_stop'
			};
		case 'lost':
			return {
				...READY,
				arm: { ...READY.arm, kind: 'real', status: 'lost' },
				joints: joints(0, false, false),
				rate: { hz: null, targetHz: 200, failedTicks: 14, missedTicks: 2, retries: 31 },
				cameras: READY.cameras.map((camera) =>
					camera.name === 'wrist' ? { ...camera, status: 'frozen' } : camera
				),
				nextStep: 'reconnect',
				problem: { code: 'port_lost', details: {} },
				online: false
			};
		case 'full':
			return {
				...driving,
				recording: { ...recording, blocked: 'storage_full' },
				storage: { usedBytes: 3.9e9, quotaBytes: 4e9, secondsLeft: 40, persisted: false },
				nextStep: 'free_space',
				problem: { code: 'storage_full', details: { megabytes: 12 } }
			};
		case 'recover':
			return {
				...READY,
				recoverable: [
					{
						id: 'torn',
						startedAtEpochMs: Date.UTC(2026, 10, 20, 9, 12),
						frames: 377,
						seconds: 12.5,
						task: 'Lege den Würfel in die Schale'
					}
				],
				undo: { kind: 'episode', name: 'Aufnahme 2' },
				download: {
					datasetId: 'cube',
					episodesDone: 1,
					episodesTotal: 3,
					bytesWritten: 6_100_000,
					state: 'running'
				}
			};
	}
}

/** Actions that only say what was asked for. */
export function demoActions(say: (what: string) => void): LabActions {
	return new Proxy({} as LabActions, {
		get:
			(_target, name) =>
			(...values: unknown[]) =>
				say(`${String(name)}(${values.map((value) => JSON.stringify(value)).join(', ')})`)
	});
}
