// What models need without a network, as a person asks for it: what it weighs, how far it is, whether it is here. Knows no
// service worker: whoever talks to it is given.

import type { OfflineView } from '$lib/ui/policies';

/** Bytes of the files that models run on; null where nobody could say. */
export interface OfflineState {
	readonly hereBytes: number;
	readonly totalBytes: number | null;
	readonly ready: boolean;
}

/** The page's line to whoever keeps files. */
export interface OfflineFiles {
	/** Null when nothing keeps files here yet. Fetches nothing of weight. */
	state(): Promise<OfflineState | null>;
	/** Fetches what is missing; true when all of it is here. Installs whatever keeps files first. */
	fetch(onState: (state: OfflineState) => void): Promise<boolean>;
}

export class PolicyOffline {
	view: OfflineView = { state: 'unknown', hereBytes: 0, totalBytes: null };
	readonly #files: OfflineFiles | null;
	readonly #onChange: () => void;
	#fetching = false;

	/** @param files null where this browser cannot keep any */
	constructor(files: OfflineFiles | null, onChange: () => void) {
		this.#files = files;
		this.#onChange = onChange;
		if (files === null) this.view = { ...this.view, state: 'impossible' };
	}

	/** What is here already. */
	async look(): Promise<void> {
		const state = await this.#files?.state().catch(() => null);
		if (this.#files !== null && !this.#fetching) this.#show(state ?? null, 'missing');
	}

	async fetch(): Promise<void> {
		if (this.#files === null || this.#fetching) return;
		this.#fetching = true;
		this.#show(null, 'fetching');
		const done = await this.#files.fetch((state) => this.#show(state, 'fetching')).catch(() => false);
		this.#fetching = false;
		this.#show(null, done ? 'ready' : 'failed');
	}

	#show(told: OfflineState | null, otherwise: OfflineView['state']): void {
		const { hereBytes, totalBytes } = told ?? this.view;
		this.view = { state: told?.ready === true ? 'ready' : otherwise, hereBytes, totalBytes };
		this.#onChange();
	}
}
