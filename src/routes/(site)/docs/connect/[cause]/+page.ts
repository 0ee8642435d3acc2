import { error } from '@sveltejs/kit';
import { CONNECT_CAUSES } from '$lib/contracts';
import type { EntryGenerator, PageLoad } from './$types';

export const entries: EntryGenerator = () => CONNECT_CAUSES.map((cause) => ({ cause }));

export const load: PageLoad = ({ params }) => {
	const cause = CONNECT_CAUSES.find((known) => known === params.cause);
	if (!cause) error(404);
	return { cause };
};
