// The 3-D view of the page. The virtual cameras are behind `$lib/scene/camera-renderer`, which needs no page.

export { default as ArmView } from './ArmView.svelte';
export type { ViewKind } from './view-controller';
