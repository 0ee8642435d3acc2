// "Hold all arms": for so many seconds, then it ends by itself. 0 lets go at once.
import { holdClass, json400, uuidOr404 } from '$lib/server';
import { json, type RequestHandler } from '@sveltejs/kit';
import { LONGEST_HOLD_MS } from '$lib/contracts';

export const POST: RequestHandler = async ({ locals, request }) => {
	const body = await json400(request);
	const id = uuidOr404(typeof body['classroomId'] === 'string' ? body['classroomId'] : null);
	const seconds = Number(body['seconds']);
	if (!Number.isInteger(seconds) || seconds < 0 || seconds * 1000 > LONGEST_HOLD_MS)
		return json({ problem: 'invalid' }, { status: 400 });
	const held = await holdClass(locals.school('teacher'), id, seconds);
	if (!held.ok) return json({ problem: held.error }, { status: held.error === 'not_allowed' ? 403 : 503 });
	return json({ held: seconds > 0 });
};
