// Rows of a seat's policies, and how a row is believed when it comes back: a store outlives the program that wrote it.

import {
	POLICY_RUN_VERSION,
	RUN_ENDS,
	RUN_JUDGES,
	RUN_OUTCOMES,
	type PolicyListing,
	type PolicyPrecision,
	type PolicyRunRecord
} from '$lib/contracts';
import { z } from 'zod';
import { parseManifest } from '../manifest';
import type { OnnxFacts } from '../onnx/examine';
import { answer } from '../refusal';

z.config({ jitless: true });

export const POLICY_STORE_VERSION = 1;
export const ABOUT_KEY = 'store';

/** Table `packages`, key = id. The file itself lies in `files` under the same key, so that listing reads no weights. */
export interface PackageRow {
	readonly schemaVersion: typeof POLICY_STORE_VERSION;
	readonly id: string;
	/** As in the file; read anew each time, so that what it says is never believed twice over. */
	readonly manifestText: string;
	readonly card: string;
	readonly packageBytes: number;
	readonly facts: Readonly<Partial<Record<PolicyPrecision, OnnxFacts>>>;
	readonly addedAtEpochMs: number;
	readonly origin: string;
	readonly deletedAtEpochMs: number | null;
}

const epochMs = z.number().min(0).max(8.64e15);
const count = z.number().min(0);
const port = z.object({ name: z.string(), shape: z.array(count) });
const facts = z.object({
	opset: count,
	inputs: z.array(port),
	outputs: z.array(port),
	operators: z.record(z.string(), count),
	nodes: count,
	modelBytes: count,
	weightBytes: count,
	multiplyAdds: count,
	peakActivationBytes: count
});

const packageSchema = z.object({
	schemaVersion: z.literal(POLICY_STORE_VERSION),
	id: z.string().regex(/^[0-9a-f]{64}$/),
	manifestText: z.string(),
	card: z.string(),
	packageBytes: count,
	facts: z.object({ fp32: facts.optional(), fp16: facts.optional() }),
	addedAtEpochMs: epochMs,
	origin: z.string(),
	deletedAtEpochMs: epochMs.nullable()
});

const runSchema = z.object({
	schemaVersion: z.literal(POLICY_RUN_VERSION),
	id: z.string().min(1),
	policyId: z.string(),
	policyName: z.string(),
	dataset: z.string(),
	armId: z.string(),
	simulated: z.boolean(),
	speed: z.number().min(0.05).max(1),
	slowStart: z.boolean(),
	trial: z.object({ seriesId: z.string(), index: z.int().min(0), seed: z.int() }).nullable(),
	startedAtEpochMs: epochMs,
	end: z
		.object({
			endedBy: z.enum(RUN_ENDS),
			endedAtEpochMs: epochMs,
			durationMs: count,
			latency: z.object({ count, medianMs: count, p95Ms: count, maxMs: count }).nullable(),
			limitedTicks: z.record(z.string(), z.int().min(0)),
			lateChunks: z.int().min(0),
			takeOvers: z.int().min(0).nullable().default(null),
			episodeId: z.string().nullable()
		})
		.nullable(),
	outcome: z.enum(RUN_OUTCOMES),
	judge: z.enum(RUN_JUDGES),
	rating: z.int().min(1).max(5).nullable(),
	words: z.string().max(2000)
});

/** undefined for a row that cannot be believed: it is left where it is and left out. */
export function readPackageRow(row: unknown): PackageRow | undefined {
	const parsed = packageSchema.safeParse(row);
	if (!parsed.success) return undefined;
	const { fp32, fp16 } = parsed.data.facts;
	return {
		...parsed.data,
		facts: { ...(fp32 === undefined ? {} : { fp32 }), ...(fp16 === undefined ? {} : { fp16 }) }
	};
}

export function readRunRow(row: unknown): PolicyRunRecord | undefined {
	const parsed = runSchema.safeParse(row);
	if (!parsed.success) return undefined;
	const { outcome, judge } = parsed.data;
	return (outcome === 'unknown') === (judge === 'nobody') ? parsed.data : undefined;
}

/** For the page; undefined when the manifest cannot be read any more. */
export function toListing(row: PackageRow): PolicyListing | undefined {
	const manifest = answer(() => parseManifest(row.manifestText));
	if (!manifest.ok) return undefined;
	const costs: Partial<Record<PolicyPrecision, OnnxFacts>> = { ...row.facts };
	const { id, card, packageBytes, addedAtEpochMs, origin, deletedAtEpochMs } = row;
	return {
		id,
		manifest: manifest.value,
		card,
		packageBytes,
		costs,
		addedAtEpochMs,
		origin,
		deletedAtEpochMs
	};
}
