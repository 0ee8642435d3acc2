// Side door of the lab room: training in this tab, without the lab.
import { Training, type TrainingOptions } from './training.svelte';

export type { Training };

export { seatHere } from '../seat-here';

const opened = new Map<string, Training>();

/** One per seat and visit: a training goes on while the person is on another page of the lab. Options count the first time. */
export function openTraining(options: TrainingOptions): Training {
	const known = opened.get(options.seatId) ?? new Training(options);
	opened.set(options.seatId, known);
	return known;
}
