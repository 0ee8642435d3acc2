// A start that was asked for and that ROBOT has not answered yet: whether somebody has taken it back meanwhile, and who.
// Knows neither model nor film; what follows from it is for policy-drive.ts to do.

import type { ArmReport, RunEnd } from '$lib/contracts';
import type { PolicyProblem } from '$lib/ui/policies';
import type { LabCore } from './lab-core';

type ArmCore = Pick<LabCore, 'changed' | 'report'>;

export class AskedStart {
	/** Why the run ends before it has begun; null: it is still wanted. The first reason stays. */
	takenBack: RunEnd | null = null;
	/** Who left the panel knows why nothing drives; whose arm left the state it was asked in may not. */
	problem: PolicyProblem | null = null;
	readonly #stopLooking: () => void;

	/** @param stays what the arm must be all the time from here on: an arm that was stopped and unlocked again was not asked */
	constructor(core: ArmCore, stays: (report: ArmReport) => boolean) {
		const look = (): void => {
			if (this.takenBack !== null || stays(core.report)) return;
			this.problem = { code: 'policy_start_refused', details: {} };
			this.takenBack = core.report.status === 'lost' ? 'arm_lost' : 'stopped';
		};
		this.#stopLooking = core.changed.on(look);
		look();
	}

	/** As it is now: it can change between two looks. */
	isTakenBack(): boolean {
		return this.takenBack !== null;
	}

	takeBack(by: RunEnd): void {
		this.takenBack ??= by;
	}

	/** From here on ROBOT looks at its arm itself: one that changes hands may hold for a moment. */
	lookNoMore(): void {
		this.#stopLooking();
	}
}

/** One start at a time, from the press until ROBOT has answered. */
export class OneStart {
	readonly #core: ArmCore;
	#now: AskedStart | null = null;

	constructor(core: ArmCore) {
		this.#core = core;
	}

	get pending(): boolean {
		return this.#now !== null;
	}

	/** A second start meanwhile is none. */
	async run(
		stays: (report: ArmReport) => boolean,
		start: (asked: AskedStart) => Promise<void>
	): Promise<void> {
		if (this.#now !== null) return;
		const asked = new AskedStart(this.#core, stays);
		this.#now = asked;
		try {
			await start(asked);
		} finally {
			asked.lookNoMore();
			this.#now = null;
		}
	}

	takeBack(by: RunEnd): void {
		this.#now?.takeBack(by);
	}
}
