// What became of the arm and when, on the clock that all threads share (ms since 1970), so that a test can put ROBOT's
// doings and the page's in order. Keeps the newest entries only.

import type { ArmReport } from '$lib/contracts';

export interface ArmJournalEntry {
	readonly status: ArmReport['status'];
	readonly reason: string;
	readonly atEpochMs: number;
	/** From the press on the stop pad to this entry; null when the pad had no part in it. */
	readonly stopLatencyMs: number | null;
}

const KEPT = 100;

export interface ArmJournal {
	/** @param pressedAtEpochMs when the pad's input happened, or null */
	write(report: ArmReport, pressedAtEpochMs: number | null): void;
	read(): readonly ArmJournalEntry[];
}

export function createArmJournal(): ArmJournal {
	let entries: ArmJournalEntry[] = [];
	return {
		write({ status, reason }, pressedAtEpochMs) {
			const atEpochMs = performance.timeOrigin + performance.now();
			const stopLatencyMs = pressedAtEpochMs === null ? null : atEpochMs - pressedAtEpochMs;
			entries = [...entries.slice(1 - KEPT), { status, reason, atEpochMs, stopLatencyMs }];
		},
		read: () => entries
	};
}
