// The only step of the bench in which the arm moves: it is unlocked as in the lab, through the same arming table and the
// same gate, holds itself where it stands, and closes its gripper slowly on something soft. Measured: how hard it presses,
// and how soon it gives way. Afterwards it sinks into its rest pose and lets go, as in the lab.

import { SO101, type Calibration, type Setpoint } from '$lib/contracts';
import type { Scheduler } from '$lib/core';
import { createArmSession, STS3215_DRIVER } from '$lib/robot';
import { createGate, type GateInput, type SafetyGate } from '$lib/robot/safety';
import { ArmControl } from '../hosts/arm-control';
import type { ArmLine, BenchArm } from './arm-line';
import { figure, type BenchFailure, type BenchPrompt, type StepOutcome } from './bench-types';
import { pause, waitUntil } from './wait';

export interface StallOptions {
	readonly arm: BenchArm;
	readonly line: ArmLine;
	readonly calibration: Calibration | null;
	readonly scheduler: Scheduler;
	readonly prompt: (prompt: BenchPrompt) => void;
	readonly stopped: () => boolean;
	/** When the page last said that it is alive, this clock; without it the gate holds. */
	readonly pageBeatMs: () => number;
}

const GRIPPER = SO101.joints.findIndex(({ name }) => name === 'gripper');
const CLOSE_PERCENT_PER_S = 20;
/** A gripper that meets something pushes harder than this, percent of its torque. */
const PRESSING_PERCENT = 15;
/** It has given way when it pushes with less than this share of its peak. */
const RELIEVED_SHARE = 0.5;
const PRESS_LIMIT_MS = 8000;
const GIVE_WAY_MS = 1500;
/** The way to the rest pose is slow, and slower on a busy computer. */
const LET_GO_MS = 60_000;
const READY_MS = 2000;
/** The gripper opens again. */
const OPEN_MS = 500;
const STOP_SETTLE_MS = 100;
/** A person puts something soft between the fingers; the virtual arm has it there at once. */
const OFFER_MS = 5000;
const OFFER_VIRTUAL_MS = 200;

interface Press {
	wish: Float32Array | null;
	closing: boolean;
	sinceMs: number | null;
	peakLoad: number;
	peakMs: number;
	peakCurrentMa: number;
	relievedMs: number | null;
}

export async function measureStall(options: StallOptions): Promise<StepOutcome> {
	const { arm, line, calibration, scheduler, prompt, stopped } = options;
	const failed = (failure: BenchFailure): StepOutcome => ({ kind: 'failed', failure, arm: arm.kind });
	if (calibration === null) return failed('no_calibration');
	const session = createArmSession({ spec: SO101, bus: line.commands, driver: STS3215_DRIVER, scheduler });
	const found = await session.connect();
	if (!found.ok) return failed('no_answer');
	// Without the lab's settings the arm pushes harder than the gate counts on; one that stands stiff without them is refused.
	if (!(await session.configure()).ok) return failed('not_armed');
	const press: Press = {
		wish: null,
		closing: false,
		sinceMs: null,
		peakLoad: 0,
		peakMs: 0,
		peakCurrentMa: 0,
		relievedMs: null
	};
	const gate = createGate();
	const q = new Float32Array(SO101.joints.length);
	const control = new ArmControl({
		armId: 'bench',
		scheduler,
		gate,
		parkAllowed: true,
		wishOf: (source, tMs, epoch): Setpoint | null => {
			if (source !== 'sliders' || press.wish === null) return null;
			q.set(press.wish);
			return { v: 1, source, epoch, tMs, q };
		}
	});
	const loop = line.loop(calibration, { gate: beating(gate, control, options), inputs: control });
	control.connected(loop, session, found.value.energised);
	loop.start();
	const ready = await waitUntil(scheduler, READY_MS, stopped, () => loop.state !== null);
	if (ready !== 'yes' || !(await control.arm())) {
		loop.stop();
		return failed(ready === 'yes' ? 'not_armed' : ready === 'stopped' ? 'stopped' : 'no_answer');
	}
	const began = loop.state?.slice() ?? null;
	press.wish = began;
	prompt('hold_soft_thing');
	const forget = loop.committed.on(() => follow(press, loop.readings, scheduler.now(), loop.periodMs));
	await waitUntil(scheduler, arm.hand === null ? OFFER_MS : OFFER_VIRTUAL_MS, stopped, () => false);
	arm.hand?.holdSoftThing();
	press.closing = true;
	const pressed = await waitUntil(scheduler, PRESS_LIMIT_MS, stopped, () => press.sinceMs !== null);
	if (pressed === 'yes') await waitUntil(scheduler, GIVE_WAY_MS, stopped, () => press.relievedMs !== null);
	press.closing = false;
	forget();
	arm.hand?.letGo();
	if (stopped()) {
		// Whoever presses Stop wants no further motion, not even to the rest pose: the arm stays where it is, under torque.
		control.stop();
		await pause(scheduler, STOP_SETTLE_MS);
		loop.stop();
		return failed('stopped_stiff');
	}
	press.wish = began;
	await pause(scheduler, OPEN_MS);
	prompt('none');
	control.release();
	const rested = await waitUntil(scheduler, LET_GO_MS, stopped, () => control.state.phase === 'disarmed');
	loop.stop();
	// Disarmed by a clock that jumped is not at rest: torque is taken from an arm only where it lies.
	if (rested !== 'yes' || control.state.torque !== 'off') return failed('stopped_stiff');
	// The table has asked for it; here it is waited for.
	const released = await session.release();
	if (!released.ok) return failed('stopped_stiff');
	if (pressed !== 'yes') return failed('not_seen');
	return {
		kind: 'measured',
		arm: arm.kind,
		facts: {},
		figures: [
			figure('peak_load_percent', press.peakLoad),
			figure('peak_current_ma', press.peakCurrentMa),
			figure('relieved_ms', press.relievedMs)
		]
	};
}

/** The page's beat, heard before every step of the gate, and what the gate said told to the arming table. */
function beating(gate: SafetyGate, control: ArmControl, { pageBeatMs }: StallOptions): SafetyGate {
	return {
		step(input: GateInput) {
			control.pageBeatMs = pageBeatMs();
			const output = gate.step(input);
			control.gateSaid(output);
			control.watch();
			return output;
		},
		reset: () => gate.reset(),
		introducePolicy: () => gate.introducePolicy(),
		get loadShare() {
			return gate.loadShare;
		}
	};
}

/** One turn later: the wish closes on, and the newest reading says how hard the gripper pushes. */
function follow(
	press: Press,
	readings: { readonly load: Float64Array; readonly current: Float64Array },
	nowMs: number,
	periodMs: number
): void {
	if (!press.closing || press.wish === null) return;
	const at = press.wish[GRIPPER] ?? 0;
	press.wish[GRIPPER] = Math.max(0, at - (CLOSE_PERCENT_PER_S * periodMs) / 1000);
	const load = Math.abs(readings.load[GRIPPER] ?? 0);
	press.peakCurrentMa = Math.max(press.peakCurrentMa, Math.abs(readings.current[GRIPPER] ?? 0));
	if (load >= PRESSING_PERCENT) press.sinceMs ??= nowMs;
	if (press.sinceMs === null) return;
	if (load > press.peakLoad) press.peakLoad = load;
	else if (load < RELIEVED_SHARE * press.peakLoad) press.relievedMs ??= nowMs - press.sinceMs;
}
