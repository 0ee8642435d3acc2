// What this computer has for running policies, as far as a browser tells, asked inside a worker.

import type { DeviceFacts, EngineLine } from '$lib/inference/run';

/** Of WebGPU, whose types this project has no other use for. */
interface Gpu {
	requestAdapter(): Promise<{
		readonly info?: {
			readonly vendor: string;
			readonly architecture: string;
			readonly isFallbackAdapter?: boolean;
		};
	} | null>;
}

interface TellingNavigator {
	readonly hardwareConcurrency?: number;
	/** GB. */
	readonly deviceMemory?: number;
	readonly gpu?: Gpu;
}

/** '' where there is no graphics card: one that the processor emulates is always slower than the processor. */
async function gpuName(gpu: Gpu | undefined): Promise<string> {
	const adapter = await gpu?.requestAdapter().catch(() => null);
	if (!adapter) return '';
	const { vendor = '', architecture = '', isFallbackAdapter = false } = adapter.info ?? {};
	if (isFallbackAdapter || architecture === 'swiftshader') return '';
	return `${vendor} ${architecture}`.trim() || 'unnamed';
}

export async function probeDevice(from: TellingNavigator = navigator): Promise<DeviceFacts> {
	return {
		cores: from.hardwareConcurrency ?? 1,
		memoryGb: from.deviceMemory ?? null,
		isolated: globalThis.crossOriginIsolated,
		gpu: await gpuName(from.gpu)
	};
}

/** A worker that serves an engine, as its user wants it. */
export function workerLine(worker: Worker): EngineLine {
	const line: EngineLine = {
		postMessage: (message) => worker.postMessage(message),
		onMessage: null,
		onBroken: null,
		terminate: () => worker.terminate()
	};
	worker.onmessage = ({ data }: MessageEvent<Parameters<NonNullable<EngineLine['onMessage']>>[0]>) =>
		line.onMessage?.(data);
	worker.onerror = (event) => {
		event.preventDefault();
		line.onBroken?.(event.message || 'the engine did not start');
	};
	return line;
}
