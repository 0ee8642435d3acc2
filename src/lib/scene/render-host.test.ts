import { describe, expect, it } from 'vitest';
import { i420Size, readFrameNumber } from '$lib/camera';
import { cameraContract } from '$lib/camera/camera.contract';
import { PROTOCOL_VERSION, type I420Frame } from '$lib/contracts';
import { createVirtualScheduler } from '$lib/core';
import { describeContract } from '$lib/core/testing/describe-contract';
import { RenderHost, STALE_MS, type RenderOptions } from './render-host';
import { lockstepCameraHarness, serveRender } from './testing/lockstep-camera';
import { OPTIONS, openCamera, posesAt, renderedCameraHarness, rig } from './testing/render-rig';

describeContract('Camera: rendered', cameraContract, renderedCameraHarness);
describeContract('Camera: rendered in lockstep', cameraContract, () =>
	lockstepCameraHarness((ports) => Promise.resolve(serveRender(ports)))
);

describe('RENDER on the wall clock', () => {
	it('stamps pictures with the time of the poses they show, and their own number', async () => {
		const r = rig();
		const { camera, frames } = openCamera(r);
		await camera.start();
		await r.advance(500);
		await camera.stop();
		expect(frames.length).toBeGreaterThanOrEqual(14);
		for (const frame of frames) {
			expect(frame.tMs % 10).toBe(0);
			expect(readFrameNumber(frame)).toBe(frame.sequence);
		}
	});

	it('serves both cameras over one port, each with its own picture', async () => {
		const r = rig();
		const left = openCamera(r, 'left');
		const right = openCamera(r, 'right');
		await left.camera.start();
		await right.camera.start();
		await r.advance(200);
		expect(left.frames.length).toBe(right.frames.length);
		expect(left.frames[0]?.data).not.toEqual(right.frames[0]?.data);
	});

	it('stops making pictures when PLANT falls silent: the camera counts as frozen', async () => {
		const r = rig();
		const { camera, frames } = openCamera(r);
		const lost: string[] = [];
		camera.onLost((reason) => lost.push(reason));
		await camera.start();
		await r.advance(300);
		const last = frames.at(-1)?.tMs ?? NaN;
		await r.advance(2500, false);
		expect((frames.at(-1)?.tMs ?? NaN) - last).toBeLessThanOrEqual(STALE_MS + 40);
		expect(lost).toEqual(['camera_frozen']);
		expect(r.stats.at(-1)?.withheld).toBeGreaterThan(20);
	});

	it('leaves pictures out for a consumer that does not take them, and numbers the gap', async () => {
		const r = rig();
		const numbers: number[] = [];
		r.consumer.addEventListener(
			'message',
			(event: MessageEvent<{ ch: string; body: { frame: I420Frame } }>) => {
				if (event.data.ch === 'frame') numbers.push(event.data.body.frame.sequence);
			}
		);
		const say = (ch: string, body: unknown): void =>
			r.consumer.postMessage({ v: PROTOCOL_VERSION, ch, seq: 0, t: 0, body });
		say('want-frames', { camera: 'left', wanted: true });
		await r.advance(1000);
		expect(numbers).toEqual([0, 1, 2, 3]);
		for (const sequence of numbers) say('frame-taken', { camera: 'left', sequence });
		await r.advance(60);
		expect(numbers.at(-1)).toBeGreaterThan(20);
		await r.advance(1000);
		expect(r.stats.at(-1)?.skipped).toBeGreaterThan(20);
	});

	it('does not make up for lost time in a burst, but counts it', async () => {
		const r = rig();
		const { camera, frames } = openCamera(r);
		await camera.start();
		await r.advance(100);
		const before = frames.length;
		// The worker is blocked for 300 ms: every timer fires late, the clock has gone on.
		r.block(300);
		await r.advance(100);
		expect(frames.length - before).toBeLessThanOrEqual(4);
		await r.advance(1000);
		expect(r.stats.at(-1)?.missed).toBe(9);
	});

	it('reports the rate it achieved, and what it dropped', async () => {
		const r = rig();
		const { camera } = openCamera(r);
		await camera.start();
		await openCamera(r, 'right').camera.start();
		await r.toHost('poses', 0, { poses: new Float64Array(3) });
		await r.toHost('tea', 0, { poses: posesAt(0) });
		await r.advance(2010);
		const last = r.stats.at(-1);
		expect(last?.fps).toBeGreaterThan(28);
		expect(last?.fps).toBeLessThan(32);
		expect(last?.missed).toBe(0);
		expect(last?.drawMs).toBeGreaterThan(0);
		expect(last?.dropped).toBeGreaterThanOrEqual(2);
	});
});

describe('RENDER in lockstep', () => {
	it('draws exactly what it is told, stamps it, and answers after the pictures', async () => {
		const r = rig({ clock: 'lockstep' });
		const left = openCamera(r, 'left', false);
		const right = openCamera(r, 'right', false);
		await left.camera.start();
		await right.camera.start();
		await r.settle();
		for (let tick = 0; tick < 10; tick++) {
			await r.toHost('render', 1000 + (tick * 1000) / 30, { tick, poses: posesAt(tick / 100) });
			await r.settle();
			expect(left.frames.length).toBe(tick + 1);
			expect(right.frames.length).toBe(tick + 1);
		}
		expect(left.frames.map((frame) => frame.tMs)).toEqual(
			Array.from({ length: 10 }, (_, tick) => 1000 + (tick * 1000) / 30)
		);
		expect(r.answers).toMatchObject(
			Array.from({ length: 10 }, (_, tick) => ({ ch: 'rendered', body: { tick } }))
		);
		// Time alone makes no picture.
		r.pass(9000);
		await r.settle();
		expect(left.frames).toHaveLength(10);
	});

	it('gives both cameras of a shot one number, whenever each was asked for', async () => {
		const r = rig({ clock: 'lockstep' });
		const left = openCamera(r, 'left', false);
		const right = openCamera(r, 'right', false);
		let tick = 0;
		const shoot = async (): Promise<void> => {
			await r.toHost('render', tick, { tick, poses: posesAt(tick / 100) });
			await r.settle();
			tick++;
		};
		await left.camera.start();
		await r.settle();
		await shoot();
		await right.camera.start();
		await r.settle();
		await shoot();
		await left.camera.stop();
		await r.settle();
		await shoot();
		await right.camera.stop();
		await r.settle();
		// Nobody takes these: they are no shots.
		await shoot();
		await shoot();
		await left.camera.start();
		await right.camera.start();
		await r.settle();
		await shoot();
		expect(left.frames.map(({ tMs, sequence }) => [tMs, sequence])).toEqual([
			[0, 0],
			[1, 1],
			[5, 3]
		]);
		expect(right.frames.map(({ tMs, sequence }) => [tMs, sequence])).toEqual([
			[1, 1],
			[2, 2],
			[5, 3]
		]);
		expect(right.frames.map(readFrameNumber)).toEqual([1, 2, 3]);
	});

	it('makes the same pictures for the same poses in another run', async () => {
		const run = async (): Promise<Uint8Array[]> => {
			const r = rig({ clock: 'lockstep', stampNumbers: false });
			const { camera, frames } = openCamera(r, 'left', false);
			await camera.start();
			await r.settle();
			for (let tick = 0; tick < 3; tick++)
				await r.toHost('render', tick, { tick, poses: posesAt(tick / 50) });
			await r.settle();
			return frames.map((frame) => frame.data);
		};
		const first = await run();
		expect(first).toHaveLength(3);
		expect(await run()).toEqual(first);
	});
});

it('names its build, and refuses what it cannot draw', () => {
	const host = new RenderHost({ build: 'b1', isolated: true }, createVirtualScheduler());
	expect(host.hello()).toEqual({ build: 'b1', isolated: true });
	const ports = (): MessagePort => new MessageChannel().port1;
	const attach = (change: Partial<RenderOptions>) => () =>
		host.attach({ plant: ports(), consumers: [], page: ports() }, { ...OPTIONS, ...change });
	expect(attach({ cameras: ['nose'] })).toThrow("no camera 'nose'");
	expect(attach({ width: 41 })).toThrow(RangeError);
	expect(i420Size(40, 20)).toBe(1200);
});
