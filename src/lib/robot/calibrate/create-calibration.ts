// Carries out what the calibration table asks for: torque off, readings fifty times a second, checks, and at the very end
// the writing. Until then nothing reaches the servos' lasting memory but settings; a cable pulled, a tab closed or a person
// who walks away leaves the old calibration. Time is the scheduler's; the only other parts are the bus and the session.

import { ok, type Result, type Scheduler } from '$lib/core';
import type { Calibration, RobotSpec } from '$lib/contracts';
import type { ArmSession } from '../arm-session';
import type { BusCommands } from '../bus/bus-commands';
import type { BusError } from '../bus/bus-error';
import { checkCalibration, differingJoints, isFullTurnJoint } from '../calibration';
import { compareCalibrations } from '../calibration-files/compare';
import { formatLerobotCalibration } from '../calibration-files/lerobot-file';
import { parseCalibrationFile, type CalibrationFile } from '../calibration-files/parse-calibration-file';
import type { ServoDriver } from '../servo-driver';
import { intoTurn } from '../so101/turn';
import {
	startState,
	type CalibrateEffect,
	type CalibrateEvent,
	type CalibrateProblem
} from './calibrate-state';
import { calibrateNext } from './calibrate-table';
import { viewOf, type CalibrateView } from './calibrate-view';

export interface CalibrationOptions {
	readonly spec: RobotSpec;
	readonly bus: BusCommands;
	readonly driver: ServoDriver;
	readonly session: ArmSession;
	readonly scheduler: Scheduler;
	/** Called after every change; up to fifty times a second while the arm is moved. */
	readonly onView: (view: CalibrateView) => void;
	/** The servos hold `now` instead of `before`: told once it was read back, even when the procedure was closed meanwhile. */
	readonly onStored?: (before: Calibration, now: Calibration) => void;
}

export interface CalibrationRun {
	readonly view: CalibrateView;
	/** Takes the torque away: somebody must hold the arm. */
	begin(): void;
	middleIsSet(): void;
	finishSweep(): void;
	/** After a problem: goes on sweeping, writes again, or begins anew, whatever fits. */
	again(): void;
	/** Uses a file instead of a sweep. Refused when it is of another arm. */
	importText(text: string): void;
	/** LeRobot's file of what was measured or imported, as soon as it is known; null before. */
	exportText(): string | null;
	/** Ends it. What writes into lasting memory, settings as well as a calibration, is finished first. */
	close(): Promise<void>;
}

/** LeRobot's pace. */
const READ_EVERY_MS = 20;
/** So long may servos be silent before it is a problem: a hand on a loose cable. */
const SILENCE_MS = 1000;
/** An arm may stand this far outside what a file says, steps: stops give way. */
const FIT_TICKS = 80;

export function createCalibration(options: CalibrationOptions): CalibrationRun {
	const { spec, bus, driver, session, scheduler, onView } = options;
	const ids = spec.joints.map((joint) => joint.servoId);
	let state = startState(spec.joints.length);
	let closed = false;
	/** Rises whenever watching starts or ends: an answer to an older question is not looked at. */
	let watchNumber = 0;
	/** Whatever may be writing into the servos' lasting memory. */
	let writing: Promise<void> = Promise.resolve();

	const dispatch = (event: CalibrateEvent): void => {
		if (closed) return;
		const next = calibrateNext(state, event, spec);
		if (next.state === state && next.effects.length === 0) return;
		state = next.state;
		for (const effect of next.effects) perform(effect);
		onView(viewOf(state, spec));
	};

	const nameOf = (id: number): string => spec.joints.find(({ servoId }) => servoId === id)?.name ?? '';

	const problemOf = (error: BusError): CalibrateProblem => {
		if (error.code === 'lost' || error.code === 'closed') return { code: 'port_lost', joints: [] };
		const code = error.code === 'servo' ? driver.faultOf(error.bits) : 'arm_missing_servo';
		return { code, joints: error.ids.map(nameOf) };
	};

	/** Raw encoders of all joints, read at one time. */
	const readRaw = async (held: Calibration): Promise<Result<number[], BusError>> => {
		const { address, length } = driver.position;
		const answer = await bus.syncRead(ids, address, length);
		if (!answer.ok) return answer;
		return ok(
			spec.joints.map((joint, j) =>
				intoTurn(driver.decodePosition(answer.value, j * length) + (held[joint.name]?.homing_offset ?? 0))
			)
		);
	};

	const isCurrent = (watch: number): boolean => watch === watchNumber && !closed;

	const watch = (): void => {
		const mine = ++watchNumber;
		let answeredMs: number = scheduler.now();
		const look = async (): Promise<void> => {
			if (!isCurrent(mine) || state.held === null) return;
			const answer = await readRaw(state.held);
			if (!isCurrent(mine)) return;
			const now = scheduler.now();
			if (answer.ok) answeredMs = now;
			if (answer.ok) dispatch({ type: 'reading', raw: answer.value, atMs: now });
			else if (isGone(answer.error) || now - answeredMs > SILENCE_MS)
				dispatch(failed(problemOf(answer.error)));
			else dispatch({ type: 'missed' });
			scheduler.at(now + READ_EVERY_MS, () => void look());
		};
		void look();
	};

	const free = async (): Promise<CalibrateEvent> => {
		const released = await session.release();
		if (!released.ok) return failed(released.error);
		// Position mode, and a count that stays within one turn.
		const configured = await session.configure();
		if (!configured.ok) return failed(configured.error);
		const held = await session.held();
		return held.ok ? { type: 'freed', held: held.value } : failed(held.error);
	};

	const check = async (wanted: Calibration, held: Calibration): Promise<CalibrateEvent> => {
		const now = await session.held();
		if (!now.ok) return failed(now.error);
		const changed = differingJoints(held, now.value);
		if (changed.length > 0) return failed({ code: 'changed_meanwhile', joints: changed });
		return { type: 'checked', wanted, held };
	};

	const judgeFile = async (text: string): Promise<CalibrateEvent> => {
		const held = await session.held();
		if (!held.ok) return failed(held.error);
		const file = parseCalibrationFile(text, held.value, spec);
		if (!file.ok) return failed(file.error);
		const wanted = file.value.calibration;
		const compared = compareCalibrations(wanted, held.value, spec);
		if (compared.kind === 'other_arm') return failed({ code: 'file_other_arm', joints: compared.joints });
		const stands = await readRaw(held.value);
		if (!stands.ok) return failed(problemOf(stands.error));
		const outside = jointsOutside(file.value, stands.value, spec);
		if (outside.length > 0) return failed({ code: 'file_other_arm', joints: outside });
		return { type: 'checked', wanted, held: held.value };
	};

	const write = async (wanted: Calibration, held: Calibration): Promise<CalibrateEvent> => {
		const stored = await session.storeCalibration(wanted);
		if (stored.ok) {
			options.onStored?.(held, wanted);
			return { type: 'written' };
		}
		if (stored.error.code === 'port_lost') return failed(stored.error);
		// The old calibration is better than half of the new one.
		const hadOne = checkCalibration(held, spec).ok;
		if (hadOne) await session.storeCalibration(held);
		const now = await session.held();
		const lost = hadOne && (!now.ok || differingJoints(held, now.value).length > 0);
		return failed(lost ? { code: 'half_written', joints: stored.error.joints } : stored.error);
	};

	const perform = (effect: CalibrateEffect): void => {
		switch (effect.type) {
			case 'free':
				writing = free().then(dispatch);
				return;
			case 'watch':
				watch();
				return;
			case 'rest':
				watchNumber += 1;
				return;
			case 'check':
				void check(effect.wanted, effect.held).then(dispatch);
				return;
			case 'judgeFile':
				void judgeFile(effect.text).then(dispatch);
				return;
			case 'write':
				writing = write(effect.wanted, effect.held).then(dispatch);
				return;
		}
	};

	return {
		get view() {
			return viewOf(state, spec);
		},
		begin() {
			dispatch({ type: 'begin' });
		},
		middleIsSet() {
			dispatch({ type: 'middleIsSet' });
		},
		finishSweep() {
			dispatch({ type: 'finishSweep' });
		},
		again() {
			dispatch({ type: 'again' });
		},
		importText(text) {
			dispatch({ type: 'import', text });
		},
		exportText: () => (state.wanted === null ? null : formatLerobotCalibration(state.wanted, spec)),
		async close() {
			closed = true;
			await writing;
		}
	};
}

/** Of an error only what the page is told. */
function failed({ code, joints }: CalibrateProblem): CalibrateEvent {
	return { type: 'failed', problem: { code, joints } };
}

function isGone(error: BusError): boolean {
	return error.code === 'lost' || error.code === 'closed';
}

/** Joints that stand where the file says they cannot. */
function jointsOutside(file: CalibrationFile, raw: readonly number[], spec: RobotSpec): string[] {
	// Published ranges are no stops.
	if (!file.rangesAreMeasured) return [];
	return spec.joints
		.filter((joint, j) => {
			const entry = file.calibration[joint.name];
			const at = raw[j];
			if (entry === undefined || at === undefined || isFullTurnJoint(joint)) return false;
			const ticks = intoTurn(at - entry.homing_offset);
			return ticks < entry.range_min - FIT_TICKS || ticks > entry.range_max + FIT_TICKS;
		})
		.map((joint) => joint.name);
}
