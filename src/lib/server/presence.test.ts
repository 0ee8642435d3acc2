import { expect, it } from 'vitest';
import { PresenceBook } from './presence';

const CLASS = 'class';

it('says since when a lab is open, and forgets one that fell silent', () => {
	let nowMs = 0;
	const book = new PresenceBook(() => nowMs);
	expect(book.of('a')).toBeNull();
	expect(book.heard(CLASS, 'a', 'looking'), 'the first word is news').toBe(true);
	nowMs = 20_000;
	expect(book.heard(CLASS, 'a', 'looking'), 'a repetition is none').toBe(false);
	expect(book.heard(CLASS, 'a', 'recording')).toBe(true);
	expect(book.of('a')).toEqual({ state: 'recording', openForMs: 20_000 });
	nowMs = 49_999;
	expect(book.of('a')).not.toBeNull();
	nowMs = 50_000;
	expect(book.of('a')).toBeNull();
	expect(book.heard(CLASS, 'a', 'recording'), 'back again').toBe(true);
	expect(book.of('a')?.openForMs).toBe(0);
});

it('keeps one seat from the next', () => {
	const book = new PresenceBook(() => 0);
	book.heard(CLASS, 'a', 'driving');
	book.heard(CLASS, 'b', 'looking');
	book.gone('a');
	expect(book.of('a')).toBeNull();
	expect(book.of('b')?.state).toBe('looking');
});
