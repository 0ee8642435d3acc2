/**
 * Which of two arms leads, and whether the two belong together: told from what their servos hold and what this computer
 * remembers, before any torque. Knows fingerprints and the inventory; knows no ports and no bytes.
 *
 * A pair is known once a person has shown which arm leads, by moving it (pair-motion). From then on both arms are recognised
 * on any port. What does not fit is refused by name, and moving the leader by hand is the way out of it.
 */
import type { ArmFingerprint, ArmRole, ConnectProblem } from '$lib/contracts';
import type { ArmRecord, Inventory } from '$lib/robot';

export type PairVerdict =
	/** These two were used together, each in its role. */
	| { readonly kind: 'known' }
	/**
	 * Nobody has said yet which one leads. `same_fingerprint`: both hold the same calibration, so they cannot be told apart
	 * and the question comes again every time.
	 */
	| { readonly kind: 'ask_by_hand'; readonly why: 'new' | 'same_fingerprint' }
	/** `swapped`, `foreign_arm` or `not_calibrated`; details: `arm`, `leader`, `follower` as names, '' for a nameless one,
	 * and `armNumber`, `leaderNumber`, `followerNumber` (0: never seen), `expected`, `found` as roles. */
	| { readonly kind: 'refused'; readonly problem: ConnectProblem };

const KNOWN: PairVerdict = { kind: 'known' };

/** Judges the arm that stands where the leader is expected, and the one where the follower is. */
export function judgePair(
	leader: ArmFingerprint,
	follower: ArmFingerprint,
	inventory: Inventory
): PairVerdict {
	for (const [fingerprint, expected] of [
		[leader, 'leader'],
		[follower, 'follower']
	] as const)
		if (fingerprint === '') return refused('not_calibrated', { expected });
	if (leader === follower) return { kind: 'ask_by_hand', why: 'same_fingerprint' };
	const l = inventory.get(leader);
	const f = inventory.get(follower);
	// The arm whose role is known speaks for both; the follower first, because that one would move.
	if (f?.role === 'leader') return refused('swapped', { ...namesOf(l, f), ...wrong(f, 'follower') });
	if (l?.role === 'follower') return refused('swapped', { ...namesOf(l, f), ...wrong(l, 'leader') });
	if (l?.partners.includes(follower) === true && f?.partners.includes(leader) === true) return KNOWN;
	const oneBelongsElsewhere = (l?.partners.length ?? 0) > 0 || (f?.partners.length ?? 0) > 0;
	return oneBelongsElsewhere ? refused('foreign_arm', namesOf(l, f)) : { kind: 'ask_by_hand', why: 'new' };
}

export type PairPlace = 'a' | 'b';

export type Recognition =
	{ readonly kind: 'known'; readonly leader: PairPlace } | Exclude<PairVerdict, { readonly kind: 'known' }>;

/** The same for two arms that came without a place: finds out which one leads. */
export function recognisePair(a: ArmFingerprint, b: ArmFingerprint, inventory: Inventory): Recognition {
	const aLeads = judgePair(a, b, inventory);
	const bLeads = judgePair(b, a, inventory);
	if (aLeads.kind === 'known') return { kind: 'known', leader: 'a' };
	if (bLeads.kind === 'known') return { kind: 'known', leader: 'b' };
	if (aLeads.kind === 'ask_by_hand') return aLeads;
	if (bLeads.kind === 'ask_by_hand') return bLeads;
	// Refused both ways: the order in which only the company is wrong says more than the one with the roles turned round.
	return aLeads.problem.cause === 'swapped' ? bLeads : aLeads;
}

/** One arm alone: refused when it is known as the other kind. */
export function judgeRole(
	fingerprint: ArmFingerprint,
	expected: ArmRole,
	inventory: Inventory
): ConnectProblem | null {
	const arm = inventory.get(fingerprint);
	if (arm?.role == null || arm.role === expected) return null;
	return { cause: 'swapped', joints: [], details: wrong(arm, expected) };
}

function refused(cause: ConnectProblem['cause'], details: ConnectProblem['details']): PairVerdict {
	return { kind: 'refused', problem: { cause, joints: [], details } };
}

function wrong(arm: ArmRecord, expected: ArmRole): ConnectProblem['details'] {
	return { arm: arm.name, armNumber: arm.number, expected, found: arm.role ?? '' };
}

function namesOf(leader: ArmRecord | undefined, follower: ArmRecord | undefined): ConnectProblem['details'] {
	return {
		leader: leader?.name ?? '',
		leaderNumber: leader?.number ?? 0,
		follower: follower?.name ?? '',
		followerNumber: follower?.number ?? 0
	};
}
