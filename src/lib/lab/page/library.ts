// The seat's datasets as the page shows them: a snapshot of the store turned into views, with object URLs for pictures
// that live as long as the snapshot they belong to.

import type { DatasetView, EpisodeView, RecoverableView, StorageView } from '$lib/ui/lab';
import type { DatasetEntry, StoreSnapshot } from '../hosts/api';

export interface Library {
	readonly datasets: readonly DatasetView[];
	readonly recoverable: readonly RecoverableView[];
	readonly storage: StorageView;
	/** The store was read at least once: an empty list is an empty store. */
	readonly known: boolean;
	take(snapshot: StoreSnapshot, activeId: string | null): void;
	dispose(): void;
}

const UNKNOWN_STORAGE: StorageView = {
	usedBytes: null,
	quotaBytes: null,
	secondsLeft: null,
	persisted: null
};

/** Where new episodes go: where the person said, else the first dataset of this kind of arm; null: into a new one. */
export function activeDataset(
	{ datasets }: StoreSnapshot,
	chosen: string | null,
	kind: 'virtual' | 'real'
): string | null {
	// What a model did does not get among what a person showed unless the person says so.
	const fits = (dataset: DatasetEntry): boolean =>
		dataset.episodes.every(({ simulated, run }) => simulated === (kind === 'virtual') && run === undefined);
	return (datasets.find(({ id }) => id === chosen) ?? datasets.find(fits))?.id ?? null;
}

/** Seconds of recording that still fit, from the bytes per second of what is there; null before there is any. */
export function secondsThatFit(snapshot: StoreSnapshot): number | null {
	let bytes = 0;
	let seconds = 0;
	for (const dataset of snapshot.datasets) {
		for (const episode of dataset.episodes) {
			bytes += episode.closing?.byteCount ?? 0;
			seconds += episode.frameCount / episode.fps;
		}
	}
	if (seconds === 0 || bytes === 0 || snapshot.quotaBytes === null) return null;
	const free = Math.max(0, snapshot.quotaBytes - (snapshot.usedBytes ?? 0));
	return Math.floor(free / (bytes / seconds));
}

export function createLibrary(): Library {
	let urls: string[] = [];
	let datasets: readonly DatasetView[] = [];
	let recoverable: readonly RecoverableView[] = [];
	let storage = UNKNOWN_STORAGE;
	let known = false;

	const pictureUrl = (bytes: Uint8Array | null | undefined): string | null => {
		if (bytes === null || bytes === undefined || bytes.length === 0) return null;
		const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
		urls.push(url);
		return url;
	};

	return {
		get datasets() {
			return datasets;
		},
		get recoverable() {
			return recoverable;
		},
		get storage() {
			return storage;
		},
		get known() {
			return known;
		},
		take(snapshot, activeId) {
			const old = urls;
			known = true;
			urls = [];
			datasets = snapshot.datasets.map((dataset) => ({
				id: dataset.id,
				name: dataset.name,
				bytes: dataset.bytes,
				fps: dataset.episodes[0]?.fps ?? 30,
				simulated: dataset.episodes.every((episode) => episode.simulated),
				localOnly: dataset.episodes.some(({ cameras }) =>
					cameras.some(({ info }) => info.localOnly === true)
				),
				active: dataset.id === activeId,
				episodes: dataset.episodes.map((episode, index): EpisodeView => ({
					id: episode.id,
					index,
					task: episode.task,
					frames: episode.frameCount,
					...(episode.run === undefined ? {} : { ofModel: true }),
					seconds: episode.frameCount / episode.fps,
					achievedFps: Number.isFinite(episode.achievedFps) ? episode.achievedFps : null,
					interrupted: episode.interrupted,
					thumbnailUrl: pictureUrl(episode.cameras.find((camera) => camera.thumbnail !== null)?.thumbnail)
				}))
			}));
			recoverable = snapshot.recoverable.map((episode) => ({
				id: episode.id,
				startedAtEpochMs: episode.startedAtEpochMs,
				frames: episode.frameCount,
				seconds: episode.frameCount / episode.fps,
				task: episode.task
			}));
			storage = {
				usedBytes: snapshot.usedBytes,
				quotaBytes: snapshot.quotaBytes,
				secondsLeft: secondsThatFit(snapshot),
				persisted: snapshot.persisted
			};
			// The page still shows the old pictures until the next drawing.
			setTimeout(() => old.forEach((url) => URL.revokeObjectURL(url)), 2000);
		},
		dispose() {
			urls.forEach((url) => URL.revokeObjectURL(url));
			urls = [];
		}
	};
}
