// The virtual cameras as the page has them: the RENDER worker, the canvases it draws previews on, and its figures. RENDER
// outlives a new arm or a new RECORDER (only the links are made anew); a new RENDER needs new canvases, because a canvas
// can be handed over once.

import { transfer } from 'comlink';
import type { PlantApi, RecorderApi, RenderApi } from '../hosts/api';
import { joinPictures, type LinkOptions } from './links';
import type { RunningWorker, WorkerSet } from './worker-set';

export interface Pictures {
	/** Pictures per second, null before the first figures and in lockstep. */
	readonly fps: number | null;
	/** RENDER is gone and not yet replaced. */
	readonly lost: boolean;
	/** Grows with every new RENDER: canvases made for an older one stay as they are. */
	readonly generation: number;
	/** Joins the virtual arm, its cameras and the store; starts RENDER where there is none. */
	join(
		plant: RunningWorker<PlantApi>,
		recorder: RunningWorker<RecorderApi>,
		/** Of further consumers. */
		more?: readonly MessagePort[]
	): Promise<void>;
	attachCanvas(camera: string, canvas: OffscreenCanvas): void;
	/** RENDER died. */
	gone(): void;
}

export function createPictures(workers: WorkerSet, options: LinkOptions, onChange: () => void): Pictures {
	const canvases = new Map<string, OffscreenCanvas>();
	let render: RunningWorker<RenderApi> | null = null;
	let figures: MessagePort | null = null;
	let fps: number | null = null;
	let lost = false;
	let generation = 0;

	const giveCanvas = (camera: string): void => {
		const canvas = canvases.get(camera);
		if (canvas === undefined || render === null) return;
		canvases.delete(camera);
		void render.api.preview(camera, transfer(canvas, [canvas])).catch(() => false);
	};

	return {
		get fps() {
			return fps;
		},
		get lost() {
			return lost;
		},
		get generation() {
			return generation;
		},
		async join(plant, recorder, more = []) {
			const running = (render ??= await workers.start<RenderApi>('render'));
			figures?.close();
			figures = await running.orGone(joinPictures(plant, running, recorder, options, more));
			figures.onmessage = (event: MessageEvent<{ ch?: string; body?: { fps?: number | null } }>) => {
				if (event.data.ch !== 'render-stats') return;
				fps = event.data.body?.fps ?? null;
				onChange();
			};
			lost = false;
			for (const camera of canvases.keys()) giveCanvas(camera);
			onChange();
		},
		attachCanvas(camera, canvas) {
			canvases.set(camera, canvas);
			giveCanvas(camera);
		},
		gone() {
			render = null;
			fps = null;
			lost = true;
			// Those of the page are blank now, or belong to the dead one.
			canvases.clear();
			generation += 1;
			onChange();
		}
	};
}
