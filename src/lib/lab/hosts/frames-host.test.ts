// FRAMES in virtual time, over pictures made by hand: what RECORDER gets, what the page is told, and when.

import { afterEach, expect, it } from 'vitest';
import { PROTOCOL_VERSION, readRenderToConsumer, type I420Frame } from '$lib/contracts';
import { createVirtualScheduler } from '$lib/core';
import { answerCrossings, crossing } from '$lib/core/testing/crossing';
import { planarFrame } from '$lib/camera/testing/device-harness';
import type { CameraRole } from '$lib/camera';
import { readCamerasMessage, type CamerasMessage } from './frames-api';
import { FramesHost } from './frames-host';

const ROBOT_ORIGIN_MS = 1_000_000;
const FRAMES_ORIGIN_MS = 1_000_500;
const OPTIONS = {
	width: 64,
	height: 48,
	deviceFps: 30,
	deviceId: 'a',
	localOnly: false,
	mask: [],
	usual: []
};

const closers: (() => void)[] = [];
afterEach(() => {
	for (const close of closers.splice(0)) close();
});

type Paint = (data: Uint8Array, k: number) => void;
const grain: Paint = (data, k) => data.forEach((_, i) => (data[i] = 90 + ((i * 7 + k) % 60)));

function rig({ deaf = false } = {}) {
	const scheduler = createVirtualScheduler();
	const host = new FramesHost({ build: 'test', isolated: false }, scheduler, FRAMES_ORIGIN_MS);
	const consumer = new MessageChannel();
	const page = new MessageChannel();
	answerCrossings(page.port2);
	answerCrossings(consumer.port2);
	host.attach({ consumers: [consumer.port2], page: page.port2 }, { clockOriginMs: ROBOT_ORIGIN_MS });
	const reports: CamerasMessage[] = [];
	const pictures: { camera: string; frame: I420Frame }[] = [];
	page.port1.addEventListener('message', ({ data }: MessageEvent) => {
		const message = readCamerasMessage(data);
		if (message) reports.push(message);
	});
	const send = (ch: string, body: object): void =>
		consumer.port1.postMessage({ v: PROTOCOL_VERSION, ch, seq: 0, t: 0, body });
	consumer.port1.addEventListener('message', ({ data }: MessageEvent) => {
		const message = readRenderToConsumer(data);
		if (message?.ch !== 'frame') return;
		pictures.push(message.body);
		if (!deaf) send('frame-taken', { camera: message.body.camera, sequence: message.body.frame.sequence });
	});
	closers.push(() => {
		for (const { port1, port2 } of [consumer, page]) for (const port of [port1, port2]) port.close();
	});

	const feeds = new Map<CameraRole, ReadableStreamDefaultController<VideoFrame>>();
	const settled = (): Promise<void> => crossing(page.port1).then(() => crossing(consumer.port1));
	return {
		host,
		reports,
		pictures,
		settled,
		now: () => scheduler.now(),
		want: (camera: CameraRole) => send('want-frames', { camera, wanted: true }),
		open: async (role: CameraRole, options: Partial<Parameters<FramesHost['open']>[2]> = {}) => {
			const frames = new ReadableStream<VideoFrame>({ start: (given) => void feeds.set(role, given) });
			await host.open(role, frames, { ...OPTIONS, ...options });
		},
		unplug: (role: CameraRole) => feeds.get(role)?.close(),
		/** Lets time pass with pictures of the roles given. */
		run: async (ms: number, paints: Partial<Record<CameraRole, Paint>>, fps = 30) => {
			const endMs = scheduler.now() + ms;
			for (let k = 0; scheduler.now() < endMs; k++) {
				scheduler.advanceTo(Math.min(endMs, scheduler.now() + 1000 / fps));
				for (const [role, paint] of Object.entries(paints) as [CameraRole, Paint][]) {
					const frame = planarFrame(128, 96, 1e3 * scheduler.now(), (data) => paint(data, k));
					feeds.get(role)?.enqueue(frame as unknown as VideoFrame);
				}
				await settled();
			}
		},
		condition: (role: CameraRole) =>
			reports.at(-1)?.body.cameras.find((camera) => camera.role === role)?.condition
	};
}

it('sends masked pictures of the recorded size on ROBOT’s clock, to whoever wants them', async () => {
	const { open, want, run, pictures, settled } = rig();
	await open('top', { mask: [{ x: 0, y: 0, width: 0.5, height: 0.5 }] });
	await open('wrist');
	want('top');
	await settled();
	await run(500, { top: grain, wrist: grain });
	expect(pictures.length).toBeGreaterThanOrEqual(14);
	for (const [k, { camera, frame }] of pictures.entries()) {
		expect([camera, frame.sequence, frame.width, frame.height]).toEqual(['top', k, 64, 48]);
		for (let row = 0; row < 24; row++)
			expect(frame.data.subarray(row * 64, row * 64 + 32).every((value) => value === 16)).toBe(true);
		expect(frame.data[63]).toBeGreaterThan(80);
	}
	expect(pictures[0]?.frame.tMs).toBeCloseTo(500 + 1000 / 30, 3);
});

it.each([
	['frozen', { wrist: grain }],
	['frozen', { top: (data: Uint8Array) => grain(data, 0), wrist: grain }],
	['black', { top: (data: Uint8Array) => data.fill(16), wrist: grain }]
] as [string, Partial<Record<CameraRole, Paint>>][])(
	'names a camera that is %s within a second, and only that one',
	async (name, paints) => {
		const { open, run, condition, reports } = rig();
		await open('top');
		await open('wrist');
		await run(1500, { top: grain, wrist: grain });
		expect([condition('top'), condition('wrist')]).toEqual(['live', 'live']);
		const faultMs = reports.at(-1)?.body.cameras[0]?.newestMs ?? 0;
		await run(1100, paints);
		const told = reports.find(({ t, body }) => t > faultMs && body.cameras[0]?.condition === name);
		expect((told?.t ?? Infinity) - faultMs).toBeLessThanOrEqual(1000);
		expect([condition('top'), condition('wrist')]).toEqual([name, 'live']);
	}
);

it('names a pulled cable with the next look, and takes a new camera in its place', async () => {
	const { open, run, condition, unplug, host } = rig();
	await open('top');
	await run(1500, { top: grain });
	unplug('top');
	await run(150, {});
	expect(condition('top')).toBe('unplugged');
	await open('top');
	await run(1500, { top: grain });
	expect(condition('top')).toBe('live');
	host.ended('top');
	await run(150, {});
	expect(condition('top')).toBe('unplugged');
});

it('names two cameras that stand in each other’s place, from what was usual on an earlier visit', async () => {
	const bars: Paint = (data, k) =>
		data.forEach((_, i) => (data[i] = (i % 128 < 40 ? 60 : 180) + ((i + k) % 5)));
	const ground: Paint = (data, k) =>
		data.forEach((_, i) => (data[i] = (i / 128 < 50 ? 70 : 200) + ((i + k) % 5)));
	const first = rig();
	await first.open('top');
	await first.open('wrist');
	await first.run(1500, { top: bars, wrist: ground });
	expect(first.condition('top')).toBe('live');
	const usual = first.host.usualViews();

	const second = rig();
	await second.open('top', { usual: usual.top ?? [] });
	await second.open('wrist', { usual: usual.wrist ?? [] });
	await second.run(1200, { top: ground, wrist: bars });
	expect([second.condition('top'), second.condition('wrist')]).toEqual(['swapped', 'swapped']);
	second.host.trustViews();
	await second.run(600, { top: ground, wrist: bars });
	expect(second.condition('top')).toBe('live');
});

it('leaves pictures out, counted, when RECORDER does not take them', async () => {
	const { open, want, run, settled, reports, pictures } = rig({ deaf: true });
	await open('top');
	want('top');
	await settled();
	await run(1200, { top: grain });
	const report = reports.at(-1)?.body.cameras[0];
	expect(pictures).toHaveLength(4);
	expect(report?.skipped).toBe((report?.pictures ?? 0) - 4);
});
