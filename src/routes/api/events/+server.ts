// Live news as server-sent events, for a teacher (`?classroom=`: the board) and for a lab (`?seat=`: is the class held).
// Membership is asked before anything is sent, and again each time the state is.
import {
	boardNow,
	holdForMs,
	mySeat,
	news,
	schoolSettings,
	stateStream,
	STREAM_HEADERS,
	withTokenOfNow,
	uuidOr404,
	type Role,
	type SchoolClient
} from '$lib/server';
import { json, type RequestHandler } from '@sveltejs/kit';

const refused = (status: number): Response => json({ problem: 'not_allowed' }, { status });

/** A stream ends with the token it began with; the browser comes back with a renewed one. */
function watcher(locals: App.Locals, role: Role): Promise<SchoolClient | null> {
	const settings = schoolSettings();
	return settings === null ? Promise.resolve(null) : withTokenOfNow(settings, locals.school(role));
}

async function ofClass(locals: App.Locals, classroomId: string): Promise<Response> {
	const teacher = await locals.person('teacher');
	if (teacher === null || teacher.isAnonymous) return refused(401);
	const client = await watcher(locals, 'teacher');
	if (client === null) return refused(401);
	const hearsNews = await news.listen(schoolSettings()?.listenUrl ?? null);
	const first = await boardNow(client, classroomId);
	if (!first.ok) return refused(first.error === 'not_allowed' ? 403 : 503);
	const stream = stateStream({
		state: async () => {
			const board = await boardNow(client, classroomId);
			if (board.ok) return board.value;
			if (board.error === 'not_allowed') return null;
			throw new Error(board.error); // said again at the next news
		},
		watch: (onNews) => news.watch(classroomId, onNews),
		hearsNews,
		gatherMs: 150
	});
	return new Response(stream, { headers: STREAM_HEADERS });
}

async function ofSeat(locals: App.Locals, seatId: string): Promise<Response> {
	const pupil = await locals.person('pupil');
	if (pupil === null) return refused(401);
	const client = await watcher(locals, 'pupil');
	if (client === null) return refused(401);
	const seat = await mySeat(client, pupil.id, seatId);
	if (!seat.ok) return refused(503);
	if (seat.value?.state !== 'claimed') return refused(403);
	const hearsNews = await news.listen(schoolSettings()?.listenUrl ?? null);
	const classroomId = seat.value.classroom_id;
	const stream = stateStream({
		state: async () => {
			const now = await mySeat(client, pupil.id, seatId);
			if (!now.ok && now.error === 'not_allowed') return null; // the token ran out
			if (!now.ok) throw new Error(now.error);
			if (now.value?.state !== 'claimed') return null;
			return { holdForMs: Math.round(holdForMs(now.value.classrooms?.hold_until)) };
		},
		// Of all the class's news a lab needs the hold alone.
		watch: (onNews) =>
			news.watch(classroomId, (what) => {
				if (what === 'hold' || what === 'again' || what === 'class') onNews();
			}),
		hearsNews,
		gatherMs: 0 // a hold does not wait
	});
	return new Response(stream, { headers: STREAM_HEADERS });
}

export const GET: RequestHandler = ({ locals, url }) => {
	const classroomId = url.searchParams.get('classroom');
	if (classroomId !== null) return ofClass(locals, uuidOr404(classroomId));
	return ofSeat(locals, uuidOr404(url.searchParams.get('seat')));
};
