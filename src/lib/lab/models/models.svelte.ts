// The rune facade of /models: the shelf as a view, and what a person can ask of it.

import type { PolicyRunRecord } from '$lib/contracts';
import type { PolicyLibraryActions, PolicyLibraryView, WhyActions, WhyView } from '$lib/ui/policies';
import { handOut } from '../page/hand-out';
import { policyFiles } from '../offline';
import { PolicyOffline } from '../page/policy-offline';
import { PolicyShelf } from '../page/policy-shelf';
import { openSeatPolicies } from '../page/policy-store';
import { WhyDesk } from '../page/why-desk';
import { lookStarter, PNG_URLS } from '../page/why-worker';

/** More than two side by side fit no screen. */
const MOST_COMPARED = 2;

export class Models {
	readonly actions: PolicyLibraryActions;
	readonly #shelf: PolicyShelf;
	readonly #why: WhyDesk;
	readonly #offline = new PolicyOffline(policyFiles(), () => this.#show());
	#compared: readonly string[] = [];
	#view = $state.raw<PolicyLibraryView>() as PolicyLibraryView;
	#runs = $state.raw<readonly PolicyRunRecord[]>([]);
	#whyView = $state.raw<WhyView | null>(null);

	/** @param build of this page: a worker of another one is not asked */
	constructor(seatId: string, origin: string, build: string) {
		const shelf = new PolicyShelf({
			openStore: () => openSeatPolicies(seatId),
			fetch: (...request) => fetch(...request),
			origin,
			handOut,
			onChange: () => this.#show()
		});
		this.#shelf = shelf;
		this.#why = new WhyDesk({
			seatId,
			store: () => shelf.store,
			startLook: lookStarter(build),
			urls: PNG_URLS,
			onChange: () => (this.#whyView = this.#why.view)
		});
		this.actions = {
			importFile: (file) => void shelf.importFile(file),
			importAddress: (address) => void shelf.importAddress(address),
			importHub: (name) => void shelf.importHub(name),
			makeOffline: () => void this.#offline.fetch(),
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

	/** Why a run failed; null while nobody asks. */
	get whyView(): WhyView | null {
		return this.#whyView;
	}

	get why(): WhyActions {
		return this.#why.actions;
	}

	/** Of one model, oldest first. */
	runsOf(policyId: string): readonly PolicyRunRecord[] {
		return this.#runs.filter((run) => run.policyId === policyId);
	}

	async open(): Promise<void> {
		await this.#shelf.open();
		await this.#offline.look();
	}

	dispose(): void {
		this.#why.close();
		this.#shelf.dispose();
	}

	#show(): void {
		const { ready, noStore, cards, importing, imported, problem, canFetchBundled, deletedName } = this.#shelf;
		this.#runs = this.#shelf.runs;
		this.#view = {
			offline: this.#offline.view,
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
