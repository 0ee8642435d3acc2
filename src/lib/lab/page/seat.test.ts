import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ErrorCode } from '$lib/contracts';
import { FakeLocks } from '../testing/fake-locks';
import { holdSeat, type SeatHold } from './seat';

type Told = (ErrorCode | null)[];

async function openTab(seatId = 'a'): Promise<{ seat: SeatHold; told: Told }> {
	const told: Told = [];
	return { seat: await holdSeat(seatId, (problem) => told.push(problem)), told };
}

/** One turn of the event loop: the loser of a lock hears of it after the winner. */
const heard = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => vi.stubGlobal('navigator', { locks: new FakeLocks() }));
afterEach(() => vi.unstubAllGlobals());

it('gives the seat to the first tab and tells the second one at once', async () => {
	const [first, second] = [await openTab(), await openTab()];
	expect(first.told).toEqual([null]);
	expect(second.told).toEqual(['second_tab']);
	expect((await openTab('b')).told, 'another seat is free').toEqual([null]);
});

it('a tab that takes over gets the seat, the other one is told', async () => {
	const [first, second] = [await openTab(), await openTab()];
	await second.seat.takeOver();
	await heard();
	expect(second.told).toEqual(['second_tab', null]);
	expect(first.told).toEqual([null, 'second_tab']);
	await first.seat.takeOver();
	expect(first.told).toEqual([null, 'second_tab', null]);
});

it('a tab that leaves lets the next one in', async () => {
	const first = await openTab();
	first.seat.release();
	await heard();
	expect((await openTab()).told).toEqual([null]);
});

it('is everybody’s where the browser has no locks', async () => {
	vi.stubGlobal('navigator', {});
	const tabs = [await openTab(), await openTab()];
	expect(tabs.map(({ told }) => told)).toEqual([[null], [null]]);
	await tabs[0]?.seat.takeOver();
	expect(tabs[1]?.told).toEqual([null]);
});
