// Entry of the set-up wizard, kept apart from `$lib/ui` so that pages without a real arm do not carry it.
export { default as SetupWizard } from './SetupWizard.svelte';
export { SETUP_ORDER, SETUP_PROBLEMS, SETUP_STEPS } from './setup-view';
export type { SetupActions, SetupView } from './setup-view';
