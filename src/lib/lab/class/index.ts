// The pages' way to the seat of this browser; the lab brings the rest (class-link.ts) when it is needed.

import { forgetTicket, keepTicket } from '$lib/classroom/ticket';
import type { SeatTicket } from '$lib/contracts';

/** From the next start on the lab works on this seat. */
export const keepSeat = (ticket: SeatTicket): void => keepTicket(localStorage, ticket);

/** The lab goes back to the guest's own recordings; those of the seat stay where they are. */
export const forgetSeat = (): void => forgetTicket(localStorage);
