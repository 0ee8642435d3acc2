import { localizeHref } from '$lib/i18n';
import { redirect, type Actions } from '@sveltejs/kit';

export const load = (): never => redirect(303, localizeHref('/account'));

export const actions: Actions = {
	default: async ({ locals }) => {
		await locals.leave('teacher');
		redirect(303, localizeHref('/classroom'));
	}
};
