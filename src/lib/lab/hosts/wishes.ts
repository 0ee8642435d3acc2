// This tick's wish: of the page's hands, of the leader arm, whose gripper squeeze also stops and records, or of a policy.

import { SO101, type Setpoint, type SetpointSource } from '$lib/contracts';
import { createPageDrive, createSqueezeDetector, type PageDrive } from '$lib/teleop';
import type { LeaderReader } from './leader-reader';
import type { PolicyLine } from './policy-line';

const GRIPPER = SO101.joints.findIndex((joint) => joint.name === 'gripper');

export interface WishesOptions {
	readonly onStop: () => void;
	readonly onRecord: () => void;
}

export class Wishes {
	readonly drive: PageDrive = createPageDrive();
	/** The arm in the person's hand; null while there is none. */
	leader: LeaderReader | null = null;
	policy: Pick<PolicyLine, 'next'> | null = null;
	readonly #options: WishesOptions;
	readonly #squeeze = createSqueezeDetector();

	constructor(options: WishesOptions) {
		this.#options = options;
	}

	/**
	 * @param dtS seconds since the wish before
	 * @param goal what the gate sent last, null while it sends nothing
	 */
	next(
		source: SetpointSource,
		time: { readonly nowMs: number; readonly dtS: number; readonly epoch: number },
		goal: Float32Array | null
	): Setpoint | null {
		const { drive, leader } = this;
		if (source === 'policy') return this.policy?.next(time.nowMs, time.dtS) ?? null;
		if (drive.source !== source) return null;
		if (source === 'leader' && leader !== null) this.#readLeader(leader, time.nowMs);
		return drive.setpoint(time.dtS, time.nowMs, time.epoch, goal);
	}

	#readLeader(leader: LeaderReader, nowMs: number): void {
		const pose = leader.pose(nowMs);
		if (pose === null) return;
		this.drive.leaderState(pose.q, pose.tMs);
		const gesture = this.#squeeze.update(pose.q[GRIPPER] ?? Number.NaN, pose.tMs);
		if (gesture === 'stop') this.#options.onStop();
		if (gesture === 'record') this.#options.onRecord();
	}
}
