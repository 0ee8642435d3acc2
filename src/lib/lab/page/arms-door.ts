// The list of known arms as the lab opens and closes it. What makes the list comes when it is asked for: nobody drives an
// arm with it.

import type { ArmFingerprint } from '$lib/contracts';
import type { ArmsActions, ArmsView } from '$lib/ui/arms';
import type { ArmMemory } from './arm-memory';
import type { ArmsPage } from './arms-page';
import { handOut } from './hand-out';

export interface ArmsDoorOptions {
	readonly memory: ArmMemory;
	/** Resolves when the memory is open. */
	readonly remembers: () => Promise<void>;
	/** Arms that are connected now. */
	readonly present: () => readonly (ArmFingerprint | null)[];
	readonly onChange: () => void;
}

export class ArmsDoor {
	readonly #options: ArmsDoorOptions;
	#page: ArmsPage | null = null;
	#open = false;

	constructor(options: ArmsDoorOptions) {
		this.#options = options;
	}

	/** Null while it is closed. */
	get view(): ArmsView | null {
		return this.#open ? (this.#page?.view ?? null) : null;
	}

	get actions(): ArmsActions | null {
		return this.#page?.actions ?? null;
	}

	async open(): Promise<void> {
		const { memory, remembers, present, onChange } = this.#options;
		this.#open = true;
		await remembers();
		if (this.#page === null) {
			const { ArmsPage } = await import('./arms-page');
			this.#page ??= new ArmsPage({ memory, present, handOut, onClose: () => this.close(), onChange });
		}
		onChange();
	}

	close(): void {
		this.#open = false;
		this.#options.onChange();
	}
}
