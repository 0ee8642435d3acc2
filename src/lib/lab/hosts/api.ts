// What the page may ask of each worker (comlink): rare calls with an answer. Everything at 30 Hz or more goes over raw
// ports, see contracts/worker-protocol.ts. Types only.

import type {
	ArmRef,
	CameraInfo,
	ConnectProblem,
	DatasetSummary,
	EpisodeMeta,
	EpisodeRun,
	ErrorCode,
	ExportProgress,
	FoundArm,
	LoopCounters,
	PortIdentity,
	SetpointSource
} from '$lib/contracts';
import type { Result } from '$lib/core';
import type { PairWatchFailure } from '$lib/teleop';
import type { RenderHost } from '$lib/scene/camera-renderer';
import type { ArmJournalEntry } from './arm-journal';
import type { StartPolicy } from './policy-start';
import type { ProcedureAction, ProcedureArm, ProcedureName } from './procedures';
import type { FoundLeader } from './real-leader';

/** First answer of every worker: a different build (an update raced us) is refused. */
export interface WorkerHello {
	readonly build: string;
	readonly isolated: boolean;
}

export type ClockMode = 'wall' | 'lockstep';

/** To PLANT. */
export interface VirtualPorts {
	readonly follower: MessagePort;
	readonly leader: MessagePort;
	/** `shoot` and `shot` in lockstep. */
	readonly sync: MessagePort;
}

/** Ports the page hands out; it is out of the way afterwards. */
export interface RobotPorts {
	readonly page: MessagePort;
	/** Null when the arm is a real one: ROBOT opens its port itself. */
	readonly virtual: VirtualPorts | null;
}

export interface RobotOptions {
	readonly clock: ClockMode;
	readonly fps: number;
	/** Number of the lab's tab, said to others that want the same arm; null where it is not known. */
	readonly tab?: number | null;
}

export type ArmAnswer =
	| { readonly ok: true }
	| { readonly ok: false; readonly code: string; readonly details: Record<string, string | number> };

export type ConnectAnswer<T> =
	{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ConnectProblem };

export interface RobotApi {
	hello(): WorkerHello;
	attach(ports: RobotPorts, options: RobotOptions): void;
	/** The stop pad's own port. */
	attachPad(port: MessagePort): void;
	attachRecorder(port: MessagePort): void;
	/** Opens the port of a real arm; `patient`: another tab is letting go of it. Closes the one that was open before. */
	openPort(port: PortIdentity, patient: boolean): Promise<ConnectAnswer<void>>;
	/** Asks who is on the open port and, if it is an arm that may be used, reads it at full rate; leaves it disarmed. */
	look(): Promise<ConnectAnswer<FoundArm>>;
	/** A real leader beside the follower: its port, and who is on it. Reads only. */
	openLeader(port: PortIdentity, patient: boolean): Promise<ConnectAnswer<FoundLeader>>;
	/** Which of the two limp arms a hand moves; asked for at most a minute, ended by `closeLeader`. */
	leaderByHand(): Promise<Result<'leader' | 'follower', PairWatchFailure>>;
	/** The pair was judged: the follower's wishes come from the leader. False when it is gone. */
	driveLeader(): boolean;
	/** Takes the leader's torque away; false when a servo did not take it. */
	letGoLeader(): Promise<boolean>;
	closeLeader(): Promise<void>;
	/** A procedure takes the port; its views come as `procedure` over the raw port. */
	startProcedure(which: ProcedureName, port: PortIdentity, arm: ProcedureArm): Promise<ConnectAnswer<void>>;
	actInProcedure(action: ProcedureAction): void;
	/** LeRobot's calibration file of what was measured; null before there is one. */
	procedureText(): string | null;
	/** What is being written is finished first. */
	endProcedure(): Promise<void>;
	/** Lets go of the port; the servos keep what they hold. */
	closePort(): Promise<void>;
	/** `performance.timeOrigin` of this worker: its clock stamps the ticks. */
	clockOriginMs(): number;
	/** The virtual arm. Finds the arm, checks model, firmware and calibration; writes nothing to a calibrated arm. Leaves it disarmed. */
	connect(): Promise<ArmAnswer>;
	arm(): Promise<ArmAnswer>;
	/** Freezes and drops the torque only after the arm has sunk into its rest pose. */
	relax(): Promise<ArmAnswer>;
	/** A hand holds the arm: limp at once, wherever it stands. Ignored while it is armed. */
	letGo(): Promise<ArmAnswer>;
	disarm(): Promise<ArmAnswer>;
	stop(): void;
	clearStop(): void;
	selectSource(source: SetpointSource): void;
	/** The port to INFER, in place of the one before; null when that worker is gone. */
	attachInfer(port: MessagePort | null): void;
	/**
	 * The arm follows the policy from a fresh observation on; its reports come as `policy` over the raw port. Refused with
	 * `not_armed`, `policy_no_worker`, `policy_joints_differ` or `policy_start_odd`.
	 */
	startPolicy(start: StartPolicy): ArmAnswer;
	pausePolicy(): void;
	/** Also after a hand took over by choosing another source. Refused with `policy_not_paused` and as a start is. */
	resumePolicy(): ArmAnswer;
	/** 0.25..1; false for anything else. */
	setPolicySpeed(speed: number): boolean;
	/** The arm holds until another source is chosen. */
	stopPolicy(): void;
	/** Record ticks flow to RECORDER from the next tick on; null ends them. */
	record(active: boolean): void;
	/** Lockstep only: runs `recordTicks` record ticks, answers when every part has finished them. */
	step(recordTicks: number): Promise<void>;
	counters(): LoopCounters;
	/** What became of the arm and when; newest last. */
	journal(): readonly ArmJournalEntry[];
}

export interface PlantPorts {
	readonly follower: MessagePort;
	readonly leader: MessagePort;
	readonly page: MessagePort;
	readonly sync: MessagePort;
}

/** Judged by the exercise itself. */
export interface TaskStanding {
	readonly seed: number;
	readonly success: boolean;
	/** It cannot be done any more. */
	readonly failed: boolean;
}

export interface PlantApi {
	hello(): WorkerHello;
	attach(ports: PlantPorts, options: { readonly clock: ClockMode; readonly seed: number }): void;
	attachRender(port: MessagePort): void;
	/** Loads physics and lets it take over from level 0 where the arm stands; false when it cannot be had. */
	loadPhysics(): Promise<boolean>;
	resetTask(seed: number): void;
	/** How the exercise stands; null where no physics can judge it. */
	taskStands(): TaskStanding | null;
	/** The hand on the virtual leader: joint targets in LeRobot units. */
	moveLeader(q: Float32Array): void;
}

export type RenderApi = Pick<RenderHost, 'hello' | 'attach' | 'preview' | 'previewRate'>;

export interface StartRecording {
	readonly datasetId: string;
	readonly task: string;
	readonly fps: number;
	readonly simulated: boolean;
	readonly robotType: string;
	readonly arms: readonly ArmRef[];
	readonly jointNames: readonly string[];
	readonly cameras: readonly CameraInfo[];
	/** A policy drives; then an empty `datasetId` means a dataset of such episodes. */
	readonly run?: EpisodeRun;
	/** Name of the dataset that is made when there is none to go into; the task when it is not given. */
	readonly datasetName?: string;
}

export interface RecordingCounts {
	readonly frames: number;
	readonly failedTicks: number;
	readonly achievedFps: number | null;
	readonly cameras: readonly {
		readonly name: string;
		readonly dup: number;
		readonly skip: number;
		readonly encoderDrop: number;
	}[];
}

export interface DatasetEntry {
	readonly id: string;
	readonly name: string;
	readonly createdAtEpochMs: number;
	readonly bytes: number;
	readonly episodes: readonly EpisodeMeta[];
}

export interface StoreSnapshot {
	readonly datasets: readonly DatasetEntry[];
	readonly recoverable: readonly EpisodeMeta[];
	readonly usedBytes: number | null;
	readonly quotaBytes: number | null;
	readonly persisted: boolean | null;
}

export interface OpenStore {
	readonly seatId: string;
	readonly clock: ClockMode;
}

export type PictureSource = 'virtual' | 'device';

export interface RecorderApi {
	hello(): WorkerHello;
	/** Opens the seat's database; a coded answer when it cannot (`store_from_future`, `store_blocked`, `no_indexeddb`). */
	/** `onEnded` is told when a recording ended by itself (full disk, frozen camera, failed encoder); it still wants `seal`. */
	open(options: OpenStore, onEnded: (code: ErrorCode) => void): Promise<ArmAnswer>;
	attachRobot(port: MessagePort): void;
	/** Pictures of RENDER's virtual cameras, or of FRAMES' real ones; each source has a port of its own. */
	attachFrames(port: MessagePort, source?: PictureSource): void;
	/** Begins the episode in the store and configures the encoders; rows come with ROBOT's record ticks. */
	prepare(what: StartRecording): Promise<ArmAnswer>;
	counts(): RecordingCounts | null;
	/** Flushes and seals; durable when this answers. Null when not one row was recorded: then nothing is kept. */
	seal(interrupted: boolean): Promise<EpisodeMeta | null>;
	snapshot(): Promise<StoreSnapshot>;
	createDataset(name: string): Promise<string>;
	renameDataset(id: string, name: string): Promise<void>;
	discardEpisode(id: string): Promise<void>;
	restoreEpisode(id: string): Promise<void>;
	discardDataset(id: string): Promise<void>;
	restoreDataset(id: string): Promise<void>;
	recover(id: string): Promise<ArmAnswer>;
	persist(): Promise<ArmAnswer>;
}

export type ExportAnswer =
	| { readonly ok: true; readonly summary: DatasetSummary; readonly file: File }
	| { readonly ok: false; readonly code: string; readonly details: Record<string, string | number> };

export interface DatasetApi {
	hello(): WorkerHello;
	/** Writes the dataset as a zip into a temporary file of the browser's own storage and hands that file out. */
	exportZip(
		seatId: string,
		datasetId: string,
		onProgress: (progress: ExportProgress) => void
	): Promise<ExportAnswer>;
	cancel(): void;
}
