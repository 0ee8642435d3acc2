// Entry of the screens of models, kept apart from `$lib/ui` so that no page carries them before it needs them.
export { default as PolicyCard } from './PolicyCard.svelte';
export { default as PolicyCheck } from './PolicyCheck.svelte';
export { default as PolicyLibrary } from './PolicyLibrary.svelte';
export { default as PolicyPanel } from './PolicyPanel.svelte';
export type {
	ImportView,
	OfflineView,
	PolicyCardView,
	PolicyCheckView,
	PolicyLibraryActions,
	PolicyLibraryView,
	PolicyLoadPart,
	PolicyPanelActions,
	PolicyPanelView,
	PolicyTrialView,
	PolicyProblem,
	PolicyRunState,
	PolicyRunView,
	PolicyWaitView,
	PolicyWhyView
} from './policy-view';
export type { WhyActions, WhyFindingView, WhyView } from './why/why-view';
