import { localizeHref } from '$lib/i18n';
import { boardNow, teacherOnly, uuidOr404 } from '$lib/server';
import { error } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	await teacherOnly(locals.person, localizeHref('/account/login'), url.pathname);
	const board = await boardNow(locals.school('teacher'), uuidOr404(params.id));
	if (!board.ok) error(board.error === 'not_allowed' ? 404 : 503);
	return { board: board.value };
};
