// The least that ending a recording can take in this browser: both encoders emptied, then one strict transaction of the
// size of a closing block. The seal bench stands beside it.

import { FPS, type PictureSize } from '../rig/pattern-episode';

export interface BareSeal {
	/** Milliseconds from the flush to the acknowledged transaction. */
	measure(): Promise<number>;
	close(): void;
}

const BLOCK_BYTES = 32 * 1024;

function openDatabase(): Promise<IDBDatabase> {
	return new Promise((resolve, reject) => {
		const request = indexedDB.open('edubotics-bench-floor', 1);
		request.onupgradeneeded = () => void request.result.createObjectStore('blocks');
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error ?? new Error('no database'));
	});
}

function putStrict(database: IDBDatabase, key: number): Promise<void> {
	return new Promise((resolve, reject) => {
		const transaction = database.transaction('blocks', 'readwrite', { durability: 'strict' });
		transaction.objectStore('blocks').put(new Uint8Array(BLOCK_BYTES), key);
		transaction.oncomplete = () => resolve();
		transaction.onerror = () => reject(transaction.error ?? new Error('not written'));
	});
}

export async function createBareSeal({ width, height }: PictureSize): Promise<BareSeal> {
	const database = await openDatabase();
	const encoders = [0, 1].map(() => {
		const encoder = new VideoEncoder({ output: () => undefined, error: (error) => console.error(error) });
		encoder.configure({
			codec: 'avc1.42001f',
			width,
			height,
			framerate: FPS,
			latencyMode: 'realtime',
			avc: { format: 'avc' }
		});
		return encoder;
	});
	const data = new Uint8Array((width * height * 3) / 2).fill(110);
	let frame = 0;
	return {
		async measure() {
			// As at the end of a recording, the newest picture is still on its way.
			for (const encoder of encoders) {
				const timestamp = Math.round((frame * 1e6) / FPS);
				const picture = new VideoFrame(data, {
					format: 'I420',
					codedWidth: width,
					codedHeight: height,
					timestamp
				});
				encoder.encode(picture, { keyFrame: frame % 2 === 0 });
				picture.close();
			}
			frame += 1;
			const begin = performance.now();
			await Promise.all(encoders.map((encoder) => encoder.flush()));
			await putStrict(database, frame);
			return performance.now() - begin;
		},
		close() {
			for (const encoder of encoders) encoder.close();
			database.close();
		}
	};
}
