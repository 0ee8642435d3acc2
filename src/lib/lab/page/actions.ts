// What a person can ask for, as calls that return at once; what came of it is seen in the next view model.

import { isErrorCode } from '$lib/contracts';
import type { LabActions } from '$lib/ui/lab';
import type { ArmAnswer } from '../hosts/api';
import type { Lab } from '../lab.svelte';
import { downloadDataset } from './download';
import { COUNTDOWN_S } from './recording';

type Undoable = { readonly kind: 'episode' | 'dataset'; readonly id: string };

export function createActions(lab: Lab): LabActions {
	let undoable: Undoable | null = null;
	let cancelDownload: (() => void) | null = null;
	const { core } = lab;

	/** Shows what was refused. */
	const answered = async (answer: Promise<ArmAnswer>): Promise<void> => {
		const result = await answer;
		if (!result.ok && isErrorCode(result.code)) core.fail(result.code, result.details);
	};
	const ask = (answer: Promise<ArmAnswer> | undefined): void => {
		if (answer !== undefined) void answered(answer);
	};
	const changeStore = (change: Promise<unknown>): void => {
		void change.finally(() => core.refreshLibrary());
	};
	const offerUndo = (next: Undoable, name: string): void => {
		undoable = next;
		lab.undo = { kind: next.kind, name };
	};

	return {
		arm: () => {
			if (core.held) return; // the class bar says why
			const { report, inputs } = core;
			// While a run is paused unlocking takes nothing over: the next slider does. After a run the hands begin where the arm
			// is, not where they left it.
			if (report.source !== 'policy') void core.robot?.selectSource(inputs.source);
			else if (lab.policies?.running !== true) void core.selectSource(inputs.source);
			ask(core.robot?.arm());
		},
		disarm: () => ask(core.robot?.disarm()),
		relax: () => ask(core.robot?.relax()),
		letGo: () => {
			// That it held itself was what stood in the way.
			if (core.problem?.code === 'arm_energised') core.problem = null;
			ask(core.robot?.letGo());
		},
		stop: () => void core.robot?.stop(),
		clearStop: () => {
			if (!core.held) void core.robot?.clearStop();
		},
		reconnect: () => void core.reconnect(),
		switchArm: (kind) => void core.switchArm(kind),
		takeOverTab: () => lab.takeOverTab(),
		setSource: (source) => void core.selectSource(source),
		setKeyboardMode: (mode) => {
			core.inputs.releaseAll();
			lab.keyboardMode = mode;
			core.changed.emit();
		},
		setJoint: (index, value) => {
			// A hand on a slider takes over from a model at once.
			if (core.report.source === 'policy') void core.selectSource('sliders');
			core.inputs.setJoint(index, value);
			if (core.inputs.source === 'leader') moveLeader(lab);
			core.changed.emit();
		},
		pressKey: (key) => core.inputs.press(key),
		releaseKey: (key) => core.inputs.release(key),
		setTask: (task) => {
			core.task = task;
			core.changed.emit();
		},
		setCountdown: (on) => {
			core.countdown = on;
			core.changed.emit();
		},
		startRecording: () =>
			core.recording.send({ type: 'start', countdownS: core.countdown ? COUNTDOWN_S : 0 }),
		stopRecording: () => core.recording.send({ type: 'stop' }),
		keep: () => core.recording.send({ type: 'keep' }),
		discard: () => core.recording.send({ type: 'discard' }),
		rerecord: () => core.recording.send({ type: 'rerecord', countdownS: core.countdown ? COUNTDOWN_S : 0 }),
		newDataset: (name) =>
			changeStore(core.recorder.createDataset(name).then((id) => (core.activeDatasetId = id))),
		renameDataset: (id, name) => changeStore(core.recorder.renameDataset(id, name)),
		activateDataset: (id) => {
			core.activeDatasetId = id;
			void core.refreshLibrary();
		},
		deleteDataset: (id) => {
			offerUndo(
				{ kind: 'dataset', id },
				core.library.datasets.find((dataset) => dataset.id === id)?.name ?? ''
			);
			changeStore(core.recorder.discardDataset(id));
		},
		deleteEpisode: (id) => {
			const episodes = core.library.datasets.flatMap((dataset) => dataset.episodes);
			offerUndo({ kind: 'episode', id }, episodes.find((episode) => episode.id === id)?.task ?? '');
			changeStore(core.recorder.discardEpisode(id));
		},
		undo: () => {
			if (undoable === null) return;
			const { kind, id } = undoable;
			undoable = null;
			lab.undo = null;
			changeStore(kind === 'episode' ? core.recorder.restoreEpisode(id) : core.recorder.restoreDataset(id));
		},
		dismissUndo: () => {
			undoable = null;
			lab.undo = null;
			core.changed.emit();
		},
		download: (datasetId) => {
			cancelDownload = downloadDataset(lab, datasetId);
		},
		cancelDownload: () => cancelDownload?.(),
		dismissDownload: () => {
			lab.download = null;
			core.changed.emit();
		},
		askPersist: () => changeStore(answered(core.recorder.persist())),
		recover: (id) => {
			changeStore(answered(core.recorder.recover(id)));
		},
		discardRecoverable: (id) => changeStore(core.recorder.discardEpisode(id)),
		dismissProblem: () => {
			core.problem = null;
			core.changed.emit();
		},
		applyUpdate: () => lab.applyUpdate(),
		dismissUpdate: () => {
			lab.updateWaiting = false;
			core.changed.emit();
		}
	};
}

/** The leader's sliders are the hand that moves the virtual leader. */
function moveLeader(lab: Lab): void {
	const { targets } = lab.core.inputs;
	if (targets !== null) void lab.core.plant?.moveLeader(targets.slice());
}
