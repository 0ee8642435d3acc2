import { expect, it } from 'vitest';
import { forgetTicket, keepTicket, seatTicket } from './ticket';

const ID = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';
const ticket = { seatId: ID, classroomId: ID, className: '9b', animal: 'fox', color: 'blue' };

function store(value: string | null = null) {
	let kept = value;
	return {
		getItem: () => kept,
		setItem: (_key: string, next: string) => void (kept = next),
		removeItem: () => void (kept = null)
	};
}

it('keeps a seat until it is forgotten', () => {
	const here = store();
	expect(seatTicket(here)).toBeNull();
	keepTicket(here, ticket);
	expect(seatTicket(here)).toEqual(ticket);
	forgetTicket(here);
	expect(seatTicket(here)).toBeNull();
});

it.each([
	'',
	'{',
	'7',
	'[]',
	'{}',
	JSON.stringify({ ...ticket, seatId: '../local' }),
	JSON.stringify({ ...ticket, seatId: 'local' }),
	JSON.stringify({ ...ticket, animal: 7 })
])('takes %j for no seat', (value) => expect(seatTicket(store(value))).toBeNull());

it('is nobody’s where the browser refuses storage', () => {
	const refusing = {
		...store(),
		getItem: () => {
			throw new Error('denied');
		}
	};
	expect(seatTicket(refusing)).toBeNull();
});
