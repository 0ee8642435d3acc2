import { expect, it } from 'vitest';
import { createRenderedCamera } from './rendered-camera';

it('is lost, once, when the port to its worker closes', async () => {
	const { port1, port2 } = new MessageChannel();
	const camera = createRenderedCamera({
		name: 'top',
		width: 64,
		height: 48,
		fps: 30,
		port: port1,
		watch: null
	});
	const reasons: string[] = [];
	const lost = new Promise<void>((resolve) => {
		camera.onLost((reason) => {
			reasons.push(reason);
			resolve();
		});
	});
	await camera.start();
	port2.close();
	await lost;
	expect(reasons).toEqual(['camera_lost']);
});
