// What the computer itself can do, measured in the worker: graphics card, video encoder, durable writes. Needs no arm.

import { probeCapabilities } from '../capabilities';
import { figure, quantile, type BenchFailure, type BenchFigure, type StepOutcome } from './bench-types';

export type MachineStep = 'webgpu' | 'encoder' | 'storage';

export async function measureMachine(step: MachineStep): Promise<StepOutcome> {
	try {
		if (step === 'webgpu') return await measureGpu();
		return await (step === 'encoder' ? measureEncoder() : measureStorage());
	} catch {
		return failed('broken');
	}
}

function failed(failure: BenchFailure): StepOutcome {
	return { kind: 'failed', failure, arm: null };
}

function measured(
	figures: readonly BenchFigure[],
	facts: Readonly<Record<string, string>> = {}
): StepOutcome {
	return { kind: 'measured', figures, facts, arm: null };
}

const GPU_INVOCATIONS = 65_536;
const GPU_GROUP = 64;
/** A chain of dependent multiply-adds per invocation, four wide. */
const GPU_SHADER = `
@group(0) @binding(0) var<storage, read_write> out: array<vec4f>;
override rounds: u32 = 64;
@compute @workgroup_size(${GPU_GROUP}) fn main(@builtin(global_invocation_id) id: vec3u) {
	var a = vec4f(f32(id.x) * 0.000001);
	let b = vec4f(0.9999);
	for (var k = 0u; k < rounds; k++) { a = fma(a, b, a * 0.0001); a = fma(a, b, b); }
	out[id.x] = a;
}`;
/** Two fma of two operations each and one multiplication, four lanes wide. */
const OPERATIONS_PER_ROUND = 20;
const GPU_LONG_ENOUGH_MS = 40;
const GPU_MOST_ROUNDS = 65_536;

async function measureGpu(): Promise<StepOutcome> {
	const gpu = (navigator as { gpu?: GPU }).gpu;
	const fromMs = performance.now();
	const adapter = (await gpu?.requestAdapter()) ?? null;
	if (adapter === null) return failed('not_there');
	const device = await adapter.requestDevice();
	const startMs = performance.now() - fromMs;
	let gflops: number | null = null;
	for (let rounds = 64; rounds <= GPU_MOST_ROUNDS; rounds *= 4) {
		const ms = await runRounds(device, rounds);
		gflops = (GPU_INVOCATIONS * rounds * OPERATIONS_PER_ROUND) / (ms / 1000) / 1e9;
		if (ms >= GPU_LONG_ENOUGH_MS) break;
	}
	const { vendor, architecture } = adapter.info;
	device.destroy();
	return measured([figure('gpu_start_ms', startMs), figure('gpu_gflops', gflops)], { vendor, architecture });
}

/** One dispatch to warm up, one timed from submission to done. */
async function runRounds(device: GPUDevice, rounds: number): Promise<number> {
	const module = device.createShaderModule({ code: GPU_SHADER });
	const pipeline = await device.createComputePipelineAsync({
		layout: 'auto',
		compute: { module, entryPoint: 'main', constants: { rounds } }
	});
	// Storage: what the shader writes.
	const buffer = device.createBuffer({ size: GPU_INVOCATIONS * 16, usage: 0x80 });
	const group = device.createBindGroup({
		layout: pipeline.getBindGroupLayout(0),
		entries: [{ binding: 0, resource: { buffer } }]
	});
	let ms = 0;
	for (let turn = 0; turn < 2; turn++) {
		const encoder = device.createCommandEncoder();
		const pass = encoder.beginComputePass();
		pass.setPipeline(pipeline);
		pass.setBindGroup(0, group);
		pass.dispatchWorkgroups(GPU_INVOCATIONS / GPU_GROUP);
		pass.end();
		const fromMs = performance.now();
		device.queue.submit([encoder.finish()]);
		await device.queue.onSubmittedWorkDone();
		ms = performance.now() - fromMs;
	}
	buffer.destroy();
	return ms;
}

const FRAMES = 150;
const SIZE = { width: 640, height: 480 };
const ENCODER_FPS = 30;
const CODECS = { avc: 'avc1.42001f', av1: 'av01.0.04M.08', vp9: 'vp09.00.10.08' } as const;
const MOST_QUEUED = 2;

/** As fast as the encoder takes pictures of 640x480, not faster than it gives them back. */
async function measureEncoder(): Promise<StepOutcome> {
	const { videoCodec } = await probeCapabilities();
	if (videoCodec === null) return failed('not_there');
	const begunMs = new Map<number, number>();
	const tookMs: number[] = [];
	let bytes = 0;
	let broken = false;
	const encoder = new VideoEncoder({
		output: (chunk) => {
			bytes += chunk.byteLength;
			tookMs.push(performance.now() - (begunMs.get(chunk.timestamp) ?? Number.NaN));
		},
		error: () => (broken = true)
	});
	encoder.configure({
		codec: CODECS[videoCodec],
		...SIZE,
		framerate: ENCODER_FPS,
		bitrate: 1_500_000,
		latencyMode: 'realtime'
	});
	const paint = createPainter();
	const fromMs = performance.now();
	for (let k = 0; k < FRAMES; k++) {
		while (encoder.encodeQueueSize > MOST_QUEUED && hasNotFailed())
			await new Promise((resolve) => encoder.addEventListener('dequeue', resolve, { once: true }));
		if (!hasNotFailed()) return failed('broken');
		const frame = paint(k);
		begunMs.set(frame.timestamp, performance.now());
		encoder.encode(frame, { keyFrame: k % (2 * ENCODER_FPS) === 0 });
		frame.close();
	}
	await encoder.flush();
	const seconds = (performance.now() - fromMs) / 1000;
	encoder.close();
	const kbits = (8 * bytes) / 1000 / (FRAMES / ENCODER_FPS);
	return measured(
		[
			figure('encoder_fps', FRAMES / seconds),
			figure('encoder_p99_ms', quantile(tookMs, 0.99)),
			figure('encoder_kbit_s', kbits)
		],
		{ codec: videoCodec }
	);

	// A function, because the callback above changes it behind the compiler's back.
	function hasNotFailed(): boolean {
		return !broken && encoder.state === 'configured';
	}
}

/** Pictures that change everywhere a little and somewhere a lot, as those of an arm do. */
function createPainter(): (k: number) => VideoFrame {
	const canvas = new OffscreenCanvas(SIZE.width, SIZE.height);
	const context = canvas.getContext('2d');
	if (context === null) throw new Error('no 2d context');
	return (k) => {
		context.fillStyle = `hsl(${40 + (k % 20)} 30% 70%)`;
		context.fillRect(0, 0, SIZE.width, SIZE.height);
		for (let j = 0; j < 12; j++) {
			context.fillStyle = `hsl(${30 * j} 70% 45%)`;
			context.fillRect((97 * j + 5 * k) % SIZE.width, (53 * j + 3 * k) % SIZE.height, 90, 60);
		}
		return new VideoFrame(canvas, { timestamp: Math.round((k * 1e6) / ENCODER_FPS) });
	};
}

const DATABASE = 'edubotics-bench';
const STORE = 'blocks';
const BLOCKS = 48;
const MB = 2 ** 20;

/** One megabyte per transaction, each waited for until it is durable. */
async function measureStorage(): Promise<StepOutcome> {
	if (!('indexedDB' in globalThis)) return failed('not_there');
	const database = await open();
	const commitsMs: number[] = [];
	const block = crypto.getRandomValues(new Uint8Array(65_536));
	const bytes = new Uint8Array(MB);
	for (let at = 0; at < MB; at += block.length) bytes.set(block, at);
	const fromMs = performance.now();
	for (let k = 0; k < BLOCKS; k++) {
		const beganMs = performance.now();
		bytes[0] = k;
		await put(database, k, bytes);
		commitsMs.push(performance.now() - beganMs);
	}
	const seconds = (performance.now() - fromMs) / 1000;
	database.close();
	await finished(indexedDB.deleteDatabase(DATABASE));
	const { quota } = await navigator.storage.estimate();
	return measured([
		figure('write_mb_s', BLOCKS / seconds),
		figure('commit_p50_ms', quantile(commitsMs, 0.5)),
		figure('commit_p99_ms', quantile(commitsMs, 0.99)),
		figure('quota_gb', quota === undefined ? null : quota / 1e9)
	]);
}

function open(): Promise<IDBDatabase> {
	const request = indexedDB.open(DATABASE, 1);
	request.onupgradeneeded = () => void request.result.createObjectStore(STORE);
	return finished(request);
}

function put(database: IDBDatabase, key: number, bytes: Uint8Array): Promise<void> {
	return new Promise((resolve, reject) => {
		const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
		transaction.objectStore(STORE).put(bytes, key);
		transaction.oncomplete = () => resolve();
		transaction.onabort = () => reject(transaction.error ?? new Error('aborted'));
	});
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error ?? new Error('refused'));
	});
}
