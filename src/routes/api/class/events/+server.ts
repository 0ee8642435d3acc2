// A seat's outbox arrives: the events of one device, oldest first. What was taken is named by the last number; sent again it
// counts once.
import { json400, labEventBatch, recordLabEvents, uuidOr404 } from '$lib/server';
import { json, type RequestHandler } from '@sveltejs/kit';

export const POST: RequestHandler = async ({ locals, request }) => {
	const body = await json400(request);
	const seatId = uuidOr404(typeof body['seatId'] === 'string' ? body['seatId'] : null);
	const events = labEventBatch(body['events']);
	if (events === null) return json({ problem: 'invalid' }, { status: 400 });
	// Without a session there is nothing to ask the database.
	if ((await locals.person('pupil')) === null) return json({ problem: 'not_allowed' }, { status: 401 });
	const taken = await recordLabEvents(locals.school('pupil'), seatId, events);
	if (taken.ok) return json({ lastSeq: taken.value.last_seq });
	const status = { not_allowed: 403, invalid: 400 }[taken.error as string] ?? 503;
	return json({ problem: taken.error }, { status });
};
