// Side door of the lab room: the models of this computer, without the lab.
export { Models } from './models.svelte';
export { seatHere } from '../seat-here';
