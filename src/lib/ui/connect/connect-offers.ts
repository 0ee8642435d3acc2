// What a failed connection offers to do: the one best next step, then the others. A pure table; knows no words.
// After the first failure there is little to choose from. From the second on the other ways stand beside it.

import type { ConnectActions, ConnectView } from './connect-view';
import type { ConnectCause } from '$lib/contracts';

export type ConnectOffer =
	| 'choose'
	| 'try_again'
	| 'start_over'
	| 'use_virtual'
	| 'open_setup'
	| 'open_calibration'
	| 'take_over'
	/** The next known port's arm. */
	| 'other_arm'
	| 'pair_by_hand'
	| 'swap_arms'
	| 'open_arms';

/** The first button of each cause. */
const BEST: Readonly<Record<ConnectCause, ConnectOffer>> = {
	no_serial_api: 'use_virtual',
	insecure_context: 'use_virtual',
	blocked_by_policy: 'use_virtual',
	nothing_chosen: 'choose',
	port_busy: 'try_again',
	other_tab: 'take_over',
	no_power: 'try_again',
	servo_missing: 'try_again',
	slow_answers: 'try_again',
	duplicate_id: 'open_setup',
	not_set_up: 'open_setup',
	firmware_mismatch: 'try_again',
	wrong_board: 'choose',
	wrong_model: 'try_again',
	not_calibrated: 'open_calibration',
	swapped: 'choose',
	foreign_arm: 'start_over',
	overheat: 'try_again',
	overload: 'try_again',
	voltage: 'try_again',
	unplugged: 'try_again'
};

/** Causes that no second try on this device can mend. */
const HOPELESS: readonly ConnectCause[] = ['no_serial_api', 'insecure_context'];

/** Causes the school's IT can mend. */
const FOR_IT: readonly ConnectCause[] = ['no_serial_api', 'blocked_by_policy', 'insecure_context'];

export interface ConnectOffers {
	readonly best: ConnectOffer;
	/** Beside the best one, in order. */
	readonly more: readonly ConnectOffer[];
	/** Ways out after repeated failure. */
	readonly otherWays: readonly ConnectOffer[];
	readonly letterForIt: boolean;
}

/** What is known about the arm that answered, besides the cause. */
export type ConnectPlace = Pick<ConnectView, 'role' | 'knownPorts' | 'problem'>;

export function connectOffers(cause: ConnectCause, failures: number, place?: ConnectPlace): ConnectOffers {
	const pair = place === undefined ? null : pairOffers(cause, place);
	const [best = BEST[cause], ...beside] = pair ?? [];
	const repeated = failures >= 2 && !HOPELESS.includes(cause);
	const unless = (taken: readonly ConnectOffer[], offers: readonly ConnectOffer[]): ConnectOffer[] =>
		offers.filter((offer) => !taken.includes(offer));
	// Choosing again is trying again.
	const again =
		best === 'choose' || best === 'other_arm' || HOPELESS.includes(cause)
			? []
			: unless([best], ['try_again']);
	const more = pair === null ? again : beside;
	return {
		best,
		more,
		otherWays: repeated ? unless([best, ...more], ['start_over', 'use_virtual']) : [],
		letterForIt: FOR_IT.includes(cause)
	};
}

/** Two arms that are not the pair they should be: the way on for this one, best first. Null: the same as for any arm. */
function pairOffers(
	cause: ConnectCause,
	{ role, knownPorts, problem }: ConnectPlace
): readonly ConnectOffer[] | null {
	if (cause === 'foreign_arm' && role === 'leader') return ['pair_by_hand', 'choose'];
	if (cause !== 'swapped') return null;
	if (role === 'follower')
		return knownPorts > 1 ? ['other_arm', 'choose', 'open_arms'] : ['choose', 'open_arms'];
	const { found, moved } = problem?.details ?? {};
	// A hand has just shown it: to show it once more says nothing new.
	if (moved !== undefined) return ['swap_arms', 'choose'];
	return found === undefined ? null : ['swap_arms', 'pair_by_hand', 'choose'];
}

/** Carries an offer out. */
export function takeOffer(offer: ConnectOffer, actions: ConnectActions): void {
	switch (offer) {
		case 'choose':
			actions.choose();
			return;
		case 'try_again':
			actions.tryAgain();
			return;
		case 'start_over':
			actions.startOver();
			return;
		case 'use_virtual':
			actions.useVirtual();
			return;
		case 'open_setup':
			actions.openSetup();
			return;
		case 'open_calibration':
			actions.openCalibration();
			return;
		case 'take_over':
			actions.takeOver();
			return;
		case 'other_arm':
			actions.tryAgain();
			return;
		case 'pair_by_hand':
			actions.pairByHand();
			return;
		case 'swap_arms':
			actions.swapArms();
			return;
		case 'open_arms':
			actions.openArms();
			return;
	}
}
