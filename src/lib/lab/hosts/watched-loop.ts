// The control loop of one arm as the lab runs it: the gate judges, the watch looks at page and clock after every step, and
// what is read comes by the line it is given.

import { SO101, labRateHz, type Calibration } from '$lib/contracts';
import type { Scheduler } from '$lib/core';
import { ControlLoop, STS3215_DRIVER, createUnitConverter } from '$lib/robot';
import type { GateInput, SafetyGate, SafetyGateOutput } from '$lib/robot/safety';
import type { ArmControl } from './arm-control';
import type { FollowerLine } from './follower-line';

export interface WatchedLoopOptions {
	readonly line: FollowerLine;
	readonly calibration: Calibration;
	readonly scheduler: Scheduler;
	readonly gate: SafetyGate;
	readonly control: ArmControl;
	readonly fps: number;
	/** What the gate sent, null while it sends nothing. Re-used by the gate. */
	readonly onGoal: (goal: Float32Array | null) => void;
	/** All that the gate said in this step. */
	readonly onGate?: (output: SafetyGateOutput) => void;
}

export function createWatchedLoop(options: WatchedLoopOptions): ControlLoop {
	const { line, calibration, scheduler, gate, control, fps, onGoal, onGate } = options;
	const step = (input: GateInput): ReturnType<SafetyGate['step']> => {
		const output = gate.step(input);
		onGoal(output.send ? output.goal : null);
		control.gateSaid(output);
		onGate?.(output);
		control.watch();
		return output;
	};
	return new ControlLoop({
		armId: 'follower',
		spec: SO101,
		bus: line.bus,
		driver: STS3215_DRIVER,
		scheduler,
		gate: { step, reset: () => gate.reset() },
		units: createUnitConverter(SO101, calibration),
		inputs: control,
		rateHz: labRateHz(fps)
	});
}
