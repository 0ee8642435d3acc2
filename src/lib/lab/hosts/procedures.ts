// Procedures that have an arm's port to themselves: setting its motors up, calibrating it. ROBOT carries them out, the page
// shows their views and passes on what the person does. One at a time; whoever leaves while something lasting is written
// waits until that is whole.

import {
	SO101,
	type ArmFingerprint,
	type ArmRole,
	type ConnectProblem,
	type PortIdentity
} from '$lib/contracts';
import { err, ok, type Result, type Scheduler } from '$lib/core';
import { STS3215_DRIVER } from '$lib/robot';
import { createCalibration, type CalibrateView, type CalibrationRun } from '$lib/robot/calibrate';
import { lerobotFilePlace, type LerobotFilePlace } from '$lib/robot/calibration-files';
import { fingerprintOf } from '$lib/robot/find';
import { createMotorSetup, type MotorSetupRun, type MotorSetupView } from '$lib/robot/setup';
import { REAL_FAR_END, createFollowerLine } from './follower-line';
import type { PortHold } from './port-hold';

export type ProcedureName = 'setting_up' | 'calibrating';

/** Where a procedure stands; posted after every change. */
export type ProcedureView =
	| {
			readonly which: 'setting_up';
			readonly view: MotorSetupView;
			/** How much of the search is done, 0..1; null while nothing is searched. */
			readonly progress: number | null;
	  }
	| {
			readonly which: 'calibrating';
			readonly view: CalibrateView;
			/** Where LeRobot looks for this arm's file. */
			readonly file: LerobotFilePlace;
	  };

/** The arm a procedure is for. */
export interface ProcedureArm {
	readonly role: ArmRole;
	/** What it is called on this computer; '' for one that was never met. */
	readonly name: string;
}

/** What a person does; what does not fit the procedure at hand is ignored. */
export type ProcedureAction =
	| {
			readonly do:
				| 'begin'
				| 'motorIsConnected'
				| 'next'
				| 'retry'
				| 'useAnyway'
				| 'middleIsSet'
				| 'finishSweep'
				| 'again';
	  }
	| { readonly do: 'importText'; readonly text: string };

export interface ProceduresOptions {
	readonly scheduler: Scheduler;
	/** The port, ours alone. */
	readonly hold: (port: PortIdentity) => Promise<Result<PortHold, ConnectProblem>>;
	readonly onView: (view: ProcedureView) => void;
	/** The arm is recognised by something else from now on. */
	readonly onCalibrated: (from: ArmFingerprint, to: ArmFingerprint) => void;
}

type Running =
	| {
			readonly which: 'setting_up';
			readonly run: MotorSetupRun;
			/** Another one after the cable was pulled. */
			hold: PortHold;
			progress: number;
	  }
	| {
			readonly which: 'calibrating';
			readonly run: CalibrationRun;
			readonly file: LerobotFilePlace;
			readonly hold: PortHold;
			readonly closeBus: () => void;
	  };

export class Procedures {
	readonly #options: ProceduresOptions;
	#running: Running | null = null;
	#ending: Promise<void> = Promise.resolve();

	constructor(options: ProceduresOptions) {
		this.#options = options;
	}

	async start(
		which: ProcedureName,
		port: PortIdentity,
		arm: ProcedureArm
	): Promise<Result<void, ConnectProblem>> {
		await this.end();
		const held = await this.#options.hold(port);
		if (!held.ok) return err(held.error);
		const running = which === 'setting_up' ? this.#setUp(held.value, port) : this.#calibrate(held.value, arm);
		this.#running = running;
		this.#options.onView(viewOf(running));
		return ok(undefined);
	}

	act(action: ProcedureAction): void {
		const running = this.#running;
		if (running?.which === 'setting_up') actOnSetup(running.run, action);
		if (running?.which === 'calibrating') actOnCalibration(running.run, action);
	}

	/** LeRobot's file of what was measured; null before there is one. */
	exportText(): string | null {
		return this.#running?.which === 'calibrating' ? this.#running.run.exportText() : null;
	}

	/** Resolves when what was being written is whole and the port is free, whoever else ends it at the same time. */
	end(): Promise<void> {
		const running = this.#running;
		this.#running = null;
		if (running === null) return this.#ending;
		const ending = shut(running);
		this.#ending = ending.catch(() => undefined);
		return ending;
	}

	#setUp(hold: PortHold, port: PortIdentity): Running {
		const { scheduler, onView } = this.#options;
		const run = createMotorSetup({
			transport: hold.transport,
			scheduler,
			spec: SO101,
			onView: ({ step }) => {
				// A search that begins anew begins at nothing.
				if (step !== 'searching') running.progress = 0;
				onView(viewOf(running));
			},
			onProgress: (share) => {
				// Hundreds of numbers are asked; nobody sees less than a hundredth.
				const progress = Math.floor(100 * share) / 100;
				if (progress === running.progress) return;
				running.progress = progress;
				onView(viewOf(running));
			},
			replugged: async () => {
				await running.hold.release();
				const held = await this.#options.hold(port);
				if (!held.ok) return null;
				running.hold = held.value;
				return held.value.transport;
			}
		});
		const running: Extract<Running, { which: 'setting_up' }> = {
			which: 'setting_up',
			run,
			hold,
			progress: 0
		};
		return running;
	}

	#calibrate(hold: PortHold, { role, name }: ProcedureArm): Running {
		const { scheduler, onView, onCalibrated } = this.#options;
		const file = lerobotFilePlace(role, name);
		const line = createFollowerLine(hold.transport, scheduler, REAL_FAR_END);
		const run = createCalibration({
			spec: SO101,
			bus: line.commands,
			driver: STS3215_DRIVER,
			session: line.session,
			scheduler,
			onView: (view) => onView({ which: 'calibrating', view, file }),
			onStored: (before, now) => onCalibrated(fingerprintOf(before), fingerprintOf(now))
		});
		return { which: 'calibrating', run, file, hold, closeBus: () => line.bus.close() };
	}
}

async function shut(running: Running): Promise<void> {
	try {
		await running.run.close();
	} finally {
		if (running.which === 'calibrating') running.closeBus();
		await running.hold.release();
	}
}

function viewOf(running: Running): ProcedureView {
	if (running.which === 'calibrating')
		return { which: 'calibrating', view: running.run.view, file: running.file };
	const { view } = running.run;
	return { which: 'setting_up', view, progress: view.step === 'searching' ? running.progress : null };
}

const SETUP_ACTIONS = ['begin', 'motorIsConnected', 'next', 'retry', 'useAnyway'] as const;
const CALIBRATION_ACTIONS = ['begin', 'middleIsSet', 'finishSweep', 'again'] as const;

function actOnSetup(run: MotorSetupRun, action: ProcedureAction): void {
	const name = SETUP_ACTIONS.find((known) => known === action.do);
	if (name !== undefined) run[name]();
}

function actOnCalibration(run: CalibrationRun, action: ProcedureAction): void {
	const name = CALIBRATION_ACTIONS.find((known) => known === action.do);
	if (name !== undefined) run[name]();
	else if (action.do === 'importText') run.importText(action.text);
}
