// The product's engine, and a graphics card that can be taken away as a driver's crash takes it.

import { serveEngine } from '$lib/inference/run';

interface Device {
	destroy(): void;
}
interface Adapter {
	requestDevice: (this: Adapter, ...wishes: unknown[]) => Promise<Device>;
}

const devices: Device[] = [];
const { GPUAdapter: Gpu } = globalThis as unknown as { GPUAdapter?: { prototype: Adapter } };
if (Gpu !== undefined) {
	const request = Gpu.prototype.requestDevice;
	Gpu.prototype.requestDevice = async function (...wishes) {
		const device = await request.apply(this, wishes);
		devices.push(device);
		return device;
	};
}

serveEngine(self as unknown as Parameters<typeof serveEngine>[0]);
const serve = self.onmessage;
self.onmessage = (event: MessageEvent<unknown>) => {
	if (event.data === 'lose') for (const device of devices.splice(0)) device.destroy();
	else serve?.call(self, event);
};
