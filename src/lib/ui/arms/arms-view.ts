// What the list of known arms is given and what it can ask for. Knows no store.

import type { ArmRole } from '$lib/contracts';
import type { HealthSessionView } from '../lab/lab-view-model';

export interface ArmFaultView {
	readonly atEpochMs: number;
	/** A ConnectCause or a JointCause. */
	readonly cause: string;
	/** LeRobot names. */
	readonly joints: readonly string[];
}

export interface ArmView {
	readonly fingerprint: string;
	/** What an arm without a name is called by. */
	readonly number: number;
	readonly name: string;
	readonly role: ArmRole | null;
	/** It is connected now. */
	readonly present: boolean;
	/** How the last connection ended; `cause` is null when all was well. */
	readonly lastCheck: ArmFaultView | { readonly atEpochMs: number; readonly cause: null } | null;
	readonly armedMinutes: number;
	/** Newest first, a few. */
	readonly faults: readonly ArmFaultView[];
	/** Newest first. */
	readonly sessions: readonly HealthSessionView[];
}

export interface ArmsView {
	readonly arms: readonly ArmView[];
	/** Entries that could not be read. */
	readonly damaged: number;
	/** What came of the last import; null before the first. */
	readonly imported: { readonly arms: number; readonly damaged: number } | 'refused' | null;
}

export interface ArmsActions {
	rename(fingerprint: string, name: string): void;
	/** What it is for is settled again, by moving the leader by hand. */
	forgetRole(fingerprint: string): void;
	forget(fingerprint: string): void;
	exportFile(): void;
	importFile(file: File): void;
	close(): void;
}
