// The shape of an icon component, so that components can take one as a prop.
import type { LucideIcon } from '@lucide/svelte';

export type Icon = LucideIcon;
