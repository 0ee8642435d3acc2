// The board where streams do not come through: the whole state, or 304 when it is still the same.
import { createHash } from 'node:crypto';
import { boardNow, uuidOr404 } from '$lib/server';
import { json, type RequestHandler } from '@sveltejs/kit';

export const GET: RequestHandler = async ({ locals, url, request }) => {
	const id = uuidOr404(url.searchParams.get('classroom'));
	const teacher = await locals.person('teacher');
	if (teacher === null || teacher.isAnonymous) return json({ problem: 'not_allowed' }, { status: 401 });
	const board = await boardNow(locals.school('teacher'), id);
	if (!board.ok) return json({ problem: board.error }, { status: board.error === 'not_allowed' ? 403 : 503 });
	const text = JSON.stringify(board.value);
	const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
	const headers = { etag: tag, 'cache-control': 'private, no-cache' };
	if (request.headers.get('if-none-match') === tag) return new Response(null, { status: 304, headers });
	return new Response(text, { headers: { ...headers, 'content-type': 'application/json' } });
};
