// What this door hands out: a package that was believed, the reasons why one was not, and the store of a seat.

import type {
	ErrorCode,
	NewPolicyRun,
	PolicyListing,
	PolicyManifest,
	PolicyObservation,
	PolicyPrecision,
	PolicyRunEnd,
	PolicyRunRecord,
	RunVerdict,
	WhyAnalysis
} from '$lib/contracts';
import type { Result } from '$lib/core';
import type { OnnxFacts } from './onnx/examine';

/** Codes with words for the learner (`contracts/error-codes.ts`); `part` is their detail. */
export type PackageProblemCode = Extract<ErrorCode, `policy_package_${string}`>;

/** Why a package is not believed. */
export interface PackageProblem {
	readonly code: PackageProblemCode;
	/** File or part of the package: `zip`, `manifest.json`, a path, `graph`, a node's name. Text of strangers, short. */
	readonly part: string;
	/** For the log and for people who make packages, English. */
	readonly reason: string;
}

/** The exporting program's own answers. */
export interface PolicyReference {
	readonly observations: readonly PolicyObservation[];
	/** Per observation [chunk_size, N], dataset units. */
	readonly actions: readonly Float32Array[];
}

/** A package that keeps its promises. Weights stay in the blob until they are asked for. */
export interface PolicyPackage {
	/** SHA-256 of manifest.json, lower-case hex. */
	readonly id: string;
	readonly manifest: PolicyManifest;
	/** README.md; '' when there is none. Text of strangers. */
	readonly card: string;
	/** manifest.json as it came. */
	readonly manifestText: string;
	readonly packageBytes: number;
	readonly precisions: readonly PolicyPrecision[];
	/** What was found in the graph, per precision. */
	readonly facts: Readonly<Partial<Record<PolicyPrecision, OnnxFacts>>>;
	/** Bytes for the runtime: read, compared with their hash and examined at every call; the caller's to keep or transfer. */
	model(precision: PolicyPrecision): Promise<Result<Uint8Array<ArrayBuffer>, PackageProblem>>;
	/** Read and compared with its hash at every call. */
	reference(): Promise<Result<PolicyReference, PackageProblem>>;
	/** One training picture (image/png) per camera of the manifest, in its order; empty when there are none. */
	pictures(): Promise<Result<readonly Blob[], PackageProblem>>;
	/** What stands still in them (image/png, alpha 0 where nothing does), per camera; empty when the package holds none. */
	backgrounds(): Promise<Result<readonly Blob[], PackageProblem>>;
}

/** What was read whole and believed, and the very bytes of it. */
export interface ReadCopy extends Pick<PolicyPackage, 'id' | 'card' | 'manifestText' | 'facts'> {
	readonly copy: Blob;
}

/** Whoever reads bytes of strangers: the thread that asks (`readHere`), or a worker that can be ended. */
export interface PackageReader {
	/** Copies the file, reads every byte of the copy and examines it. */
	copy(blob: Blob): Promise<Result<ReadCopy, PackageProblem>>;
	/** As `PolicyPackage.model` and `reference`, of a package that was kept. */
	model(file: Blob, precision: PolicyPrecision): Promise<Result<Uint8Array<ArrayBuffer>, PackageProblem>>;
	reference(file: Blob): Promise<Result<PolicyReference, PackageProblem>>;
}

/** A disk that is full is an answer like any other. Everything else that fails in a store rejects with a CodedError. */
export interface StoreFull {
	readonly code: 'storage_full';
	readonly part: string;
	readonly reason: string;
}

type PolicyTable = 'about' | 'packages' | 'files' | 'runs';

/** What the store needs of a transaction; a body awaits nothing but these, and one that throws leaves no trace. */
export interface PolicyTransaction {
	get(table: PolicyTable, key: string): Promise<unknown>;
	getAll(table: PolicyTable): Promise<unknown[]>;
	put(table: PolicyTable, key: string, value: unknown): Promise<void>;
	delete(table: PolicyTable, key: string): Promise<void>;
}

/** The thing that keeps bytes: the recorder room's StorageEngine, by shape. */
export interface PolicyEngine {
	read<T>(body: (transaction: PolicyTransaction) => Promise<T>): Promise<T>;
	/** Rejects with `storage_full` or `no_indexeddb` when the transaction did not happen. */
	write<T>(
		durability: 'relaxed' | 'strict',
		body: (transaction: PolicyTransaction) => Promise<T>
	): Promise<T>;
	close(): void;
}

/** Packages and runs of one seat. Nothing of it needs a network. */
export interface PolicyStore {
	/** Reads and examines the package and keeps it, strictly. The same package again restores it and keeps its history. */
	add(blob: Blob, origin: string): Promise<Result<PolicyListing, PackageProblem | StoreFull>>;
	/** Newest first, without reading weights. `deleted` lists those that can be restored instead. */
	list(which?: 'kept' | 'deleted'): Promise<readonly PolicyListing[]>;
	/** undefined where there is none. */
	open(id: string): Promise<Result<PolicyPackage, PackageProblem> | undefined>;
	/** The file as it came, to hand it on; undefined where there is none. */
	file(id: string): Promise<Blob | undefined>;
	/** Hides it; its bytes stay until `purge`. */
	remove(id: string): Promise<void>;
	/** Undoes `remove`. False when it is gone for good. */
	restore(id: string): Promise<boolean>;
	/** Frees what was removed before that time (default: all of it). Runs stay. Returns freed bytes. */
	purge(beforeEpochMs?: number): Promise<number>;

	/** Kept at once, so that a tab that dies leaves a run with an unknown end. */
	beginRun(run: NewPolicyRun): Promise<PolicyRunRecord>;
	/** Ends are told once: later calls change nothing. */
	endRun(runId: string, end: PolicyRunEnd): Promise<PolicyRunRecord>;
	judgeRun(runId: string, verdict: RunVerdict): Promise<PolicyRunRecord>;
	/** 1 to 5, and words; both can be changed later. */
	rateRun(runId: string, rating: number, words: string): Promise<PolicyRunRecord>;
	/** Oldest first. */
	runs(policyId?: string): Promise<readonly PolicyRunRecord[]>;
	/** What looking at a run found; replaces what an earlier look found. Rejects with `storage_full`. */
	keepWhy(runId: string, analysis: WhyAnalysis): Promise<void>;
	/** undefined where nobody has looked, or an older lab did. */
	why(runId: string): Promise<WhyAnalysis | undefined>;

	close(): void;
}
