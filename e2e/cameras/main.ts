// The real cameras without the rest of the lab: its page part, FRAMES and RECORDER in workers of their own, and record
// ticks as ROBOT would send them, on this page's clock. What it records is decoded again here.

import { proxy, transfer, wrap } from 'comlink';
import type { CameraRole } from '$lib/camera';
import { PROTOCOL_VERSION, isEnvelope, type EpisodeMeta, type RecordTick } from '$lib/contracts';
import type { RecorderApi } from '$lib/lab/hosts/api';
import type { CameraReport, FramesApi } from '$lib/lab/hosts/frames-api';
import { DeviceCameras } from '$lib/lab/page/device-cameras';
import { spawnWorker } from '$lib/lab/spawn-worker';
import { openIdbStore } from '$lib/recorder';
import type { CamerasView } from '$lib/ui/cameras';
import { decodedBrightness, type DecodedBrightness, type Rect } from './decoded';
import framesUrl from './frames.worker.ts?worker&url';
import recorderUrl from './recorder.worker.ts?worker&url';

const SEAT = 'cameras';
const FPS = 30;
const JOINTS = 6;

export interface Recorded {
	readonly meta: Omit<EpisodeMeta, 'cameras'>;
	readonly cameras: readonly EpisodeMeta['cameras'][number]['info'][];
	readonly counters: readonly EpisodeMeta['cameras'][number]['counters'][];
	/** Largest distance between a tick and the picture chosen for it, ms, per camera. */
	readonly farthestMs: readonly number[];
	readonly decoded: readonly DecodedBrightness[];
}

/** A report, and when FRAMES wrote it. */
export interface Told extends CameraReport {
	readonly atMs: number;
}

/** Every track that was opened, to be stopped as an unplugged device's is. */
const tracks: MediaStreamTrack[] = [];
const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (constraints) => {
	const stream = await getUserMedia(constraints);
	tracks.push(...stream.getVideoTracks());
	return stream;
};

const recorder = wrap<RecorderApi>(spawnWorker(recorderUrl, 'recorder'));
const told: Told[] = [];
let recording = false;

const devices = new DeviceCameras({
	startFrames: () => Promise.resolve(wrap<FramesApi>(spawnWorker(framesUrl, 'frames'))),
	giveRecorder: async (port) => {
		await recorder.attachFrames(transfer(port, [port]), 'device');
	},
	clockOriginMs: () => Promise.resolve(performance.timeOrigin),
	locked: () => recording,
	place: localStorage,
	onChange: () => {
		for (const report of devices.reports.values()) {
			const before = told.findLast(({ role }) => role === report.role);
			if (before?.condition !== report.condition) told.push({ ...report, atMs: performance.now() });
		}
	}
});

for (const role of ['top', 'wrist'] as const) {
	const canvas = document.getElementById(role) as HTMLCanvasElement;
	devices.attachCanvas(role, canvas.transferControlToOffscreen());
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function tick(index: number): RecordTick {
	const values = new Float32Array(JOINTS).fill(index);
	return { index, tMs: performance.now(), read: true, state: values, action: values.slice() };
}

/** Ticks at 30 a second, one message each; stops asking when RECORDER gives no credit. */
async function sendTicks(port: MessagePort, count: number): Promise<void> {
	const startMs = performance.now();
	for (let index = 0; index < count; index++) {
		await pause(Math.max(0, startMs + (index * 1000) / FPS - performance.now()));
		const body = { ticks: [tick(index)] };
		port.postMessage({ v: PROTOCOL_VERSION, ch: 'record', seq: index, t: performance.now(), body });
	}
}

async function record(rows: number, rect: Rect): Promise<Recorded> {
	const answer = await recorder.open(
		{ seatId: SEAT, clock: 'wall' },
		proxy(() => undefined)
	);
	if (!answer.ok) throw new TypeError(`store: ${answer.code}`);
	const ticks = new MessageChannel();
	await recorder.attachRobot(transfer(ticks.port1, [ticks.port1]));
	let credits = 0;
	ticks.port2.onmessage = ({ data }: MessageEvent) => void (credits += isEnvelope(data, ['credit']) ? 1 : 0);
	recording = true;
	const prepared = await recorder.prepare({
		datasetId: '',
		task: 'cameras',
		fps: FPS,
		simulated: true,
		robotType: 'so101_follower',
		arms: [{ armId: 'follower', role: 'follower' }],
		jointNames: Array.from({ length: JOINTS }, (_, joint) => `joint_${joint}.pos`),
		cameras: devices.infos()
	});
	if (!prepared.ok) throw new TypeError(`prepare: ${prepared.code}`);
	await sendTicks(ticks.port2, rows);
	const meta = await recorder.seal(false);
	recording = false;
	if (meta === null || credits === 0) throw new TypeError('nothing was recorded');
	return readBack(meta.id, rect);
}

async function readBack(id: string, rect: Rect): Promise<Recorded> {
	const store = await openIdbStore({ seatId: SEAT });
	const reader = await store.openEpisode(id);
	const farthestMs = reader.meta.cameras.map(() => 0);
	for await (const { rows } of reader.blocks())
		rows.cameraMs.forEach((times, camera) =>
			times.forEach((time, row) => {
				const off = Math.abs(time - (rows.captureMs[row] ?? Number.NaN));
				farthestMs[camera] = Math.max(farthestMs[camera] ?? 0, off);
			})
		);
	const decoded: DecodedBrightness[] = [];
	for (const camera of reader.meta.cameras.keys())
		decoded.push(await decodedBrightness(reader, camera, rect));
	store.close();
	const { cameras, ...meta } = reader.meta;
	return {
		meta,
		cameras: cameras.map(({ info }) => info),
		counters: cameras.map(({ counters }) => counters),
		farthestMs,
		decoded
	};
}

const page = {
	devices,
	told,
	record,
	view: (): CamerasView => devices.view(),
	report: (role: CameraRole): CameraReport | null => devices.reports.get(role) ?? null,
	/** Stops the newest track of the device that plays `role`; the page's clock when it did. */
	stopTrack(role: CameraRole): number {
		const { deviceId } = devices.infos().find(({ name }) => name === role) ?? {};
		const track = tracks.findLast(
			(one) => one.readyState === 'live' && one.getSettings().deviceId === deviceId
		);
		track?.stop();
		return performance.now();
	},
	/** As a page that does not come to its messages, without taking the processor: waits for a slow answer in one go. */
	block(path: string): void {
		const request = new XMLHttpRequest();
		request.open('GET', path, false);
		request.send();
	}
};

export type CamerasPage = typeof page;

Object.assign(globalThis, { cameras: page });
