import { expect, it } from 'vitest';
import { createVirtualScheduler } from '$lib/core';
import { LONGEST_HOLD_MS, type ArmReport } from '$lib/contracts';
import { ClassHold } from './class-hold';

function rig(status: ArmReport['status'] = 'armed') {
	const seen = { status, stops: 0, held: false };
	const scheduler = createVirtualScheduler();
	const hold = new ClassHold(
		{
			status: () => seen.status,
			stop: () => {
				seen.stops += 1;
				seen.status = 'stopped';
			},
			setHeld: (held) => (seen.held = held),
			onChange: () => undefined
		},
		scheduler
	);
	return { seen, scheduler, hold };
}

it('stops an arm at once, and its end needs nobody', () => {
	const { seen, scheduler, hold } = rig();
	hold.take(5000);
	expect(seen).toEqual({ status: 'stopped', stops: 1, held: true });
	scheduler.advanceTo(4999);
	expect(seen.held).toBe(true);
	expect(hold.leftMs).toBe(1);
	scheduler.advanceTo(5000);
	expect(seen).toEqual({ status: 'stopped', stops: 1, held: false });
	expect(hold.leftMs).toBe(0);
});

it('opens no latch and starts nothing when it ends', () => {
	const { seen, scheduler, hold } = rig();
	hold.take(1000);
	scheduler.advanceTo(2000);
	expect(seen.status).toBe('stopped');
});

it('leaves an arm alone that is locked, and stops one that was just being unlocked', () => {
	const { seen, hold } = rig('disarmed');
	hold.take(5000);
	expect(seen.stops).toBe(0);
	seen.status = 'armed';
	hold.enforce();
	expect(seen.stops).toBe(1);
});

it('can be made longer and ended by the teacher', () => {
	const { seen, scheduler, hold } = rig();
	hold.take(1000);
	scheduler.advanceTo(900);
	hold.take(1000);
	scheduler.advanceTo(1800);
	expect(seen.held).toBe(true);
	hold.take(0);
	expect(seen.held).toBe(false);
	expect(scheduler.pendingCount).toBe(0);
});

it.each([Number.POSITIVE_INFINITY, 1e12])(
	'ends after the longest time whatever the class says (%s)',
	(ms) => {
		const { seen, scheduler, hold } = rig();
		hold.take(ms);
		scheduler.advanceTo(LONGEST_HOLD_MS);
		expect(seen.held).toBe(false);
	}
);

it.each([Number.NaN, -1])('takes %s for no hold', (ms) => {
	const { seen, hold } = rig();
	hold.take(ms);
	expect(seen).toEqual({ status: 'armed', stops: 0, held: false });
});
