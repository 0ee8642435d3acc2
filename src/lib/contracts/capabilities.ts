// What this browser can do, probed once at start and injected everywhere; tests force values.

export interface Capabilities {
	readonly isolated: boolean;
	readonly secureContext: boolean;
	readonly serial: boolean;
	readonly webCodecs: boolean;
	/** First codec of the ladder H.264, AV1, VP9 that encodes here; null when none does. */
	readonly videoCodec: 'avc' | 'av1' | 'vp9' | null;
	readonly webgl: boolean;
	readonly webgpu: boolean;
	readonly indexedDb: boolean;
	readonly storageQuotaBytes: number | null;
	readonly storagePersisted: boolean | null;
	readonly directoryPicker: boolean;
}
