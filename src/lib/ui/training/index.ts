// Entry of the screens of training, kept apart from `$lib/ui` so that no page carries them before it needs them.
export { default as TrainingPanel } from './TrainingPanel.svelte';
export type {
	TrainingChoice,
	TrainingLength,
	TrainingPageActions,
	TrainingPageView,
	TrainingSourceView
} from './training-view';
