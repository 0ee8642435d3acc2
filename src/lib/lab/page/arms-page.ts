// The list of arms this computer knows, on the page's side: views out of the inventory, and what a person does with them.
// Knows no screens and no ports.

import type { ArmFingerprint } from '$lib/contracts';
import { formatArmFile, parseArmFile, type ArmRecord } from '$lib/robot/inventory';
import type { ArmView, ArmsActions, ArmsView } from '$lib/ui/arms';
import type { HealthSessionView } from '$lib/ui/lab';
import type { ArmMemory } from './arm-memory';

/** Faults that are shown; more are kept. */
const SHOWN_FAULTS = 5;
/** A school year's worth stays in the file. */
const SHOWN_SESSIONS = 20;
const FILE_NAME = 'edubotics-arms.json';
/** A larger file is no list of arms, and is not even read. */
const MAX_BYTES = 32_000_000;

export interface ArmsPageOptions {
	readonly memory: ArmMemory;
	/** Arms that are connected now. */
	readonly present: () => readonly (ArmFingerprint | null)[];
	/** Gives a file to the person. */
	readonly handOut: (file: File) => void;
	readonly onClose: () => void;
	readonly onChange: () => void;
}

export class ArmsPage {
	readonly actions: ArmsActions;
	readonly #options: ArmsPageOptions;
	#imported: ArmsView['imported'] = null;

	constructor(options: ArmsPageOptions) {
		this.#options = options;
		const { memory, handOut, onClose, onChange } = options;
		const change = (event: Parameters<ArmMemory['change']>[0]): void => {
			memory.change(event);
			onChange();
		};
		this.actions = {
			rename: (fingerprint, name) => change({ kind: 'named', fingerprint, name }),
			forgetRole: (fingerprint) => change({ kind: 'role', fingerprint, role: null }),
			forget: (fingerprint) => change({ kind: 'forgotten', fingerprint }),
			exportFile() {
				const { inventory } = memory.keeper ?? {};
				if (inventory === undefined) return;
				handOut(new File([formatArmFile(inventory)], FILE_NAME, { type: 'application/json' }));
			},
			importFile: (file) => void this.importFile(file),
			close: onClose
		};
	}

	get view(): ArmsView {
		const { memory, present } = this.#options;
		const here = present();
		const arms = [...(memory.keeper?.inventory.values() ?? [])].sort((a, b) => a.number - b.number);
		return {
			arms: arms.map((arm) => viewOf(arm, here.includes(arm.fingerprint), memory.history(arm.fingerprint))),
			damaged: memory.keeper?.damaged ?? 0,
			imported: this.#imported
		};
	}

	/** Joins the file's arms with those that are known; resolves when the view says what came of it. */
	async importFile(file: File): Promise<void> {
		const { memory, onChange } = this.#options;
		const text = file.size > MAX_BYTES ? null : await file.text().catch(() => null);
		const read = text === null ? null : parseArmFile(text);
		if (read?.ok === true) {
			const { records, damaged } = read.value;
			memory.change({ kind: 'imported', records });
			this.#imported = { arms: records.length, damaged };
		} else this.#imported = 'refused';
		onChange();
	}
}

function viewOf(arm: ArmRecord, present: boolean, sessions: readonly HealthSessionView[]): ArmView {
	const { fingerprint, number, name, role, armedMs, faults } = arm;
	const { atEpochMs = 0, cause = null, joints = [] } = arm.lastCheck ?? {};
	return {
		fingerprint,
		number,
		name,
		role,
		present,
		lastCheck:
			arm.lastCheck === null ? null : cause === null ? { atEpochMs, cause } : { atEpochMs, cause, joints },
		armedMinutes: armedMs / 60_000,
		faults: faults.slice(-SHOWN_FAULTS).reverse(),
		sessions: sessions.slice(-SHOWN_SESSIONS).reverse()
	};
}
