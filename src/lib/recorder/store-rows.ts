// Rows of the store's tables and their keys, version 1.

import type { EpisodeMeta } from '$lib/contracts';

export const ABOUT_KEY = 'store';

export interface AboutRow {
	readonly schemaVersion: number;
	readonly deviceId: string;
	readonly nextSequence: number;
}

export interface DatasetRow {
	readonly schemaVersion: number;
	readonly id: string;
	readonly name: string;
	readonly createdAtEpochMs: number;
	readonly deletedAtEpochMs: number | null;
}

export interface EpisodeRow {
	readonly schemaVersion: number;
	readonly meta: EpisodeMeta;
	/** Set while discarded, with the status that an undo restores. */
	readonly discarded: { readonly atEpochMs: number; readonly from: EpisodeMeta['status'] } | null;
}

const DIGITS = 8;
const afterSlash = (key: string): number => Number(key.slice(key.lastIndexOf('/') + 1));

export const blocksPrefix = (episodeId: string): string => `${episodeId}/`;
export const blockKey = (episodeId: string, index: number): string =>
	`${episodeId}/${String(index).padStart(DIGITS, '0')}`;
/** Index of the block a key names. */
export const blockIndexOf = (key: string): number => afterSlash(key);
