// The class's end as `record_lab_events` has it: per device exactly once, in order, a gap ends the batch.

import type { LabEvent, LabEventKind } from '$lib/contracts';
import type { SendAnswer } from '../sync';

export class FakeClass {
	readonly events: LabEvent[] = [];
	readonly #heads = new Map<string, number>();

	get kinds(): LabEventKind[] {
		return this.events.map(({ kind }) => kind);
	}

	take(batch: readonly LabEvent[]): SendAnswer {
		let last = 0;
		for (const event of [...batch].sort((a, b) => a.seq - b.seq)) {
			last = this.#heads.get(event.deviceId) ?? 0;
			if (event.seq <= last) continue;
			if (event.seq > last + 1) break;
			last = event.seq;
			this.#heads.set(event.deviceId, last);
			this.events.push(event);
		}
		return { kind: 'taken', lastSeq: last };
	}
}
