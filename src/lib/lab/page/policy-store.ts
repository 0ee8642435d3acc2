// Opens the seat's store of models in this browser. Loaded with the first page that shows models.

import { openPolicyStore, type PolicyStore } from '$lib/inference/package';
import { openIdbPolicyEngine } from '$lib/recorder';

/** Rejects with a coded error where nothing can be kept. */
export async function openSeatPolicies(seatId: string): Promise<PolicyStore> {
	return openPolicyStore(await openIdbPolicyEngine(seatId));
}
