// The class link: the code stands in the address.
import { localizeHref } from '$lib/i18n';
import { redirect } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = ({ params }) =>
	redirect(303, localizeHref(`/join?code=${encodeURIComponent(params.code.slice(0, 16))}`));
