// Where the link of the mail leads. The token is used when the form is sent, not when the link is opened: mail filters open
// links as well.
import { localizeHref } from '$lib/i18n';
import { secret, setPassword, typed, useMailedToken } from '$lib/server';
import { fail, redirect, type Actions } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = ({ url }) => ({ token: url.searchParams.get('token_hash') ?? '' });

export const actions: Actions = {
	default: async ({ request, locals }) => {
		const form = await request.formData();
		const client = locals.school('teacher');
		const token = typed(form, 'token');
		if (token !== '') {
			const opened = await useMailedToken(client, token);
			if (!opened.ok) return fail(400, { problem: opened.error });
		}
		const answer = await setPassword(client, secret(form, 'password'));
		if (!answer.ok) return fail(400, { problem: answer.error });
		redirect(303, localizeHref('/classroom/classes'));
	}
};
