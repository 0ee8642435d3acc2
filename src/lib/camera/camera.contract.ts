// What every camera owes its users, whatever makes its pictures.

import type { Camera, I420Frame } from '$lib/contracts';
import { check, equal, type Contract, type ContractHarness } from '$lib/core/testing/contract';
import { i420Size } from './i420';

export interface CameraHarness extends ContractHarness {
	readonly camera: Camera;
	/** Lets time pass on the camera's clock. */
	readonly advance: (ms: number) => Promise<void>;
}

function collect(camera: Camera): I420Frame[] {
	const frames: I420Frame[] = [];
	camera.onFrame((frame) => frames.push(frame));
	return frames;
}

export const cameraContract: Contract<CameraHarness> = [
	{
		name: 'is silent before it is started',
		async run({ camera, advance }) {
			const frames = collect(camera);
			await advance(200);
			equal(frames.length, 0, 'pictures');
		}
	},
	{
		name: 'delivers pictures of the announced size at about the announced rate',
		async run({ camera, advance }) {
			const { fps, width, height } = camera.info;
			const frames = collect(camera);
			await camera.start();
			await advance(1000);
			await camera.stop();
			const off = Math.abs(frames.length - fps);
			check(off <= Math.ceil(fps * 0.1) + 1, `${frames.length} pictures in a second of ${fps}`);
			for (const frame of frames) {
				equal([frame.width, frame.height], [width, height], 'size');
				equal(frame.data.length, i420Size(width, height), 'bytes');
			}
		}
	},
	{
		name: 'numbers pictures from 0 without gaps, with capture times that rise',
		async run({ camera, advance }) {
			const frames = collect(camera);
			await camera.start();
			await advance(500);
			await camera.stop();
			equal(
				frames.map((frame) => frame.sequence),
				frames.map((_, i) => i),
				'numbers'
			);
			const times = frames.map((frame) => frame.tMs);
			check(
				times.every((t, i) => Number.isFinite(t) && t > (times[i - 1] ?? -Infinity)),
				`capture times ${times.join(', ')}`
			);
		}
	},
	{
		name: 'lets the listener keep the bytes',
		async run({ camera, advance }) {
			const frames = collect(camera);
			await camera.start();
			await advance(200);
			const [first] = frames;
			check(first !== undefined, 'no picture in 200 ms');
			const copy = first.data.slice();
			await advance(300);
			await camera.stop();
			check(
				copy.every((value, at) => value === first.data[at]),
				'a kept picture has changed'
			);
		}
	},
	{
		name: 'serves several listeners and forgets one that left',
		async run({ camera, advance }) {
			const left: I420Frame[] = [];
			const leave = camera.onFrame((frame) => left.push(frame));
			const stayed = collect(camera);
			await camera.start();
			await advance(300);
			leave();
			const seen = left.length;
			await advance(300);
			await camera.stop();
			check(seen > 0, 'no picture for the first listener');
			equal(left.length, seen, 'pictures of the one that left');
			check(stayed.length > seen, 'no more pictures for the one that stayed');
		}
	},
	{
		name: 'stops, may be stopped twice, and starts again',
		async run({ camera, advance }) {
			const frames = collect(camera);
			await camera.start();
			await advance(200);
			await camera.stop();
			await camera.stop();
			const seen = frames.length;
			await advance(300);
			equal(frames.length, seen, 'pictures after stop');
			await camera.start();
			await advance(200);
			await camera.stop();
			check(frames.length > seen, 'no picture after starting again');
		}
	}
];
