// The lab in Svelte's context: set once by the lab's layout, read by its pages.
import { getContext, setContext } from 'svelte';
import type { Lab } from './lab.svelte';

const KEY = Symbol('lab');

export function setLab(lab: Lab): void {
	setContext(KEY, lab);
}

export function getLab(): Lab {
	return getContext<Lab>(KEY);
}
