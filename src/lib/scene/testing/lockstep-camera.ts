// A camera of a RENDER that steps on demand, here or in a worker: the picture of each instant is asked for and waited for,
// so that a second of pictures takes as long as drawing them, on any machine.

import { createRenderedCamera } from '$lib/camera';
import type { CameraHarness } from '$lib/camera/camera.contract';
import { PROTOCOL_VERSION, isEnvelope } from '$lib/contracts';
import { createVirtualScheduler } from '$lib/core';
import { answerCrossings, crossing } from '$lib/core/testing/crossing';
import { RenderHost, type RenderOptions, type RenderPorts } from '../render-host';
import { OPTIONS, posesAt } from './render-rig';

const LOCKSTEP: RenderOptions = { ...OPTIONS, clock: 'lockstep' };
const CAMERA = 'left';

/** The far side: RENDER on these ports; returns what ends it. */
export function serveRender(ports: RenderPorts): () => void {
	const host = new RenderHost({ build: 'contract', isolated: false }, createVirtualScheduler());
	host.attach(ports, LOCKSTEP);
	for (const port of ports.consumers) answerCrossings(port);
	return () => host.detach();
}

/** `attach` hands the far ends over; `dispose` ends the far side. */
export async function lockstepCameraHarness(
	attach: (ports: RenderPorts) => Promise<() => void | Promise<void>>
): Promise<CameraHarness> {
	const [plant, consumer, page] = [new MessageChannel(), new MessageChannel(), new MessageChannel()];
	const detach = await attach({ plant: plant.port2, consumers: [consumer.port2], page: page.port2 });
	const { width, height, fps } = LOCKSTEP;
	const camera = createRenderedCamera({
		name: CAMERA,
		width,
		height,
		fps,
		port: consumer.port1,
		watch: null
	});
	let nowMs = 0;
	let tick = 0;
	let drawn: () => void = () => undefined;
	plant.port1.onmessage = ({ data }: MessageEvent<unknown>) => {
		if (isEnvelope(data, ['rendered'])) drawn();
	};

	const shoot = async (atMs: number): Promise<void> => {
		const done = new Promise<void>((resolve) => (drawn = resolve));
		const body = { tick, poses: posesAt(tick / 100) };
		plant.port1.postMessage({ v: PROTOCOL_VERSION, ch: 'render', seq: tick, t: atMs, body });
		await done;
	};

	return {
		camera,
		async advance(ms) {
			await crossing(consumer.port1);
			const endMs = nowMs + ms;
			for (; (tick * 1000) / fps < endMs; tick++) {
				await shoot((tick * 1000) / fps);
				await crossing(consumer.port1);
			}
			nowMs = endMs;
		},
		async dispose() {
			await detach();
			for (const { port1 } of [plant, consumer, page]) port1.close();
		}
	};
}
