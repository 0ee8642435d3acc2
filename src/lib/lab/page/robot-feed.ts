// What ROBOT tells the page over its raw port: tick batches, what became of the arm, gestures of the leader. Keeps the
// newest report and feeds telemetry; what has to be done about it is the core's business.

import { isEnvelope, type ArmFingerprint, type ArmReport, type TickBatch } from '$lib/contracts';
import type { ProcedureView } from '../hosts/procedures';
import type { Inputs } from './inputs';
import { IDLE_REPORT } from './lab-state';
import type { Telemetry } from './telemetry';

const CHANNELS = ['ticks', 'arm', 'gesture', 'too-slow', 'procedure', 'calibrated', 'leader-lost'] as const;

export interface RobotFeedOptions {
	readonly telemetry: Telemetry;
	readonly inputs: Inputs;
	readonly onReport: (before: ArmReport, now: ArmReport) => void;
	/** Telemetry has new values. */
	readonly onTicks: (batch: TickBatch) => void;
	/** The leader's squeeze asked to start or stop recording. */
	readonly onGesture: () => void;
	/** The leader's cable was pulled. */
	readonly onLeaderLost: () => void;
	/** Setting up or calibrating went on. */
	readonly onProcedure: (view: ProcedureView) => void;
	/** The arm was calibrated: its servos hold something else than before. */
	readonly onCalibrated: (from: ArmFingerprint, to: ArmFingerprint) => void;
	/** RECORDER has not taken anything for a second. */
	readonly onTooSlow: () => void;
}

export class RobotFeed {
	readonly #options: RobotFeedOptions;
	report: ArmReport = IDLE_REPORT;
	/** Checks since the last batch. */
	silentChecks = 0;

	constructor(options: RobotFeedOptions) {
		this.#options = options;
	}

	take(data: unknown): void {
		const { onGesture, onTooSlow, onProcedure, onCalibrated, onLeaderLost } = this.#options;
		if (!isEnvelope(data, CHANNELS)) return;
		if (data.ch === 'gesture') onGesture();
		else if (data.ch === 'too-slow') onTooSlow();
		else if (data.ch === 'leader-lost') onLeaderLost();
		else if (data.ch === 'procedure') onProcedure(data.body as ProcedureView);
		else if (data.ch === 'calibrated') {
			const { from, to } = data.body as { from: ArmFingerprint; to: ArmFingerprint };
			onCalibrated(from, to);
		} else if (data.ch === 'arm') this.#takeReport(data.body as ArmReport);
		else this.#takeTicks(data.body as TickBatch);
	}

	#takeReport(now: ArmReport): void {
		const before = this.report;
		this.report = now;
		// A hold that ended by itself (a silent page) must not throw away what the person asked for.
		const fresh = before.status !== 'armed' && before.status !== 'holding';
		// The goals that hold the arm are known with the next tick; to wish for the bare state would let it sag.
		if (fresh && now.status === 'armed') this.#options.inputs.startFrom(null);
		this.#options.onReport(before, now);
	}

	#takeTicks(batch: TickBatch): void {
		const { telemetry, inputs, onTicks } = this.#options;
		this.silentChecks = 0;
		telemetry.take(batch);
		if (inputs.targets === null && this.report.status === 'armed') inputs.startFrom(telemetry.goal);
		onTicks(batch);
	}
}
