import { error } from '@sveltejs/kit';
import { DEMO_STATES } from '../../demo-model';
import type { EntryGenerator, PageLoad } from './$types';

export const entries: EntryGenerator = () => DEMO_STATES.map((state) => ({ state }));

export const load: PageLoad = ({ params }) => {
	const state = DEMO_STATES.find((known) => known === params.state);
	if (!state) error(404);
	return { state };
};
