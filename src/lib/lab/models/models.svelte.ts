// The rune facade of /models: the shelf as a view, and what a person can ask of it.

import type { PolicyLibraryActions, PolicyLibraryView } from '$lib/ui/policies';
import { handOut } from '../page/hand-out';
import { PolicyShelf } from '../page/policy-shelf';
import { openSeatPolicies } from '../page/policy-store';

/** More than two side by side fit no screen. */
const MOST_COMPARED = 2;

export class Models {
	readonly actions: PolicyLibraryActions;
	readonly #shelf: PolicyShelf;
	#compared: readonly string[] = [];
	#view = $state.raw<PolicyLibraryView>() as PolicyLibraryView;

	constructor(seatId: string, origin: string) {
		const shelf = new PolicyShelf({
			openStore: () => openSeatPolicies(seatId),
			fetch: (...request) => fetch(...request),
			origin,
			handOut,
			onChange: () => this.#show()
		});
		this.#shelf = shelf;
		this.actions = {
			importFile: (file) => void shelf.importFile(file),
			importAddress: (address) => void shelf.importAddress(address),
			fetchBundled: () => void shelf.fetchBundled(),
			remove: (policyId) => {
				this.#compared = this.#compared.filter((id) => id !== policyId);
				void shelf.remove(policyId);
			},
			undo: () => void shelf.undo(),
			dismissUndo: () => shelf.dismissUndo(),
			save: (policyId) => void shelf.save(policyId),
			compare: (policyId, on) => {
				const others = this.#compared.filter((id) => id !== policyId);
				// A third one takes the place of the first.
				this.#compared = on ? [...others, policyId].slice(-MOST_COMPARED) : others;
				this.#show();
			},
			dismissProblem: () => shelf.dismissProblem()
		};
		this.#show();
	}

	get view(): PolicyLibraryView {
		return this.#view;
	}

	async open(): Promise<void> {
		await this.#shelf.open();
	}

	dispose(): void {
		this.#shelf.dispose();
	}

	#show(): void {
		const { ready, noStore, cards, importing, imported, problem, canFetchBundled, deletedName } = this.#shelf;
		this.#view = {
			ready,
			noStore,
			policies: cards,
			importing,
			imported,
			problem,
			canFetchBundled,
			deleted: deletedName,
			compared: this.#compared
		};
	}
}
