import { localizeHref } from '$lib/i18n';
import {
	createClassroom,
	createSchool,
	issueJoinCode,
	myClassrooms,
	mySchools,
	teacherOnly,
	typed
} from '$lib/server';
import { fail, redirect, type Actions } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

/** A lesson and a half: long enough for latecomers, too short for the corridor. */
const FIRST_CODE_MINUTES = 120;
const MOST_SEATS = 40;

export const load: PageServerLoad = async ({ locals, url }) => {
	await teacherOnly(locals.person, localizeHref('/account/login'), url.pathname);
	const client = locals.school('teacher');
	const [classes, schools] = await Promise.all([myClassrooms(client), mySchools(client)]);
	return {
		classes: classes.ok ? classes.value : [],
		schools: schools.ok ? schools.value : [],
		problem: classes.ok ? null : classes.error
	};
};

export const actions: Actions = {
	default: async ({ request, locals, url }) => {
		await teacherOnly(locals.person, localizeHref('/account/login'), url.pathname);
		const form = await request.formData();
		const name = typed(form, 'name');
		const seats = Number.parseInt(typed(form, 'seats'), 10);
		const schoolName = typed(form, 'school');
		if (name === '' || !(seats >= 1 && seats <= MOST_SEATS))
			return fail(400, { problem: 'invalid' as const, name, seats });
		const client = locals.school('teacher');
		const schools = await mySchools(client);
		if (!schools.ok) return fail(400, { problem: schools.error, name, seats });
		const first = schools.value[0];
		const school =
			first === undefined ? await createSchool(client, schoolName) : ({ ok: true, value: first.id } as const);
		if (!school.ok) return fail(400, { problem: school.error, name, seats });
		const made = await createClassroom(client, school.value, name, seats);
		if (!made.ok) return fail(400, { problem: made.error, name, seats });
		await issueJoinCode(client, made.value, FIRST_CODE_MINUTES); // without one the page offers to make it
		redirect(303, localizeHref(`/classroom/${made.value}`));
	}
};
