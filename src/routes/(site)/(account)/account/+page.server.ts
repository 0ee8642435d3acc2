import { localizeHref } from '$lib/i18n';
import { mySchools, teacherOnly } from '$lib/server';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const teacher = await teacherOnly(locals.person, localizeHref('/account/login'), url.pathname);
	const schools = await mySchools(locals.school('teacher'));
	return { email: teacher.email, schools: schools.ok ? schools.value : [] };
};
