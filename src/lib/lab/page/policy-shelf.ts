// The models of this seat as a page shows them: opens the store, lists, lets packages in, deletes with a way back. Used by
// the lab's panel and by /models. Knows no arm and loads no runtime.

import { isErrorCode, type PolicyListing, type PolicyRunRecord } from '$lib/contracts';
import { isCoded } from '$lib/core';
import type { PolicyStore } from '$lib/inference/package';
import type { ImportView, PolicyCardView, PolicyProblem } from '$lib/ui/policies';
import { fetchPackage, fileNameOf, packageAddress } from './policy-fetch';
import { HubDownload, hubName, type HubName } from './policy-hub';

/** The one that comes with the lab; fetched when a person asks for it, never before. */
export const BUNDLED_ADDRESS = '/policies/pick-place.zip';
const BUNDLED_ORIGIN = 'bundled';

interface PolicyShelfOptions {
	/** Rejects with a coded error where nothing can be kept. */
	readonly openStore: () => Promise<PolicyStore>;
	readonly fetch: typeof globalThis.fetch;
	/** Of this page. */
	readonly origin: string;
	readonly handOut: (file: File) => void;
	readonly onChange: () => void;
}

export class PolicyShelf {
	readonly #options: PolicyShelfOptions;
	#store: PolicyStore | null = null;
	#opening: Promise<PolicyStore | null> | null = null;
	#listings: readonly PolicyListing[] = [];
	#runs: readonly PolicyRunRecord[] = [];
	#deleted: PolicyListing | null = null;
	#hub: HubDownload | null = null;
	ready = false;
	noStore = false;
	problem: PolicyProblem | null = null;
	importing: ImportView | null = null;
	imported: { readonly name: string; readonly known: boolean } | null = null;

	constructor(options: PolicyShelfOptions) {
		this.#options = options;
	}

	/** Null where nothing can be kept; said by `noStore` and `problem`. */
	get store(): PolicyStore | null {
		return this.#store;
	}

	/** Oldest first. */
	get runs(): readonly PolicyRunRecord[] {
		return this.#runs;
	}

	get deletedName(): string | null {
		return this.#deleted?.manifest.name ?? null;
	}

	get cards(): readonly PolicyCardView[] {
		return this.#listings.map((listing) => ({ listing, here: this.#countHere(listing.id) }));
	}

	/** The bundled one is not here yet, or was deleted. */
	get canFetchBundled(): boolean {
		return this.ready && !this.noStore && !this.#listings.some(({ origin }) => origin === BUNDLED_ORIGIN);
	}

	/** Opens the store once and lists what is there. */
	async open(): Promise<PolicyStore | null> {
		this.#opening ??= this.#open();
		return this.#opening;
	}

	/** Lists anew: after a run, or when another tab may have changed something. */
	async refresh(): Promise<void> {
		const store = await this.open();
		if (store === null) return;
		[this.#listings, this.#runs] = await Promise.all([store.list(), store.runs()]);
		this.#changed();
	}

	async importFile(file: File): Promise<void> {
		await this.#import(file.name, () => Promise.resolve(file), file.name);
	}

	async importAddress(address: string): Promise<void> {
		const url = packageAddress(address, this.#options.origin);
		if (url === null) this.#fail({ code: 'policy_address_refused', details: {} });
		else await this.#import(fileNameOf(url), () => this.#fetch(url), url.href);
	}

	/** `owner/name` on the Hub. What came of a download that broke off is kept for the next try of the same name. */
	async importHub(text: string): Promise<void> {
		const name = hubName(text);
		if (name === null) {
			this.#fail({ code: 'policy_hub_name_odd', details: {} });
			return;
		}
		const shown = `${name.owner}/${name.model}`;
		await this.#import(shown, () => this.#fetchHub(name, shown), `hub:${shown}`);
	}

	async fetchBundled(): Promise<void> {
		const url = new URL(BUNDLED_ADDRESS, this.#options.origin);
		await this.#import(fileNameOf(url), () => this.#fetch(url), BUNDLED_ORIGIN);
	}

	async remove(policyId: string): Promise<void> {
		const store = await this.open();
		this.#deleted = this.#listings.find(({ id }) => id === policyId) ?? null;
		await store?.remove(policyId);
		await this.refresh();
	}

	async undo(): Promise<void> {
		const deleted = this.#deleted;
		this.#deleted = null;
		if (deleted !== null) await (await this.open())?.restore(deleted.id);
		await this.refresh();
	}

	dismissUndo(): void {
		this.#deleted = null;
		this.#changed();
	}

	dismissProblem(): void {
		this.problem = null;
		this.#changed();
	}

	/** The file as it came, into the person's downloads. */
	async save(policyId: string): Promise<void> {
		const blob = await (await this.open())?.file(policyId);
		const listing = this.#listings.find(({ id }) => id === policyId);
		if (blob === undefined || listing === undefined) return;
		const name = `${listing.manifest.name.replace(/[^\p{L}\p{N}._-]+/gu, '-')}.zip`;
		this.#options.handOut(new File([blob], name, { type: 'application/zip' }));
	}

	dispose(): void {
		this.#store?.close();
	}

	async #open(): Promise<PolicyStore | null> {
		try {
			this.#store = await this.#options.openStore();
			[this.#listings, this.#runs] = await Promise.all([this.#store.list(), this.#store.runs()]);
		} catch (error) {
			this.noStore = true;
			const code = isCoded(error) ? error.code : '';
			if (isErrorCode(code)) this.problem = { code, details: {} };
		}
		this.ready = true;
		this.#changed();
		return this.#store;
	}

	async #fetch(url: URL): Promise<Blob | null> {
		const { fetch } = this.#options;
		const name = fileNameOf(url);
		const onProgress = (share: number | null): void => {
			this.importing = { name, step: 'fetching', share };
			this.#changed();
		};
		const answer = await fetchPackage(url, { fetch, onProgress });
		if (answer.ok) return answer.value;
		this.#fail({ code: answer.error.code, details: {} });
		return null;
	}

	async #fetchHub(name: HubName, shown: string): Promise<Blob | null> {
		const { fetch } = this.#options;
		const begun = this.#hub;
		const same = begun?.name.owner === name.owner && begun.name.model === name.model;
		const download = same ? begun : new HubDownload(name);
		this.#hub = download;
		const onProgress = (share: number | null): void => {
			this.importing = { name: shown, step: 'fetching', share };
			this.#changed();
		};
		const answer = await download.fetch({ fetch, onProgress });
		if (answer.ok || answer.error.code.startsWith('policy_package_')) this.#hub = null;
		if (answer.ok) return answer.value.zip;
		const { code, part } = answer.error;
		this.#fail({ code, details: part === '' ? {} : { part } });
		return null;
	}

	/** One at a time; a second one asked for meanwhile is not begun. */
	async #import(name: string, bytes: () => Promise<Blob | null>, origin: string): Promise<void> {
		const store = await this.open();
		if (store === null || this.importing !== null) return;
		this.problem = null;
		this.imported = null;
		this.importing = { name, step: 'checking', share: null };
		this.#changed();
		try {
			const blob = await bytes();
			if (blob === null) return;
			this.importing = { name, step: 'checking', share: null };
			this.#changed();
			this.#take(await store.add(blob, origin));
		} catch (error) {
			const code = isCoded(error) ? error.code : '';
			this.#fail({ code: isErrorCode(code) ? code : 'policy_package_damaged', details: {} });
		} finally {
			this.importing = null;
			await this.refresh();
		}
	}

	#take(answer: Awaited<ReturnType<PolicyStore['add']>>): void {
		if (answer.ok) {
			const known = this.#listings.some(({ id }) => id === answer.value.id);
			this.imported = { name: answer.value.manifest.name, known };
		} else {
			const { code, part } = answer.error;
			this.#fail({ code, details: part === '' ? {} : { part } });
		}
	}

	#countHere(policyId: string): PolicyCardView['here'] {
		const judged = this.#runs.filter((run) => run.policyId === policyId && run.outcome !== 'unknown');
		if (judged.length === 0) return null;
		return {
			trials: judged.length,
			successes: judged.filter(({ outcome }) => outcome === 'succeeded').length
		};
	}

	#fail(problem: PolicyProblem): void {
		this.problem = problem;
		this.#changed();
	}

	#changed(): void {
		this.#options.onChange();
	}
}
