// Entry of the list of known arms, kept apart from `$lib/ui` so that pages without a real arm do not carry it.
export { default as ArmsPanel } from './ArmsPanel.svelte';
export { armTitle } from './arms-words';
export type { ArmsActions, ArmsView, ArmView } from './arms-view';
