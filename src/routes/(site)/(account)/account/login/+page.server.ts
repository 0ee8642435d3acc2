import { localizeHref } from '$lib/i18n';
import { safeNext, secret, signIn, typed } from '$lib/server';
import { fail, redirect, type Actions } from '@sveltejs/kit';

export const actions: Actions = {
	default: async ({ request, locals, url }) => {
		const form = await request.formData();
		const email = typed(form, 'email');
		const answer = await signIn(locals.school('teacher'), email, secret(form, 'password'));
		if (!answer.ok) return fail(400, { problem: answer.error, email });
		redirect(303, safeNext(url.searchParams.get('next'), localizeHref('/classroom/classes')));
	}
};
