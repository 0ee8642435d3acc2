// Probes once what this browser can do. Everything else is told, never asks; tests pass forced values.

import type { Capabilities } from '$lib/contracts';

const CODEC_LADDER = [
	['avc', 'avc1.42001f'],
	['av1', 'av01.0.04M.08'],
	['vp9', 'vp09.00.10.08']
] as const;

async function probeVideoCodec(): Promise<Capabilities['videoCodec']> {
	if (!('VideoEncoder' in globalThis)) return null;
	for (const [name, codec] of CODEC_LADDER) {
		const support = await VideoEncoder.isConfigSupported({
			codec,
			width: 320,
			height: 240,
			framerate: 30,
			bitrate: 1_000_000
		}).catch(() => null);
		if (support?.supported === true) return name;
	}
	return null;
}

function probeWebgl(): boolean {
	try {
		return new OffscreenCanvas(8, 8).getContext('webgl2') !== null;
	} catch {
		return false;
	}
}

export async function probeCapabilities(): Promise<Capabilities> {
	const storage = (navigator as { storage?: StorageManager }).storage;
	const estimate = await storage?.estimate().catch(() => null);
	const persisted = await storage?.persisted().catch(() => null);
	return {
		isolated: globalThis.crossOriginIsolated,
		secureContext: globalThis.isSecureContext,
		serial: 'serial' in navigator,
		webCodecs: 'VideoEncoder' in globalThis,
		videoCodec: await probeVideoCodec(),
		webgl: probeWebgl(),
		webgpu: 'gpu' in navigator,
		indexedDb: 'indexedDB' in globalThis,
		storageQuotaBytes: estimate?.quota ?? null,
		storagePersisted: persisted ?? null,
		directoryPicker: 'showDirectoryPicker' in globalThis
	};
}
