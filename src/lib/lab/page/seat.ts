// One tab drives. A Web Lock per seat says which; another tab may take over, and the one that loses it stops at once.

import type { ErrorCode } from '$lib/contracts';

export interface SeatHold {
	/** Takes the seat from whichever tab has it. */
	takeOver(): Promise<void>;
	release(): void;
}

/** Calls `onChange` with what keeps this tab from the seat, null when it has it: now, and whenever that changes. */
export async function holdSeat(
	seatId: string,
	onChange: (problem: ErrorCode | null) => void
): Promise<SeatHold> {
	// No Web Locks at an address that is not secure: nothing to hold, and no real arm to fight over.
	if (!('locks' in navigator)) {
		onChange(null);
		return { takeOver: () => Promise.resolve(), release: () => undefined };
	}
	const name = `edubotics-seat:${seatId}`;
	let letGo: (() => void) | null = null;

	const request = (options: LockOptions): Promise<void> =>
		new Promise((answered) => {
			navigator.locks
				.request(name, options, (lock) => {
					onChange(lock === null ? 'second_tab' : null);
					answered();
					if (lock === null) return undefined;
					return new Promise<void>((release) => (letGo = release));
				})
				.catch(() => {
					letGo = null;
					onChange('second_tab'); // stolen by another tab
					answered();
				});
		});

	await request({ ifAvailable: true });
	return {
		takeOver: () => request({ steal: true }),
		release: () => letGo?.()
	};
}
