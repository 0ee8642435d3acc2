// Taking a seat: a code, a free seat, and the browser holds a session without a name. Nothing is asked of anybody.
import { localizeHref } from '$lib/i18n';
import { claimSeat, leaveSeat, lookUpClass, mySeats, pupilOf, typed, uuidOr404 } from '$lib/server';
import type { LookedUpClass } from '$lib/server';
import { err, ok, type Result } from '$lib/core';
import type { SchoolProblem, SeatTicket } from '$lib/contracts';
import { fail, redirect } from '@sveltejs/kit';
import type { Actions, PageServerLoad } from './$types';

/** What people type for what is printed: no O, no I, no L in a code. */
function tidyCode(typed: string): string {
	return typed
		.toUpperCase()
		.replace(/[^A-Z0-9]/g, '')
		.slice(0, 8);
}

async function lookUp(locals: App.Locals, code: string): Promise<Result<LookedUpClass, SchoolProblem>> {
	if (code.length !== 8) return err('code_unknown');
	const client = locals.school('pupil');
	const pupil = await pupilOf(client);
	return pupil.ok ? lookUpClass(client, code) : pupil;
}

export const load: PageServerLoad = async ({ locals, url, cookies }) => {
	const code = tidyCode(url.searchParams.get('code') ?? '');
	// Whoever never sat here needs no question to the database.
	const known = cookies.getAll().some(({ name }) => name.startsWith('edubotics-seat'));
	const pupil = known ? await locals.person('pupil') : null;
	const mine = pupil === null ? ok([]) : await mySeats(locals.school('pupil'), pupil.id);
	return {
		code,
		mine: mine.ok ? mine.value.filter(({ state }) => state === 'claimed' || state === 'waiting') : []
	};
};

export const actions: Actions = {
	look: async ({ request, locals }) => {
		const code = tidyCode(typed(await request.formData(), 'code'));
		const found = await lookUp(locals, code);
		if (!found.ok) return fail(400, { problem: found.error, code, room: null, ticket: null });
		return { problem: null, code, room: found.value, ticket: null };
	},
	sit: async ({ request, locals }) => {
		const form = await request.formData();
		const code = tidyCode(typed(form, 'code'));
		const seatId = uuidOr404(typed(form, 'seat'));
		const client = locals.school('pupil');
		const pupil = await pupilOf(client);
		if (!pupil.ok) return fail(400, { problem: pupil.error, code, room: null, ticket: null });
		const taken = await claimSeat(client, code, seatId);
		const room = await lookUp(locals, code); // what is free now
		if (!taken.ok || !room.ok) {
			const problem = taken.ok ? (room.ok ? 'unreachable' : room.error) : taken.error;
			return fail(400, { problem, code, room: room.ok ? room.value : null, ticket: null });
		}
		const seat = room.value.seats.find(({ id }) => id === taken.value.seat_id);
		const ticket: SeatTicket = {
			seatId: taken.value.seat_id,
			classroomId: taken.value.classroom_id,
			className: room.value.name,
			animal: seat?.animal ?? '',
			color: seat?.color ?? ''
		};
		return { problem: null, code, room: room.value, ticket, waiting: taken.value.state === 'waiting' };
	},
	/** The next person at a shared computer: the session ends here, the seat stays taken until the teacher frees it up. */
	other: async ({ locals }) => {
		await locals.leave('pupil');
		redirect(303, localizeHref('/join'));
	},
	leave: async ({ request, locals }) => {
		const seatId = uuidOr404(typed(await request.formData(), 'seat'));
		const left = await leaveSeat(locals.school('pupil'), seatId);
		if (!left.ok) return fail(400, { problem: left.error, code: '', room: null, ticket: null });
		redirect(303, localizeHref('/join'));
	}
};
