import { m } from '$lib/i18n';

/** What a tab with the lab is called, also by another one: the second and further ones are numbered. */
export const labTitle = (tab: number): string => (tab > 1 ? `${m.lab_title()} ${tab}` : m.lab_title());
