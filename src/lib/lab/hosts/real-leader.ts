// A real leader in ROBOT, beside the follower: its port, who is on the bus, and the reader that drives by it. Reads only;
// torque is taken off it when a person asks. Knows nothing of who belongs to whom: the page judges the pair, then lets the
// leader drive or closes it.

import {
	SO101,
	type ConnectProblem,
	type FoundArm,
	type PortIdentity,
	type SerialTransport
} from '$lib/contracts';
import { err, ok, type Result, type Scheduler } from '$lib/core';
import type { ArmError, BusCommands } from '$lib/robot';
import { diagnose } from '$lib/robot/find';
import { findLeaderByHand, type PairWatchFailure } from '$lib/teleop';
import { problem, refusalOf } from './connect-problems';
import { REAL_FAR_END } from './follower-line';
import { LeaderReader } from './leader-reader';

/** A port that is open and ours, as port-hold gives it. */
export interface LeaderHold {
	readonly port: PortIdentity;
	readonly transport: SerialTransport;
	release(): Promise<void>;
}

export interface RealLeaderOptions {
	readonly scheduler: Scheduler;
	readonly hold: (port: PortIdentity, patient: boolean) => Promise<Result<LeaderHold, ConnectProblem>>;
	/** The arm whose motion drives the follower from now on; null: none. */
	readonly onDrives?: (reader: LeaderReader | null) => void;
	/** The cable was pulled. The follower holds by itself: the leader's pose grows stale. */
	readonly onLost: () => void;
}

/** The leader's find, and whether a hand can move it. */
export interface FoundLeader extends FoundArm {
	/** Its torque is on: a person lets it go first (`letGo`), with a hand under it. */
	readonly stiff: boolean;
}

export class RealLeader {
	readonly #options: RealLeaderOptions;
	#hold: LeaderHold | null = null;
	#reader: LeaderReader | null = null;
	#watching: AbortController | null = null;

	constructor(options: RealLeaderOptions) {
		this.#options = options;
	}

	/** The arm that was found, for who watches the pair himself; null before. */
	get reader(): LeaderReader | null {
		return this.#reader;
	}

	/** @param patient another tab is letting go of it: wait a moment */
	async connect(port: PortIdentity, patient: boolean): Promise<Result<FoundLeader, ConnectProblem>> {
		await this.close();
		const held = await this.#options.hold(port, patient);
		if (!held.ok) return held;
		this.#hold = held.value;
		const found = await this.#look(held.value);
		if (!found.ok) await this.close();
		return found;
	}

	/** The pair was judged and may work together: the follower's wishes come from here. False when the arm is gone. */
	drive(): boolean {
		this.#options.onDrives?.(this.#reader);
		return this.#reader !== null;
	}

	/**
	 * Which of the two a hand moves: this one, or the other one that was taken for the follower. Both must be limp; nothing
	 * is written. Ended by `close`.
	 */
	async byHand(follower: BusCommands | null): Promise<Result<'leader' | 'follower', PairWatchFailure>> {
		const reader = this.#reader;
		if (reader === null) return err({ cause: 'silent', places: ['a'] });
		if (follower === null) return err({ cause: 'silent', places: ['b'] });
		this.#watching?.abort();
		this.#watching = new AbortController();
		const { signal } = this.#watching;
		const { scheduler } = this.#options;
		const moved = await findLeaderByHand({ a: reader.commands, b: follower, scheduler, signal });
		return moved.ok ? ok(moved.value === 'a' ? 'leader' : 'follower') : moved;
	}

	/** Takes the torque off. Ok when every servo is limp. */
	async letGo(): Promise<Result<void, ArmError | ConnectProblem>> {
		return (await this.#reader?.letGo()) ?? err(problem('unplugged'));
	}

	async close(): Promise<void> {
		const hold = this.#hold;
		this.#hold = null;
		this.#watching?.abort();
		if (this.#reader !== null) this.#options.onDrives?.(null);
		this.#reader?.detach();
		this.#reader = null;
		await hold?.release();
	}

	async #look(hold: LeaderHold): Promise<Result<FoundLeader, ConnectProblem>> {
		const { scheduler, onLost } = this.#options;
		const { transport, port } = hold;
		const found = await diagnose({ transport, scheduler, spec: SO101, port });
		if (!found.ok) return found;
		// The reader listens only now: while a port is looked at, nobody else may.
		const reader = new LeaderReader({ transport, scheduler, usbFrameMs: REAL_FAR_END.usbFrameMs });
		const connected = await reader.connect();
		if (!connected.ok) {
			reader.detach();
			const lookAgain = () => diagnose({ transport, scheduler, spec: SO101, port });
			return err(await refusalOf(connected.error, reader.lateReplies, lookAgain));
		}
		if (this.#hold !== hold) {
			reader.detach();
			return err(problem('unplugged'));
		}
		this.#reader = reader;
		transport.onLost(() => {
			if (this.#hold !== hold) return;
			void this.close();
			onLost();
		});
		return ok({ ...found.value, stiff: connected.value.energised });
	}
}
