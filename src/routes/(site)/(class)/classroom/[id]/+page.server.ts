import { localizeHref } from '$lib/i18n';
import {
	admitSeat,
	boardNow,
	classroom,
	currentCode,
	issueJoinCode,
	qrPath,
	resetSeat,
	setAdmit,
	setClassroomState,
	teacherOnly,
	typed,
	uuidOr404
} from '$lib/server';
import type { SchoolProblem } from '$lib/contracts';
import type { Result } from '$lib/core';
import { error, fail, type RequestEvent } from '@sveltejs/kit';
import type { Actions, PageServerLoad } from './$types';

const CODE_MINUTES = [60, 120, 24 * 60, 7 * 24 * 60] as const;

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('school:class');
	await teacherOnly(locals.person, localizeHref('/account/login'), url.pathname);
	const id = uuidOr404(params.id);
	const client = locals.school('teacher');
	const [room, code, board] = await Promise.all([
		classroom(client, id),
		currentCode(client, id),
		boardNow(client, id)
	]);
	if (!room.ok) error(room.error === 'not_allowed' ? 404 : 503);
	const join = code.ok ? code.value : null;
	const link = join === null ? null : new URL(localizeHref(`/join/${join.code}`), url).href;
	return {
		room: room.value,
		code: join,
		link,
		qr: link === null ? null : qrPath(link),
		seats: board.ok ? board.value.seats : []
	};
};

type Client = ReturnType<App.Locals['school']>;

/** One button of the page: who presses it is checked, what came of it is told. */
const pressed =
	(act: (client: Client, id: string, form: FormData) => Promise<Result<unknown, SchoolProblem>>) =>
	async ({ locals, params, request, url }: RequestEvent) => {
		await teacherOnly(locals.person, localizeHref('/account/login'), url.pathname);
		const answer = await act(locals.school('teacher'), uuidOr404(params['id']), await request.formData());
		return answer.ok ? { problem: null } : fail(400, { problem: answer.error });
	};

const seatOf = (form: FormData): string => uuidOr404(typed(form, 'seat'));

export const actions: Actions = {
	code: pressed((client, id, form) => {
		const asked = Number(form.get('minutes'));
		return issueJoinCode(client, id, CODE_MINUTES.find((minutes) => minutes === asked) ?? CODE_MINUTES[1]);
	}),
	state: pressed((client, id, form) =>
		setClassroomState(client, id, form.get('state') === 'open' ? 'open' : 'paused')
	),
	admit: pressed((client, id, form) => setAdmit(client, id, form.get('admit') === 'ask' ? 'ask' : 'auto')),
	let_in: pressed((client, _id, form) => admitSeat(client, seatOf(form), form.get('yes') === '1')),
	reset: pressed((client, _id, form) => resetSeat(client, seatOf(form)))
};
