// The one gate every command passes, as the control loop sees it. Knows nothing of bytes and transports.

import type { Setpoint } from '$lib/contracts';

export interface GateInput {
	readonly nowMs: number;
	/** Seconds since the previous step; the speed budget is per step. */
	readonly dtS: number;
	/** Newest wish of the active source, or null. Checked here: epoch, age, length, finiteness. */
	readonly setpoint: Setpoint | null;
	/** Epoch of the arbiter; a stop raises it, so that everything wished before is void. */
	readonly epoch: number;
	/** Last state that was really read (LeRobot units), null before the first read. */
	readonly state: Float32Array | null;
	/** Age of that state, ms. */
	readonly stateAgeMs: number;
	/** Newest telemetry per joint, NaN where never read: load in percent, volts, degrees Celsius. */
	readonly load: Float32Array;
	readonly voltage: Float32Array;
	readonly temperature: Float32Array;
	/** The same: milliampere, and what the servos complain of (bits of SERVO_FAULTS, 0 where nothing was read). */
	readonly current: Float32Array;
	readonly faults: Uint8Array;
	readonly armed: boolean;
	/** Age of the page's last beat, ms; over 100 means hold. */
	readonly pageBeatAgeMs: number;
	/** The latched stop is on. */
	readonly stopped: boolean;
}

export interface GateOutput {
	/** False: nothing may be written in this tick. */
	readonly send: boolean;
	/** Goal in LeRobot units; the array is re-used by the next step. */
	readonly goal: Float32Array;
	/** Bits of LIMITED_BY. */
	readonly limitedBy: number;
}

export interface Gate {
	step(input: GateInput): GateOutput;
	/** Forgets the trajectory: the next goal starts from the state that is read next (arming, stop, reconnect). */
	reset(): void;
}

export interface SafetyGateOutput extends GateOutput {
	/** The arm is still on its slow way to meet the source that took over. */
	readonly handover: boolean;
	/** The setpoint of this step was not acted on. */
	readonly refused: boolean;
	/** How much of the asked step was made, 0..1. A source with a clock of its own (replay, policy) slows by it. */
	readonly stretch: number;
	/** Bits of HEALTH: what to tell the person, and when to park. */
	readonly health: number;
	/** How long the policy is still new, ms of driving. */
	readonly policySlowMs: number;
}

export interface SafetyGate extends Gate {
	step(input: GateInput): SafetyGateOutput;
	/**
	 * A policy that nobody has seen move yet takes over: its first minute is slow again.
	 * @param slowMs what is left of that minute, of a policy that this arm has seen before; anything odd is the whole minute
	 */
	introducePolicy(slowMs?: number): void;
	/** Share of the rated load (50 g) that seems to hang at the tip, 0..1. */
	readonly loadShare: number;
}
