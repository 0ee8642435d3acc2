import { localizeHref } from '$lib/i18n';
import { askForNewPassword, mailOutboxPath, typed } from '$lib/server';
import { fail, type Actions } from '@sveltejs/kit';

export const actions: Actions = {
	default: async ({ request, locals, url }) => {
		const email = typed(await request.formData(), 'email');
		const returnTo = new URL(localizeHref('/account/password'), url).href;
		const answer = await askForNewPassword(locals.school('teacher'), email, returnTo);
		if (!answer.ok) return fail(400, { problem: answer.error, email, outbox: null });
		return { problem: null, email, outbox: mailOutboxPath() };
	}
};
