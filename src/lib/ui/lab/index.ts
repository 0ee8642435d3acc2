// Entry of the lab's view: its component, its types, its trace buffer. Kept apart from `$lib/ui` so that pages of the
// site do not carry the lab.
export { default as LabView } from './LabView.svelte';
export { TraceBuffer } from './trace-buffer';
export { labTitle } from './lab-title';
export type * from './lab-view-model';
