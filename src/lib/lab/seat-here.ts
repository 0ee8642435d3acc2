// Whose data this browser works on: the seat somebody sits on in a class, else the guest's. The lab, the models and the
// training must name the same one, or a pupil's recordings and models would not find each other.

import { ticketHere } from '$lib/classroom/ticket';

/** Where somebody works who joined no class. */
export const GUEST_SEAT = 'local';

export function seatHere(): string {
	return ticketHere()?.seatId ?? GUEST_SEAT;
}
