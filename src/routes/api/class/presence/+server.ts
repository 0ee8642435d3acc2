// An open lab says what it does; kept in memory for half a minute. `closed` when the page goes away.
import { holdForMs, json400, mySeat, news, presence, seatOf, uuidOr404 } from '$lib/server';
import { PRESENCE_STATES } from '$lib/contracts';
import { json, type RequestHandler } from '@sveltejs/kit';

export const POST: RequestHandler = async ({ locals, request }) => {
	const body = await json400(request);
	const seatId = uuidOr404(typeof body['seatId'] === 'string' ? body['seatId'] : null);
	const pupil = await locals.person('pupil');
	if (pupil === null) return json({ problem: 'not_allowed' }, { status: 401 });
	const seat = await seatOf(locals.school('pupil'), pupil.id, seatId);
	if (!seat.ok) return json({ problem: seat.error }, { status: 503 });
	if (seat.value?.state !== 'claimed') return json({ problem: 'not_allowed' }, { status: 403 });
	const classroomId = seat.value.classroom_id;
	if (body['state'] === 'closed') {
		presence.gone(seatId);
		news.tell(classroomId, 'presence');
		return json({ heard: true });
	}
	const state = PRESENCE_STATES.find((known) => known === body['state']);
	if (state === undefined) return json({ problem: 'invalid' }, { status: 400 });
	if (presence.heard(classroomId, seatId, state)) news.tell(classroomId, 'presence');
	if (body['asksHold'] !== true) return json({ heard: true });
	// Its stream does not come through. Asked anew: what is remembered of a seat may be older than the hold.
	const now = await mySeat(locals.school('pupil'), pupil.id, seatId);
	return json({
		heard: true,
		...(now.ok && now.value?.state === 'claimed'
			? { holdForMs: Math.round(holdForMs(now.value.classrooms?.hold_until)) }
			: {})
	});
};
