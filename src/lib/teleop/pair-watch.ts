/**
 * Carries "move the leader by hand" out on two real or virtual arms: makes sure that both are limp, reads both until one of
 * them was moved, writes nothing. Knows buses and the clock it is given; what counts as moved is pair-motion's.
 */
import { err, ok, type Result, type Scheduler } from '$lib/core';
import { SO101, type RobotSpec } from '$lib/contracts';
import { STS3215_DRIVER, type BusCommands, type ServoDriver } from '$lib/robot';
import type { PairPlace } from './pair';
import { createHandMotionDetector, type MotionVerdict } from './pair-motion';

export type PairWatchFailure =
	/** A hand cannot move it: its torque is on. A person lets it go first. */
	| { readonly cause: 'stiff'; readonly places: readonly PairPlace[] }
	/** An arm does not answer any more. */
	| { readonly cause: 'silent'; readonly places: readonly PairPlace[] }
	| { readonly cause: 'nobody_moved' | 'cancelled' };

export interface PairWatchOptions {
	readonly a: BusCommands;
	readonly b: BusCommands;
	readonly scheduler: Scheduler;
	/** How long a person may take, ms. */
	readonly patienceMs?: number;
	readonly spec?: RobotSpec;
	readonly driver?: ServoDriver;
	/** Told after every look, for the screen. */
	readonly onLook?: (verdict: MotionVerdict, swing: Readonly<Record<PairPlace, number>>) => void;
	readonly signal?: AbortSignal;
}

const LOOK_EVERY_MS = 50;
const PATIENCE_MS = 60_000;
/** Looks in a row without an answer after which an arm is gone. */
const SILENT_LOOKS = 20;
/** A computer that stood still makes answers late: before an arm is said to be silent it is asked again after so many pauses. */
const PAUSES = 6;
const PAUSE_MS = 150;
const PLACES: readonly PairPlace[] = ['a', 'b'];

/** Answers which of the two arms a hand moved. */
export async function findLeaderByHand(
	options: PairWatchOptions
): Promise<Result<PairPlace, PairWatchFailure>> {
	const { scheduler, spec = SO101, driver = STS3215_DRIVER, patienceMs = PATIENCE_MS } = options;
	const buses: Readonly<Record<PairPlace, BusCommands>> = { a: options.a, b: options.b };
	const limp = await checkLimp(buses, spec, driver, scheduler);
	if (!limp.ok) return limp;
	const detector = createHandMotionDetector({ stepsPerTurn: spec.ticksPerTurn });
	const failed = { a: 0, b: 0 };
	const endMs = scheduler.now() + patienceMs;
	while (scheduler.now() < endMs) {
		if (options.signal?.aborted === true) return err({ cause: 'cancelled' });
		const looks = await Promise.all(PLACES.map((place) => positionsOf(buses[place], spec, driver)));
		let verdict: MotionVerdict = 'waiting';
		for (const [k, place] of PLACES.entries()) {
			const positions = looks[k] ?? null;
			failed[place] = positions === null ? failed[place] + 1 : 0;
			verdict = detector.update(place, positions, scheduler.now());
			if (verdict !== 'waiting') break;
		}
		options.onLook?.(verdict, { a: detector.swing('a'), b: detector.swing('b') });
		if (verdict === 'a' || verdict === 'b') return ok(verdict);
		const silent = PLACES.filter((place) => failed[place] >= SILENT_LOOKS);
		if (silent.length > 0) return err({ cause: 'silent', places: silent });
		await new Promise<void>((resolve) => scheduler.at(scheduler.now() + LOOK_EVERY_MS, resolve));
	}
	return err({ cause: 'nobody_moved' });
}

/** A stiff arm would not move, or would fight the hand. */
async function checkLimp(
	buses: Readonly<Record<PairPlace, BusCommands>>,
	spec: RobotSpec,
	driver: ServoDriver,
	scheduler: Scheduler
): Promise<Result<void, PairWatchFailure>> {
	const stiff: PairPlace[] = [];
	const silent: PairPlace[] = [];
	for (const place of PLACES) {
		let pausesLeft = PAUSES;
		for (const joint of spec.joints) {
			let held = await driver.readHeldGoal(buses[place], joint.servoId);
			for (; !held.ok && held.error.code === 'timeout' && pausesLeft > 0; pausesLeft--) {
				await new Promise<void>((resolve) => scheduler.at(scheduler.now() + PAUSE_MS, resolve));
				held = await driver.readHeldGoal(buses[place], joint.servoId);
			}
			const into = !held.ok ? silent : held.value !== null ? stiff : null;
			if (into !== null && !into.includes(place)) into.push(place);
		}
	}
	if (silent.length > 0) return err({ cause: 'silent', places: silent });
	return stiff.length > 0 ? err({ cause: 'stiff', places: stiff }) : ok(undefined);
}

async function positionsOf(
	bus: BusCommands,
	spec: RobotSpec,
	driver: ServoDriver
): Promise<Float64Array | null> {
	const { address, length } = driver.position;
	const ids = spec.joints.map((joint) => joint.servoId);
	const data = await bus.syncRead(ids, address, length);
	if (!data.ok) return null;
	return Float64Array.from(ids, (_, joint) => driver.decodePosition(data.value, joint * length));
}
