/**
 * One consumer of a camera worker's pictures (RENDER's or FRAMES') behind one message port: who wants which camera, numbering, and a limit
 * on pictures under way, so that a slow consumer costs pictures and never memory. Knows ports and frames; knows no
 * scene and no clock.
 */
import { PROTOCOL_VERSION, readConsumerToRender, type RenderToConsumer } from '$lib/contracts';
import { paintFrameNumber } from './frame-number';

const MAX_UNDER_WAY = 4;

interface Flow {
	wanted: boolean;
	sequence: number;
	/** Posted and not yet taken. */
	underWay: number;
}

export interface FrameOutlet {
	wants(camera: string): boolean;
	/**
	 * Sends a copy of the picture; false when it was left out because too many are under way. Cameras that are taken
	 * together say the number of the `shot`; a camera by itself has its own pictures counted here.
	 */
	offer(
		camera: string,
		picture: { width: number; height: number; data: Uint8Array },
		tMs: number,
		shot?: number
	): boolean;
	close(): void;
}

export interface FrameOutletOptions {
	/** Paints each picture's own number into it, so that an outside program can prove which one it is. */
	readonly stampNumbers: boolean;
	/** Lockstep never leaves a picture out: its driver waits for the consumer instead. */
	readonly lossless: boolean;
	readonly onDropped: () => void;
}

export function createFrameOutlet(
	port: MessagePort,
	cameras: readonly string[],
	options: FrameOutletOptions
): FrameOutlet {
	const flows = new Map<string, Flow>(
		cameras.map((name) => [name, { wanted: false, sequence: 0, underWay: 0 }])
	);
	let seq = 0;

	const post = (
		ch: RenderToConsumer['ch'],
		t: number,
		body: RenderToConsumer['body'],
		transfer: Transferable[]
	) => port.postMessage({ v: PROTOCOL_VERSION, ch, seq: seq++, t, body }, transfer);

	const receive = (event: MessageEvent): void => {
		const message = readConsumerToRender(event.data);
		const flow = message && flows.get(message.body.camera);
		if (!flow) {
			options.onDropped();
			return;
		}
		if (message.ch === 'frame-taken') flow.underWay = Math.max(0, flow.underWay - 1);
		else {
			flow.wanted = message.body.wanted;
			// What was under way before a pause is no longer owed.
			flow.underWay = 0;
			if (!flow.wanted) post('frames-ended', message.t, { camera: message.body.camera }, []);
		}
	};

	port.addEventListener('message', receive);
	port.start();

	return {
		wants: (camera) => flows.get(camera)?.wanted ?? false,
		offer(camera, picture, tMs, shot) {
			const flow = flows.get(camera);
			if (!flow?.wanted) return true;
			const sequence = shot ?? flow.sequence++;
			if (!options.lossless && flow.underWay >= MAX_UNDER_WAY) return false;
			flow.underWay++;
			const { width, height } = picture;
			const data = picture.data.slice();
			if (options.stampNumbers) paintFrameNumber({ width, height, data }, sequence);
			post('frame', tMs, { camera, frame: { width, height, data, tMs, sequence } }, [data.buffer]);
			return true;
		},
		close() {
			port.removeEventListener('message', receive);
			port.close();
		}
	};
}
