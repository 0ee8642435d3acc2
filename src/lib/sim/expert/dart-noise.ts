/**
 * Disturbances for recording demonstrations (DART, Laskey et al. 2017): what is carried out is pushed off the expert's
 * way, what is recorded stays the expert's clean answer, so that the data show how to come back. The noise has a memory
 * of its own (that is what makes it drift like a hand); the expert never has.
 */
import { createRandom, type Vec3 } from '$lib/core';
import type { PickPlacePhase, PickPlacePlan } from './pick-place-plan';

export interface DartOptions {
	/** Standard deviation of the drift, m. */
	readonly driftM?: number;
	/** Largest push of a burst along one axis, m. */
	readonly burstM?: number;
	/** Control ticks per second; the times below are in seconds. */
	readonly fps?: number;
}

export interface DartNoise {
	/** The plan as it is to be carried out in this tick. Call once per tick. */
	disturb(plan: PickPlacePlan): PickPlacePlan;
}

/** How fast the drift forgets, how often a burst and a slip of the gripper come, and how long they last. */
const DRIFT_TIME_S = 0.3;
const BURSTS_PER_S = 0.7;
const SLIPS_PER_S = 0.2;
const EVENT_S = 0.3;
const OPEN_WIDE = 65;

/** Where precision decides, a person's hand is calmer as well. */
const CALM: Readonly<Record<PickPlacePhase, number>> = {
	approach: 0.8,
	close: 0.3,
	carry: 0.8,
	release: 0.3,
	retreat: 0.6,
	done: 0
};

/** Disturbances from a seed; the same seed and the same plans give the same disturbances. */
export function createDartNoise(seed: number, options: DartOptions = {}): DartNoise {
	const { driftM = 0.004, burstM = 0.012, fps = 30 } = options;
	const random = createRandom(seed);
	const keep = Math.exp(-1 / (DRIFT_TIME_S * fps));
	const kick = driftM * Math.sqrt(1 - keep * keep);
	const drift: [number, number, number] = [0, 0, 0];
	let push: Vec3 = [0, 0, 0];
	let pushTicks = 0;
	let slipTicks = 0;
	let slipOpening = 0;
	return {
		disturb(plan) {
			for (let k = 0; k < 3; k++) drift[k] = keep * (drift[k] ?? 0) + kick * random.normal();
			if (pushTicks > 0) pushTicks--;
			else if (random.chance(BURSTS_PER_S / fps)) {
				pushTicks = Math.round(EVENT_S * fps);
				const axis = () => random.between(-burstM, burstM);
				push = [axis(), axis(), 0.5 * axis()];
			}
			if (slipTicks > 0) slipTicks--;
			else if (random.chance(SLIPS_PER_S / fps)) {
				slipTicks = Math.round(EVENT_S * fps);
				slipOpening = random.chance(0.5) ? 0 : OPEN_WIDE;
			}
			const calm = CALM[plan.phase];
			const offset = (k: 0 | 1 | 2) => calm * (drift[k] + (pushTicks > 0 ? push[k] : 0));
			const [x, y, z] = plan.pointM;
			return {
				...plan,
				pointM: [x + offset(0), y + offset(1), z + offset(2)],
				opening: slipTicks > 0 && calm > 0 ? slipOpening : plan.opening
			};
		}
	};
}
