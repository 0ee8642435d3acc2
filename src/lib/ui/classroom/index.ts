// The school's parts: a seat's picture and name, the board, forms and their words.
export { default as BoardGrid } from './BoardGrid.svelte';
export { default as ClassBar } from './ClassBar.svelte';
export { default as CodeCard } from './CodeCard.svelte';
export { default as FormField } from './FormField.svelte';
export { default as SchoolNote } from './SchoolNote.svelte';
export { default as SeatBadge } from './SeatBadge.svelte';
export { followBoard } from './follow-board';
export { seatName } from './seat-words';
