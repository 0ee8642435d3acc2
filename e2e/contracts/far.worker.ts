// The far side of ports in a thread of its own: the virtual arm's chain as PLANT serves it, pictures as RENDER makes them.

import { expose } from 'comlink';
import type { ChainPortServer } from '$lib/sim/chain';
import { serveChain } from '$lib/robot/transport/testing/transports';
import type { RenderPorts } from '$lib/scene/camera-renderer';
import { serveRender } from '$lib/scene/testing/lockstep-camera';

const chains = new Map<number, ChainPortServer>();
const renders = new Map<number, () => void>();
let next = 0;

const far = {
	serveChain(port: MessagePort, usbFrameMs: number): number {
		chains.set(next, serveChain(port, usbFrameMs));
		return next++;
	},
	unplug: (id: number): void => chains.get(id)?.unplug(),
	replug: (id: number): void => chains.get(id)?.replug(),
	serveRender(ports: RenderPorts): number {
		renders.set(next, serveRender(ports));
		return next++;
	},
	endRender: (id: number): void => renders.get(id)?.()
};

export type Far = typeof far;

expose(far);
