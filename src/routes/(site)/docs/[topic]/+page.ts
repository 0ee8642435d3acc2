import { error } from '@sveltejs/kit';
import { TOPIC_NAMES } from '../topics';
import type { EntryGenerator, PageLoad } from './$types';

export const entries: EntryGenerator = () => TOPIC_NAMES.map((topic) => ({ topic }));

export const load: PageLoad = ({ params }) => {
	const topic = TOPIC_NAMES.find((known) => known === params.topic);
	if (!topic) error(404);
	return { topic };
};
