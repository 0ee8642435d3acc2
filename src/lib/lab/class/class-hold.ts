// "Hold all arms" as it reaches one lab: the arm is stopped at once and stays under torque, nothing can be unlocked until the
// time is over, and the time runs here: no server is needed to end it. Afterwards a person opens the latch; nothing moves by
// itself. Knows a clock and four calls, no network.

import type { Scheduler, Timer } from '$lib/core';
import { LONGEST_HOLD_MS, type ArmReport } from '$lib/contracts';

export interface HoldPorts {
	readonly status: () => ArmReport['status'];
	/** Latches; never takes torque away. */
	readonly stop: () => void;
	readonly setHeld: (held: boolean) => void;
	readonly onChange: () => void;
}

/** An arm in one of these follows goals, or is on its way to. */
const MOVES: ReadonlySet<ArmReport['status']> = new Set(['armed', 'holding', 'resting']);

export class ClassHold {
	readonly #ports: HoldPorts;
	readonly #scheduler: Scheduler;
	#untilMs: number | null = null;
	#timer: Timer | null = null;

	constructor(ports: HoldPorts, scheduler: Scheduler) {
		this.#ports = ports;
		this.#scheduler = scheduler;
	}

	/** How long still; 0: not held. */
	get leftMs(): number {
		return this.#untilMs === null ? 0 : Math.max(0, this.#untilMs - this.#scheduler.now());
	}

	/** What the class says now: so long still. A longest time holds whatever the class says. */
	take(holdForMs: number): void {
		this.#timer?.cancel();
		this.#timer = null;
		if (!(holdForMs > 0)) {
			this.#end();
			return;
		}
		const lastsMs = Math.min(holdForMs, LONGEST_HOLD_MS);
		this.#untilMs = this.#scheduler.now() + lastsMs;
		this.#ports.setHeld(true);
		this.enforce();
		this.#timer = this.#scheduler.at(this.#untilMs, () => this.#end());
		this.#ports.onChange();
	}

	/** The arm's state changed: one that began to follow after all (it was just being unlocked) is stopped as well. */
	enforce(): void {
		if (this.#untilMs !== null && MOVES.has(this.#ports.status())) this.#ports.stop();
	}

	/** Nothing is held by a lab that goes away or is not the one that drives. */
	dispose(): void {
		this.#timer?.cancel();
		this.#end();
	}

	#end(): void {
		if (this.#untilMs === null) return;
		this.#untilMs = null;
		this.#ports.setHeld(false);
		this.#ports.onChange();
	}
}
