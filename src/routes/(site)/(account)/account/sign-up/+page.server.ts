import { localizeHref } from '$lib/i18n';
import { createSchool, mySchools, signUp } from '$lib/server';
import { fail, redirect, type Actions } from '@sveltejs/kit';

export const actions: Actions = {
	default: async ({ request, locals }) => {
		const form = await request.formData();
		const email = String(form.get('email') ?? '').trim();
		const school = String(form.get('school') ?? '').trim();
		const client = locals.school('teacher');
		const answer = await signUp(client, email, String(form.get('password') ?? ''));
		if (!answer.ok) return fail(400, { problem: answer.error, email, school });
		const known = await mySchools(client);
		const made = known.ok && known.value.length > 0 ? known : await createSchool(client, school);
		if (!made.ok) return fail(400, { problem: made.error, email, school });
		redirect(303, localizeHref('/classroom/classes'));
	}
};
