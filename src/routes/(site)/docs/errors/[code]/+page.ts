import { error } from '@sveltejs/kit';
import { ERROR_CODES } from '$lib/contracts';
import type { EntryGenerator, PageLoad } from './$types';

export const entries: EntryGenerator = () => ERROR_CODES.map((code) => ({ code }));

export const load: PageLoad = ({ params }) => {
	const code = ERROR_CODES.find((known) => known === params.code);
	if (!code) error(404);
	return { code };
};
