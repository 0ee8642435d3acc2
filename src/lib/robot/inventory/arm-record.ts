// What the lab remembers of one arm, and how a row from a store or a file is believed: version, shape, bounds. An arm is
// known by what its servos hold (ArmFingerprint), never by a port and never by a person. Knows no storage.

import { err, ok, type Result } from '$lib/core';
import { CONNECT_CAUSES, type ArmFingerprint, type ArmRole, type ConnectCause } from '$lib/contracts';
import { z } from 'zod';

// The page's Trusted Types forbid code made of text, and the library would try.
z.config({ jitless: true });

export const ARM_RECORD_VERSION = 1;

/** Newest entries that are kept; older ones go. */
export const KEPT = { faults: 50, sessions: 60, partners: 8, nameChars: 40 } as const;

/** What happened to an arm that a person may want to look into later. */
export interface ArmFault {
	readonly atEpochMs: number;
	/** A ConnectCause or a JointCause. */
	readonly cause: string;
	/** LeRobot names; empty when it is not about joints. */
	readonly joints: readonly string[];
}

/** How the last connection ended: `cause` is null when all was well. */
export interface ArmCheck {
	readonly atEpochMs: number;
	readonly cause: ConnectCause | null;
	readonly joints: readonly string[];
}

/** Extremes of one joint during one session; null where nothing was read. */
export interface JointExtremes {
	readonly maxTemperatureC: number | null;
	readonly minVoltageV: number | null;
	readonly maxCurrentMa: number | null;
	readonly maxLoadPercent: number | null;
	/** How often each JointCause began. */
	readonly causes: Readonly<Record<string, number>>;
}

/** One stretch of contact with the arm. */
export interface HealthSession {
	readonly startedAtEpochMs: number;
	readonly contactMs: number;
	readonly armedMs: number;
	readonly ticks: number;
	readonly failedTicks: number;
	/** In the order of the RobotSpec. */
	readonly joints: readonly JointExtremes[];
}

export interface ArmRecord {
	readonly schemaVersion: typeof ARM_RECORD_VERSION;
	readonly fingerprint: ArmFingerprint;
	/** 1, 2, 3 ... on this computer; what an arm without a name is called by. */
	readonly number: number;
	/** What the school calls it, '' when nobody named it. */
	readonly name: string;
	/** null until it was settled. */
	readonly role: ArmRole | null;
	readonly firstSeenEpochMs: number;
	readonly lastSeenEpochMs: number;
	readonly lastCheck: ArmCheck | null;
	/** Newest last. */
	readonly faults: readonly ArmFault[];
	readonly armedMs: number;
	/** Arms it has driven or followed, newest last. */
	readonly partners: readonly ArmFingerprint[];
	/** Newest last. */
	readonly sessions: readonly HealthSession[];
}

const epochMs = z.number().min(0).max(8.64e15);
const durationMs = z.number().min(0).max(8.64e15);
const fingerprint = z.string().min(1).max(400);
const word = z.string().max(80);
const measured = z.number().nullable();

const extremesSchema = z.object({
	maxTemperatureC: measured,
	minVoltageV: measured,
	maxCurrentMa: measured,
	maxLoadPercent: measured,
	causes: z.record(word, z.int().min(0))
});

const recordSchema = z.object({
	schemaVersion: z.literal(ARM_RECORD_VERSION),
	fingerprint,
	number: z.int().min(1),
	name: z.string().max(KEPT.nameChars),
	role: z.enum(['leader', 'follower']).nullable(),
	firstSeenEpochMs: epochMs,
	lastSeenEpochMs: epochMs,
	lastCheck: z
		.object({ atEpochMs: epochMs, cause: z.enum(CONNECT_CAUSES).nullable(), joints: z.array(word).max(16) })
		.nullable(),
	faults: z
		.array(z.object({ atEpochMs: epochMs, cause: word, joints: z.array(word).max(16) }))
		.max(KEPT.faults),
	armedMs: durationMs,
	partners: z.array(fingerprint).max(KEPT.partners),
	sessions: z
		.array(
			z.object({
				startedAtEpochMs: epochMs,
				contactMs: durationMs,
				armedMs: durationMs,
				ticks: z.int().min(0),
				failedTicks: z.int().min(0),
				joints: z.array(extremesSchema).max(16)
			})
		)
		.max(KEPT.sessions)
});

/** `future`: a newer version of the lab wrote it; it is left alone. */
export type RowFault = 'damaged' | 'future';

/** Believes a row, or says why not. Nothing is repaired: half a memory of an arm is worse than none. */
export function readArmRecord(row: unknown): Result<ArmRecord, RowFault> {
	const version =
		typeof row === 'object' && row !== null && (row as { schemaVersion?: unknown }).schemaVersion;
	if (typeof version === 'number' && version > ARM_RECORD_VERSION) return err('future');
	const parsed = recordSchema.safeParse(row);
	return parsed.success ? ok(parsed.data) : err('damaged');
}

/** A name as it is kept: one line, no control characters, not too long. */
export function cleanName(name: string): string {
	const line = name.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
	return Array.from(line).slice(0, KEPT.nameChars).join('').slice(0, KEPT.nameChars).trim();
}
