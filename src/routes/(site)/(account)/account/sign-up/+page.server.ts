import { localizeHref } from '$lib/i18n';
import { createSchool, mySchools, secret, signUp, typed } from '$lib/server';
import { fail, redirect, type Actions } from '@sveltejs/kit';

export const actions: Actions = {
	default: async ({ request, locals }) => {
		const form = await request.formData();
		const email = typed(form, 'email');
		const school = typed(form, 'school');
		const client = locals.school('teacher');
		const answer = await signUp(client, email, secret(form, 'password'));
		if (!answer.ok) return fail(400, { problem: answer.error, email, school });
		const known = await mySchools(client);
		const made = known.ok && known.value.length > 0 ? known : await createSchool(client, school);
		if (!made.ok) return fail(400, { problem: made.error, email, school });
		redirect(303, localizeHref('/classroom/classes'));
	}
};
