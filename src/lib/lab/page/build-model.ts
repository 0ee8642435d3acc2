// The view model from everything the core knows. Pure: core in, plain data out.

import type {
	ArmStatus,
	HoldReason,
	JointView,
	LabViewModel,
	RecordBlock,
	UndoView,
	DownloadView
} from '$lib/ui/lab';
import type { LabCore } from './lab-core';
import { nextStep } from './next-step';

/** Episodes after which a download is proposed. */
const ENOUGH_EPISODES = 5;
const NEARLY_FULL_S = 30;
/** A goal this near the wish (degrees or percent) is the wish. */
const HELD_BACK = 1;
const HOLD_REASONS: readonly HoldReason[] = [
	'page_silent',
	'tab_hidden',
	'reads_failing',
	'overheat',
	'voltage',
	'battery_low',
	'woke',
	'went_to_rest',
	'went_limp'
];
/** These end only when a person says so. */
const NEEDS_PERSON: readonly HoldReason[] = ['tab_hidden', 'overheat', 'battery_low'];

export interface PageState {
	readonly download: DownloadView | null;
	readonly undo: UndoView | null;
	readonly update: LabViewModel['update'];
	readonly online: boolean;
	readonly keyboardMode: 'cartesian' | 'joint';
	readonly gamepad: boolean;
	readonly keyLabels: LabViewModel['keyLabels'];
	readonly targetHz: number;
}

function armStatus(core: LabCore): ArmStatus {
	const { status } = core.report;
	return status === 'disconnected' && core.phase === 'starting' ? 'connecting' : status;
}

/** A sheet for the real arm is open. */
function isGuided({ kind, connect }: LabCore): boolean {
	const { view, procedures, leader } = connect;
	const open = [view, procedures.setup, procedures.calibration, leader.pairStep];
	return kind === 'real' && open.some((sheet) => sheet !== null);
}

function recordBlock(core: LabCore, arm: ArmStatus, full: boolean): RecordBlock | null {
	const can = core.capabilities;
	if (core.otherTab) return 'other_tab';
	if (!core.storeOpen || can?.indexedDb === false) return 'no_store';
	if (can !== null && can.videoCodec === null) return 'no_encoder';
	if (full) return 'storage_full';
	if (core.cameras.lost) return 'no_camera';
	if (arm !== 'armed' && arm !== 'holding') return 'not_armed';
	return core.task.trim() === '' ? 'no_task' : null;
}

/** Sealed and in the store, but nobody has said yet whether it is kept. */
function underReview(core: LabCore): string | null {
	const { state } = core.recording;
	return state.name === 'review' ? state.episodeId : null;
}

/** The gate says for the whole arm that it changed a wish; a joint that is where it shall be was not held back. */
function limitedBy(joint: JointView, target: number | undefined): number {
	if (target === undefined || joint.goal === null) return joint.limitedBy;
	return Math.abs(target - joint.goal) < HELD_BACK ? 0 : joint.limitedBy;
}

export function buildModel(core: LabCore, page: PageState): LabViewModel {
	const arm = armStatus(core);
	const { storage } = core.library;
	const full = storage.secondsLeft !== null && storage.secondsLeft < NEARLY_FULL_S;
	const active = core.library.datasets.find((dataset) => dataset.active);
	const kept = active?.episodes.filter(({ id }) => id !== underReview(core)).length ?? 0;
	const { targets } = core.inputs;
	const reason = HOLD_REASONS.find((candidate) => candidate === core.report.reason) ?? null;
	return {
		phase: core.phase,
		startStep: core.startStep,
		arm: {
			kind: core.kind,
			status: arm,
			holdReason: reason,
			handover: core.report.handover,
			canSwitchKind: core.canSwitchKind,
			canLetGo: arm === 'disarmed' && core.report.torque !== 'off'
		},
		joints: core.telemetry.joints().map((joint, index) => ({
			...joint,
			// What the person asked for; what the gate let through is drawn as the ghost in the 3-D view.
			goal:
				core.inputs.source === 'sliders' && arm === 'armed' ? (targets?.[index] ?? joint.goal) : joint.goal,
			limitedBy: limitedBy(joint, core.inputs.source === 'sliders' ? targets?.[index] : undefined)
		})),
		rate: {
			hz: core.telemetry.hz(),
			targetHz: page.targetHz,
			failedTicks: core.telemetry.failedTicks,
			missedTicks: core.missedTicks,
			retries: core.telemetry.retries
		},
		...(core.kind === 'real' && core.connect.history.length > 0
			? { healthHistory: core.connect.history }
			: {}),
		source: {
			active: arm === 'armed' || arm === 'holding' ? core.report.source : core.inputs.source,
			available: [
				'sliders',
				'keyboard',
				...(page.gamepad ? (['gamepad'] as const) : []),
				...(core.kind === 'virtual' || core.connect.state.step === 'connected' ? (['leader'] as const) : [])
			],
			keyboardMode: page.keyboardMode
		},
		cameras: core.cameras.views(),
		recording: {
			now: core.recording.view,
			task: core.task,
			countdown: core.countdown,
			blocked: recordBlock(core, arm, full),
			keptEpisodes: kept,
			goalEpisodes: null
		},
		datasets: core.library.datasets,
		download: page.download,
		storage,
		nextStep: nextStep({
			ready: core.phase === 'ready',
			otherTab: core.otherTab,
			arm,
			holdsForPerson: arm === 'holding' && reason !== null && NEEDS_PERSON.includes(reason),
			guided: isGuided(core),
			held: core.held,
			modelDrives: core.report.source === 'policy',
			recording: core.recording.view.state,
			task: core.task,
			moved: core.inputs.moved,
			storageFull: full,
			keptEpisodes: kept,
			enoughEpisodes: ENOUGH_EPISODES
		}),
		problem: core.problem,
		recoverable: core.library.recoverable,
		undo: page.undo,
		update: page.update,
		online: page.online,
		keyLabels: page.keyLabels
	};
}
