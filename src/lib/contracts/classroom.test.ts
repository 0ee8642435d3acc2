import { expect, it } from 'vitest';
import { isStuck, STUCK_AFTER_MS, type BoardSeat } from './classroom';

const working: BoardSeat = {
	id: 'a',
	animal: 'fox',
	color: 'blue',
	nickname: null,
	state: 'claimed',
	episodes: 2,
	successes: 0,
	runs: 0,
	faults: 0,
	handRaisedForMs: null,
	lastEventAgoMs: STUCK_AFTER_MS,
	presence: { state: 'connected', openForMs: STUCK_AFTER_MS }
};

it.each<[string, Partial<BoardSeat>, boolean]>([
	['five minutes open, five minutes nothing', {}, true],
	['nothing ever', { lastEventAgoMs: null }, true],
	['something a moment before', { lastEventAgoMs: STUCK_AFTER_MS - 1 }, false],
	[
		'just opened, nothing since yesterday',
		{ presence: { state: 'connected', openForMs: 1000 }, lastEventAgoMs: 1e8 },
		false
	],
	['not there', { presence: null }, false],
	['not let in yet', { state: 'waiting' }, false],
	['hand up and reached something', { handRaisedForMs: 1000, lastEventAgoMs: 1000 }, false]
])('%s', (_what, seat, stuck) => expect(isStuck({ ...working, ...seat })).toBe(stuck));
