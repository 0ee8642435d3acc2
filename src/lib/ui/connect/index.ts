// Entry of the connect screens, kept apart from `$lib/ui` so that pages without a real arm do not carry them.
export { default as ConnectScreens } from './ConnectScreens.svelte';
export { default as PairSheet } from './PairSheet.svelte';
export { default as ConnectPicture } from './ConnectPicture.svelte';
export { default as SwitchPicture } from './SwitchPicture.svelte';
export { connectOffers } from './connect-offers';
export { causeWords } from './connect-words';
export { CONNECT_STEPS } from './connect-view';
export type { ConnectActions, ConnectStep, ConnectView } from './connect-view';
