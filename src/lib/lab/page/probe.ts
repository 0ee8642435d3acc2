// A window for tests into a lab opened with `?probe=on`: a plain copy of what the page knows, and a way to end a worker
// as a crash would. It only reads; nothing here moves the arm, records or writes.

import type { ArmJournalEntry } from '../hosts/arm-journal';
import type { Lab } from '../lab.svelte';
import type { WorkerName } from './worker-set';

/** Everything as plain JSON: typed arrays are arrays, values that were not read are null. */
export interface LabSnapshot {
	readonly phase: string;
	readonly report: Lab['core']['report'];
	readonly problem: Lab['core']['problem'];
	readonly otherTab: boolean;
	readonly physics: boolean;
	readonly camerasLost: boolean;
	readonly cameraFps: number | null;
	readonly missedTicks: number;
	readonly failedTicks: number;
	/** ROBOT clock of the newest tick, ms: virtual time in lockstep. */
	readonly tMs: number | null;
	/** Newest state that was read and newest goal the gate let through, LeRobot units. */
	readonly state: readonly number[] | null;
	readonly goal: readonly number[] | null;
	/** What the sliders ask for. */
	readonly targets: readonly number[] | null;
	readonly rate: Lab['model']['rate'];
	readonly source: Lab['model']['source'];
	readonly recording: Lab['model']['recording'];
	readonly datasets: Lab['model']['datasets'];
	readonly recoverable: Lab['model']['recoverable'];
	readonly storage: Lab['model']['storage'];
	readonly download: Lab['model']['download'];
	readonly undo: Lab['model']['undo'];
	readonly nextStep: Lab['model']['nextStep'];
	readonly capabilities: Lab['core']['capabilities'];
	/** The panel of models; null before it was asked for. */
	readonly policies: Lab['policyView'];
}

export interface LabProbe {
	snapshot(): LabSnapshot;
	kill(worker: WorkerName): void;
	/** ROBOT's journal of the arm. */
	journal(): Promise<readonly ArmJournalEntry[]>;
}

function take({ core, model, policyView }: Lab): LabSnapshot {
	const { telemetry, inputs } = core;
	const plain = (values: Float32Array | null): number[] | null => (values === null ? null : [...values]);
	const snapshot: LabSnapshot = {
		phase: core.phase,
		report: core.report,
		problem: core.problem,
		otherTab: core.otherTab,
		physics: core.physics,
		camerasLost: core.cameras.lost,
		cameraFps: core.cameras.fps,
		missedTicks: core.missedTicks,
		failedTicks: telemetry.failedTicks,
		tMs: telemetry.newestMs,
		state: plain(telemetry.state),
		goal: plain(telemetry.goal),
		targets: plain(inputs.targets),
		rate: model.rate,
		source: model.source,
		recording: model.recording,
		datasets: model.datasets,
		recoverable: model.recoverable,
		storage: model.storage,
		download: model.download,
		undo: model.undo,
		nextStep: model.nextStep,
		capabilities: core.capabilities,
		policies: policyView
	};
	return JSON.parse(JSON.stringify(snapshot)) as LabSnapshot;
}

/** Sets `globalThis.edubotics`; returns the function that takes it away. */
export function installProbe(lab: Lab): () => void {
	const place = globalThis as { edubotics?: LabProbe };
	place.edubotics = {
		snapshot: () => take(lab),
		kill: (worker) => lab.core.killWorker(worker),
		journal: async () => (await lab.core.robot?.journal()) ?? []
	};
	return () => delete place.edubotics;
}
