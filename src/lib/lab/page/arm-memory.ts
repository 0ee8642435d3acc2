// What this computer remembers of the arms it meets, on the page's side: judges an arm that answered by what is known of
// it, keeps its health while it is there, and writes both to the inventory. A store that cannot be opened is no reason not
// to drive: then the memory ends with the page. Knows no screens.

import {
	SO101,
	type ArmFingerprint,
	type ArmRole,
	type ConnectProblem,
	type JointCause,
	type TickBatch
} from '$lib/contracts';
import { isCoded } from '$lib/core';
import type {
	createHealthLog,
	ArmRecord,
	ArmStore,
	HealthLog,
	HealthSession,
	InventoryEvent,
	InventoryKeeper
} from '$lib/robot/inventory';
import { judgePair, judgeRole, type PairVerdict } from '$lib/teleop';
import type { HealthSessionView } from '$lib/ui/lab';

/** A running session is stored this often: a page that dies loses no more. */
const STORE_EVERY_MS = 60_000;
/** Causes that are kept as faults besides being counted. */
const FAULTS: readonly JointCause[] = [
	'too_hot',
	'brown_out',
	'servo_voltage',
	'servo_sensor',
	'servo_overheat',
	'servo_overload'
];

export interface ArmMemoryOptions {
	readonly openStore: () => Promise<ArmStore>;
	readonly epochMs: () => number;
	/** The store's code when it could not be opened or written, once each. */
	readonly onProblem?: (code: string) => void;
}

export interface Judgement {
	/** What the arm is called; null for one that nobody named. */
	readonly name: string | null;
	readonly number: number;
	readonly role: ArmRole | null;
	readonly problem: ConnectProblem | null;
}

export class ArmMemory {
	readonly #options: ArmMemoryOptions;
	readonly #told = new Set<string>();
	#keeper: InventoryKeeper | null = null;
	#createLog: typeof createHealthLog | null = null;
	#current: { readonly fingerprint: ArmFingerprint; readonly log: HealthLog } | null = null;
	#storedMs = 0;
	/** Session as it was stored last: what is new since then is told as a fault. */
	#stored: HealthSession | null = null;

	constructor(options: ArmMemoryOptions) {
		this.#options = options;
	}

	/** Never rejects. */
	async open(): Promise<void> {
		// Only a real arm needs it, and it brings a schema library along.
		const room = await import('$lib/robot/inventory').catch(() => null);
		if (room === null) return;
		this.#createLog = room.createHealthLog;
		try {
			this.#keeper = await room.openInventory(await this.#options.openStore());
		} catch (error) {
			this.#tell(error);
			this.#keeper = await room.openInventory(room.createMemoryArmStore());
		}
	}

	/** What is known; null before `open`. */
	get keeper(): InventoryKeeper | null {
		return this.#keeper;
	}

	/** An arm answered where `expected` should be. Refused when it is known as the other kind; remembered either way. */
	met(fingerprint: ArmFingerprint, expected: ArmRole): Judgement {
		const problem = judgeRole(fingerprint, expected, this.#inventory());
		this.#apply({
			kind: 'seen',
			fingerprint,
			atEpochMs: this.#options.epochMs(),
			cause: problem?.cause ?? null,
			joints: []
		});
		const arm = this.#inventory().get(fingerprint);
		const name = arm === undefined || arm.name === '' ? null : arm.name;
		return { name, number: arm?.number ?? 0, role: arm?.role ?? null, problem };
	}

	/** Whether the two may drive each other; asked before the follower gets torque. */
	pair(leader: ArmFingerprint, follower: ArmFingerprint): PairVerdict {
		return judgePair(leader, follower, this.#inventory());
	}

	/** A person showed which arm leads. */
	paired(leader: ArmFingerprint, follower: ArmFingerprint): void {
		this.#apply({ kind: 'paired', leader, follower });
	}

	/** Its health is kept from now on. */
	begin(fingerprint: ArmFingerprint): void {
		this.end();
		if (fingerprint === '' || this.#createLog === null) return;
		this.#storedMs = this.#options.epochMs();
		this.#current = { fingerprint, log: this.#createLog(SO101, this.#storedMs) };
	}

	/** The follower's ticks, as they come. */
	take(batch: TickBatch): void {
		const current = this.#current;
		if (current === null) return;
		current.log.take(batch);
		const now = this.#options.epochMs();
		if (now - this.#storedMs >= STORE_EVERY_MS || now < this.#storedMs) this.#store(now);
	}

	/** The arm is gone, or the page is going: the session is closed. */
	end(): void {
		this.#store(this.#options.epochMs());
		this.#current = null;
		this.#stored = null;
	}

	/** Calibrated again: the memory goes with the arm. */
	recalibrated(from: ArmFingerprint, to: ArmFingerprint): void {
		this.#apply({ kind: 'recalibrated', from, to });
	}

	/** What a person does with the list of arms: naming, forgetting, a file from another computer. */
	change(event: Extract<InventoryEvent, { kind: 'named' | 'forgotten' | 'imported' | 'role' }>): void {
		this.#apply(event);
	}

	/** What a file about an arm is called after, not translated; '' for one that was never met. */
	fileName(fingerprint: ArmFingerprint | null): string {
		const arm = fingerprint === null ? undefined : this.#inventory().get(fingerprint);
		if (arm === undefined) return '';
		return arm.name === '' ? `arm_${arm.number}` : arm.name;
	}

	/** Earlier sessions of an arm, newest last. */
	history(fingerprint: ArmFingerprint): HealthSessionView[] {
		return historyOf(this.#inventory().get(fingerprint));
	}

	#inventory(): InventoryKeeper['inventory'] {
		return this.#keeper?.inventory ?? new Map<ArmFingerprint, ArmRecord>();
	}

	#store(now: number): void {
		const current = this.#current;
		if (current === null) return;
		this.#storedMs = now;
		const session = current.log.session();
		const { fingerprint } = current;
		// A glance at an arm, or one that never answered, is no session.
		if (session.contactMs < 1000) return;
		this.#apply({ kind: 'session', fingerprint, session });
		for (const cause of FAULTS) {
			const joints = SO101.joints
				.filter((_, j) => countOf(session, j, cause) > countOf(this.#stored, j, cause))
				.map((joint) => joint.name);
			if (joints.length > 0)
				this.#apply({ kind: 'fault', fingerprint, fault: { atEpochMs: now, cause, joints } });
		}
		this.#stored = session;
	}

	#apply(event: InventoryEvent): void {
		this.#keeper?.apply(event).catch((error: unknown) => this.#tell(error));
	}

	#tell(error: unknown): void {
		const code = isCoded(error) ? error.code : 'no_indexeddb';
		if (this.#told.has(code)) return;
		this.#told.add(code);
		this.#options.onProblem?.(code);
	}
}

function countOf(session: HealthSession | null, joint: number, cause: JointCause): number {
	return session?.joints[joint]?.causes[cause] ?? 0;
}

function historyOf(arm: ArmRecord | undefined): HealthSessionView[] {
	return (arm?.sessions ?? []).map(({ startedAtEpochMs, contactMs, joints }) => {
		const hottest = joints.flatMap(({ maxTemperatureC }) => maxTemperatureC ?? []);
		const lowest = joints.flatMap(({ minVoltageV }) => minVoltageV ?? []);
		const warnings = joints.flatMap(({ causes }) => Object.values(causes));
		return {
			startedAtEpochMs,
			minutes: Math.round(contactMs / 60_000),
			hottestC: hottest.length > 0 ? Math.max(...hottest) : null,
			lowestV: lowest.length > 0 ? Math.min(...lowest) : null,
			warnings: warnings.reduce((sum, count) => sum + count, 0)
		};
	});
}
