import { expect, it } from 'vitest';
import { safeNext, uuidOr404 } from './guard';
import { problemOf } from './school';

it.each([
	'/classroom/classes',
	'/en/classroom/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed/board',
	'/join?code=ABCD2345'
])('goes on to %s', (path) => expect(safeNext(path, '/home')).toBe(path));

it.each([
	null,
	'',
	'https://other.example',
	'//other.example',
	'/\\other.example',
	'/\t/other',
	'javascript:alert(1)',
	'/a b',
	'/a\nb'
])('does not go to %j', (path) => expect(safeNext(path, '/home')).toBe('/home'));

it.each([undefined, null, '', '1', "1' or 1=1", '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed/..'])(
	'%j is no id',
	(value) => {
		expect(() => uuidOr404(value)).toThrow();
	}
);

it.each([
	[{ code: '42501', message: 'not_allowed' }, 'not_allowed'],
	[{ code: 'PGRST301', message: 'JWT expired' }, 'not_allowed'],
	[{ code: '22023', message: 'seat_limit_reached' }, 'seat_limit'],
	[{ code: '23514', message: 'new row violates check constraint' }, 'invalid'],
	[{ code: '', message: 'TypeError: fetch failed' }, 'unreachable'],
	[{ code: 'PGRST000', message: 'no connection' }, 'unreachable'],
	[{ code: '57P01', message: 'terminating connection' }, 'unreachable']
])('%j means %s', (error, problem) => expect(problemOf(error)).toBe(problem));
