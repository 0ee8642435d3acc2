// The inventory as a file, so that a school can carry it from one computer to the next: JSON, arms as they are stored.

import { err, ok, type Result } from '$lib/core';
import { readArmRecord, type ArmRecord } from './arm-record';
import type { Inventory } from './inventory';

const FORMAT = 'edubotics-arms';
const VERSION = 1;
/** A school with a hundred arms and full histories stays far below. */
const MAX_CHARS = 8_000_000;
const MAX_ARMS = 1000;

export type ArmFileErrorCode = 'too_large' | 'not_json' | 'wrong_shape' | 'from_future';

export interface ArmFile {
	readonly records: readonly ArmRecord[];
	/** Entries that could not be believed and were left out. */
	readonly damaged: number;
}

export function formatArmFile(inventory: Inventory): string {
	const arms = [...inventory.values()].sort((a, b) => a.number - b.number);
	return JSON.stringify({ format: FORMAT, version: VERSION, arms }, null, 2);
}

/** Reads such a file. One damaged arm does not spoil the others. */
export function parseArmFile(text: string): Result<ArmFile, ArmFileErrorCode> {
	if (text.length > MAX_CHARS) return err('too_large');
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		return err('not_json');
	}
	if (typeof json !== 'object' || json === null) return err('wrong_shape');
	const { format, version, arms } = json as { format?: unknown; version?: unknown; arms?: unknown };
	if (format !== FORMAT || typeof version !== 'number' || !Array.isArray(arms)) return err('wrong_shape');
	if (version > VERSION) return err('from_future');
	if (arms.length > MAX_ARMS) return err('too_large');
	const read = arms.map(readArmRecord);
	const records = read.flatMap((row) => (row.ok ? [row.value] : []));
	return ok({ records, damaged: read.length - records.length });
}
