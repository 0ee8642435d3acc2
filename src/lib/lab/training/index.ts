// Side door of the lab room: training in this tab, without the lab.
export { Training, type TrainingOptions } from './training.svelte';
