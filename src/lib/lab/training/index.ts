// Side door of the lab room: training in this tab, without the lab.
import { Training, type TrainingOptions } from './training.svelte';

export type { Training };

let opened: Training | null = null;

/** One per visit: a training goes on while the person is on another page of the lab. Options count the first time. */
export function openTraining(options: TrainingOptions): Training {
	opened ??= new Training(options);
	return opened;
}
