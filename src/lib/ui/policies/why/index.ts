// Entry of the panel "Why?", kept apart so that nobody carries its charts before asking.
export { default as RunList } from './RunList.svelte';
export { default as WhyPanel } from './WhyPanel.svelte';
export type { WhyActions, WhyFindingView, WhyPictureView, WhyView } from './why-view';
