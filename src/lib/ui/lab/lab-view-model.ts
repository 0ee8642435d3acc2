// What the lab shows and what a person can ask for: plain data in, plain calls out. Knows no robot, no worker, no
// rune; the lab room fills it 10 to 30 times a second with fresh objects, the gallery with scripted ones.
//
// null always means "not measured": it is shown as a dash, never as 0. Units are in the names; joint values are in
// LeRobot units (degrees, gripper in percent). Words are looked up from codes, no sentence travels in here.

import type { ArmReport, CameraCounters, ErrorCode, SetpointSource } from '$lib/contracts';

export type LabPhase = 'starting' | 'ready' | 'failed';

/** What is being started, in order; shown while `phase` is `starting`. */
export type StartStep = 'browser' | 'store' | 'workers' | 'arm' | 'cameras';

/**
 * As ROBOT reports it. `disarmed`: connected, nothing moves. `armed`: follows the source. `holding`: goal frozen for
 * `holdReason`, goes on by itself. `stopped`: latched until a person clears it. `resting`: sinks slowly before torque
 * goes off. `lost`: the page does not control the arm. `disconnected`: no arm was chosen yet.
 */
export type ArmStatus = ArmReport['status'];

export type HoldReason =
	| 'page_silent'
	| 'tab_hidden'
	| 'source_silent'
	| 'bad_setpoint'
	| 'reads_failing'
	| 'overload'
	| 'overheat'
	| 'voltage'
	| 'handover'
	/** Locked, and nobody asked for it: the clock jumped; the arm put itself to rest; its servos had no power for a moment. */
	| 'woke'
	| 'went_to_rest'
	| 'went_limp'
	| 'battery_low';

export interface ArmView {
	readonly kind: 'virtual' | 'real';
	readonly status: ArmStatus;
	readonly holdReason: HoldReason | null;
	/** The arm moves slowly to meet its leader, policy or replay before it follows. */
	readonly handover: boolean;
	/** Whether another kind can be chosen now (a real arm needs Web Serial, nothing may be armed). */
	readonly canSwitchKind: boolean;
	/** Locked, and its servos hold it up: a person may let it go. */
	readonly canLetGo?: boolean;
}

export interface JointView {
	/** LeRobot name, e.g. `shoulder_pan`; its place in the list is its number and colour. */
	readonly name: string;
	readonly unit: 'degrees' | 'percent';
	readonly min: number;
	readonly max: number;
	readonly state: number | null;
	readonly goal: number | null;
	/** Bits of LIMITED_BY; 0 = the gate let the wish through unchanged. */
	readonly limitedBy: number;
	readonly loadPercent: number | null;
	readonly temperatureC: number | null;
	readonly voltageV: number | null;
	readonly currentMa: number | null;
	/** What the servo complains of, bits of SERVO_FAULTS; absent or null = not known. */
	readonly faults?: number | null;
}

/** One stretch of contact with this arm; null = nothing was measured. */
export interface HealthSessionView {
	readonly startedAtEpochMs: number;
	readonly minutes: number;
	readonly hottestC: number | null;
	readonly lowestV: number | null;
	/** How often something was the matter. */
	readonly warnings: number;
}

export interface RateView {
	readonly hz: number | null;
	readonly targetHz: number;
	readonly failedTicks: number;
	readonly missedTicks: number;
	readonly retries: number;
}

/** Sources a person can choose. `policy`, `replay`, `expert` and `park` are shown when active, not offered here. */
export type DriveSource = Extract<SetpointSource, 'sliders' | 'keyboard' | 'gamepad' | 'leader'>;

export interface SourceView {
	readonly active: SetpointSource | null;
	/** Sources that are there now (a gamepad is there once a button was pressed). */
	readonly available: readonly DriveSource[];
	readonly keyboardMode: 'cartesian' | 'joint';
}

/** A jog key held down. Joint keys are `joint_<n>_plus` / `joint_<n>_minus` with n = 1..6. */
export type JogKey =
	| 'forward'
	| 'back'
	| 'up'
	| 'down'
	| 'turn_left'
	| 'turn_right'
	| 'tilt_up'
	| 'tilt_down'
	| 'roll_left'
	| 'roll_right'
	| 'gripper_open'
	| 'gripper_close'
	| `joint_${1 | 2 | 3 | 4 | 5 | 6}_${'plus' | 'minus'}`;

export type CameraStatus = 'starting' | 'live' | 'frozen' | 'lost' | 'denied' | 'unsupported';

export interface CameraView {
	/** Role, e.g. `top`, `wrist`. */
	readonly name: string;
	readonly status: CameraStatus;
	readonly width: number;
	readonly height: number;
	readonly fps: number | null;
}

/** Why recording cannot start now. Shown as a sentence; the button is never grey without a reason. */
export type RecordBlock =
	'not_armed' | 'no_camera' | 'no_task' | 'storage_full' | 'no_store' | 'no_encoder' | 'other_tab' | 'busy';

export interface EpisodeCounts {
	readonly frames: number;
	readonly seconds: number;
	/** null until two frames are there. */
	readonly achievedFps: number | null;
	readonly targetFps: number;
	readonly failedTicks: number;
	/** In the order of `cameras`. */
	readonly cameras: readonly (CameraCounters & { readonly name: string })[];
}

export type RecordingState =
	| { readonly state: 'idle' }
	| { readonly state: 'countdown'; readonly secondsLeft: number }
	| { readonly state: 'recording'; readonly counts: EpisodeCounts }
	| { readonly state: 'sealing' }
	/** The episode is sealed, the person decides; `interrupted` names what ended it early. */
	| { readonly state: 'review'; readonly counts: EpisodeCounts; readonly interrupted: ErrorCode | null };

export interface RecordingView {
	readonly now: RecordingState;
	readonly task: string;
	readonly countdown: boolean;
	readonly blocked: RecordBlock | null;
	/** Kept episodes in the dataset being filled. */
	readonly keptEpisodes: number;
	/** What the lesson asks for, null without a lesson. */
	readonly goalEpisodes: number | null;
}

export interface EpisodeView {
	readonly id: string;
	/** Position in the dataset, from 0, as in `episode_index`. */
	readonly index: number;
	readonly task: string;
	readonly frames: number;
	readonly seconds: number;
	readonly achievedFps: number | null;
	readonly interrupted: boolean;
	/** It shows a run of a model. */
	readonly ofModel?: boolean;
	/** Object URL of a small picture, null where none was made. */
	readonly thumbnailUrl: string | null;
}

export interface DatasetView {
	readonly id: string;
	readonly name: string;
	readonly bytes: number;
	readonly fps: number;
	readonly simulated: boolean;
	/** A camera of it was marked: no upload takes it. */
	readonly localOnly?: boolean;
	readonly episodes: readonly EpisodeView[];
	/** Where new episodes go. */
	readonly active: boolean;
}

export interface DownloadView {
	readonly datasetId: string;
	readonly episodesDone: number;
	readonly episodesTotal: number;
	readonly bytesWritten: number;
	/** `finished` stays until the next download or `dismissDownload`. */
	readonly state: 'running' | 'finished' | 'cancelled';
}

export interface StorageView {
	readonly usedBytes: number | null;
	readonly quotaBytes: number | null;
	/** How many more seconds of recording fit, from measured bytes per second; null before the first measurement. */
	readonly secondsLeft: number | null;
	readonly persisted: boolean | null;
}

/** The one thing to do next. */
export type NextStep =
	| 'wait'
	/** A sheet in the middle says it. */
	| 'follow_sheet'
	| 'arm'
	| 'drive'
	/** A model drives: nothing to do but to look, and to know how to take over. */
	| 'watch_model'
	| 'name_task'
	| 'record'
	| 'stop_recording'
	| 'review'
	| 'record_more'
	| 'download'
	| 'clear_stop'
	/** The teacher holds all arms: nothing to do but to wait. */
	| 'held_by_class'
	| 'reconnect'
	| 'free_space'
	| 'take_over_tab';

export interface ProblemView {
	readonly code: ErrorCode;
	/** Named facts for the sentence: `joint` (LeRobot name), `camera`, `megabytes`, `names`. */
	readonly details: Readonly<Record<string, string | number>>;
}

export interface RecoverableView {
	readonly id: string;
	readonly startedAtEpochMs: number;
	readonly frames: number;
	readonly seconds: number;
	readonly task: string;
}

export interface UndoView {
	readonly kind: 'episode' | 'dataset';
	readonly name: string;
}

export interface LabViewModel {
	readonly phase: LabPhase;
	readonly startStep: StartStep;
	readonly arm: ArmView;
	readonly joints: readonly JointView[];
	readonly rate: RateView;
	/** Earlier sessions of this arm, newest last; absent while nothing is remembered of it. */
	readonly healthHistory?: readonly HealthSessionView[];
	readonly source: SourceView;
	readonly cameras: readonly CameraView[];
	readonly recording: RecordingView;
	readonly datasets: readonly DatasetView[];
	readonly download: DownloadView | null;
	readonly storage: StorageView;
	readonly nextStep: NextStep;
	readonly problem: ProblemView | null;
	readonly recoverable: readonly RecoverableView[];
	readonly undo: UndoView | null;
	/** A newer version is installed; `blocked` while something moves or records. */
	readonly update: 'ready' | 'blocked' | null;
	readonly online: boolean;
	/** What is printed on the keys of this keyboard, by jog key plus `record` and `stop`; missing = no hint shown. */
	readonly keyLabels: Readonly<Partial<Record<JogKey | 'record' | 'stop', string>>>;
}

/** Everything a person can ask for. Calls return at once; what came of it is seen in the next view model. */
export interface LabActions {
	readonly arm: () => void;
	readonly disarm: () => void;
	/** Freeze, sink into the rest pose, then torque off. */
	readonly relax: () => void;
	/** Torque off at once: the person says that a hand holds the arm. */
	readonly letGo: () => void;
	readonly stop: () => void;
	readonly clearStop: () => void;
	readonly reconnect: () => void;
	readonly switchArm: (kind: 'virtual' | 'real') => void;
	readonly takeOverTab: () => void;
	readonly setSource: (source: DriveSource) => void;
	readonly setKeyboardMode: (mode: 'cartesian' | 'joint') => void;
	/** Target of one joint in its unit. */
	readonly setJoint: (index: number, value: number) => void;
	readonly pressKey: (key: JogKey) => void;
	readonly releaseKey: (key: JogKey) => void;
	readonly setTask: (task: string) => void;
	readonly setCountdown: (on: boolean) => void;
	readonly startRecording: () => void;
	/** Also ends a running countdown. */
	readonly stopRecording: () => void;
	readonly keep: () => void;
	readonly discard: () => void;
	readonly rerecord: () => void;
	readonly newDataset: (name: string) => void;
	readonly renameDataset: (datasetId: string, name: string) => void;
	readonly activateDataset: (datasetId: string) => void;
	readonly deleteDataset: (datasetId: string) => void;
	readonly deleteEpisode: (episodeId: string) => void;
	readonly undo: () => void;
	readonly dismissUndo: () => void;
	readonly download: (datasetId: string) => void;
	readonly cancelDownload: () => void;
	readonly dismissDownload: () => void;
	readonly askPersist: () => void;
	readonly recover: (episodeId: string) => void;
	readonly discardRecoverable: (episodeId: string) => void;
	readonly dismissProblem: () => void;
	/** Lets the newer version in, which loads the page anew. */
	readonly applyUpdate: () => void;
	readonly dismissUpdate: () => void;
}
