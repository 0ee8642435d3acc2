// What became of a seat: asked while a pupil waits to be let in.
import { mySeat, uuidOr404 } from '$lib/server';
import { json, type RequestHandler } from '@sveltejs/kit';

export const GET: RequestHandler = async ({ locals, url }) => {
	const seatId = uuidOr404(url.searchParams.get('seat'));
	const pupil = await locals.person('pupil');
	if (pupil === null) return json({ problem: 'not_allowed' }, { status: 401 });
	const seat = await mySeat(locals.school('pupil'), pupil.id, seatId);
	if (!seat.ok) return json({ problem: seat.error }, { status: 503 });
	return json({ state: seat.value?.state ?? 'removed' });
};
