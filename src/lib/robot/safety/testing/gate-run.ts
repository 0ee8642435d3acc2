/** Drives a gate tick by tick in tests: one object holds the input, each field can be changed between ticks. */
import type { Setpoint, SetpointSource } from '$lib/contracts';
import type { GateInput, SafetyGate, SafetyGateOutput } from '../gate-types';
import type { SpringArm } from './spring-arm';

export const TICK_MS = 5;
const UNREAD = new Float32Array(6).fill(Number.NaN);

const NO_FAULTS = new Uint8Array(6);

export type GateScene = { -readonly [K in keyof GateInput]: GateInput[K] };

export function scene(state: ArrayLike<number>): GateScene {
	return {
		nowMs: 1000,
		dtS: TICK_MS / 1000,
		setpoint: null,
		epoch: 1,
		state: Float32Array.from(state),
		stateAgeMs: 1,
		load: UNREAD,
		voltage: UNREAD,
		temperature: UNREAD,
		current: UNREAD,
		faults: NO_FAULTS,
		armed: true,
		pageBeatAgeMs: 10,
		stopped: false
	};
}

export function wish(
	q: ArrayLike<number>,
	tMs: number,
	source: SetpointSource = 'sliders',
	epoch = 1
): Setpoint {
	return { v: 1, source, epoch, tMs, q: Float32Array.from(q) };
}

export function tick(gate: SafetyGate, input: GateScene): SafetyGateOutput {
	input.nowMs += TICK_MS;
	return gate.step(input);
}

/** Runs `ticks` ticks with a spring arm behind the gate that wishes `q` from `source`; `each` sees every output. */
export function drive(
	gate: SafetyGate,
	input: GateScene,
	arm: SpringArm,
	q: ArrayLike<number> | null,
	ticks: number,
	source: SetpointSource = 'sliders',
	each?: (out: SafetyGateOutput, index: number) => void
): SafetyGateOutput | undefined {
	let out: SafetyGateOutput | undefined;
	for (let i = 0; i < ticks; i++) {
		input.state = arm.read();
		input.setpoint = q ? wish(q, input.nowMs + TICK_MS, source, input.epoch) : null;
		out = tick(gate, input);
		if (out.send) arm.advance(out.goal, TICK_MS / 1000);
		each?.(out, i);
	}
	return out;
}
