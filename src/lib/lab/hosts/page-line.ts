// What ROBOT tells the page over its raw port: numbered envelopes, and what became of the arm, told when it changed and
// kept in the journal.

import { PROTOCOL_VERSION } from '$lib/contracts';
import type { Scheduler } from '$lib/core';
import type { ArmControl } from './arm-control';
import { createArmJournal, type ArmJournalEntry } from './arm-journal';

export class PageLine {
	/** While a press on the stop pad is being carried out: when it happened. */
	pressedAtEpochMs: number | null = null;
	readonly #port: MessagePort;
	readonly #scheduler: Scheduler;
	readonly #journal = createArmJournal();
	#seq = 0;
	#reported = '';

	constructor(port: MessagePort, scheduler: Scheduler) {
		this.#port = port;
		this.#scheduler = scheduler;
	}

	post(ch: string, body: object): void {
		this.#port.postMessage({ v: PROTOCOL_VERSION, ch, seq: this.#seq++, t: this.#scheduler.now(), body });
	}

	report(control: ArmControl): void {
		const report = control.report();
		const text = JSON.stringify(report);
		if (text === this.#reported) return;
		this.#reported = text;
		this.#journal.write(report, this.pressedAtEpochMs);
		this.post('arm', report);
	}

	journal(): readonly ArmJournalEntry[] {
		return this.#journal.read();
	}
}
