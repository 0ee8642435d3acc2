import { expect, it } from 'vitest';
import { FirstMinute } from './policy-first-minute';

function memory() {
	const kept = new Map<string, string>();
	return {
		kept,
		getItem: (key: string) => kept.get(key) ?? null,
		setItem: (key: string, value: string) => void kept.set(key, value)
	};
}

it('survives a reload, per model and arm', () => {
	const place = memory();
	const first = new FirstMinute(place);
	expect(first.left('a', 'arm')).toBeNull();
	first.told('a', 'arm', 60_000);
	first.told('a', 'arm', 41_200.4);
	const later = new FirstMinute(place);
	expect(later.left('a', 'arm')).toBe(41_201);
	expect(later.left('a', 'other arm')).toBeNull();
	expect(later.left('b', 'arm')).toBeNull();
});

it('never gives back what was driven, and ends at nothing', () => {
	const first = new FirstMinute(memory());
	first.told('a', 'arm', 5000);
	first.told('a', 'arm', 60_000);
	expect(first.left('a', 'arm')).toBe(5000);
	first.told('a', 'arm', 0);
	expect(first.left('a', 'arm')).toBe(0);
	first.told('a', 'arm', Number.NaN);
	expect(first.left('a', 'arm')).toBe(0);
});

it('writes once a second, not ten times', () => {
	const place = memory();
	let writes = 0;
	const first = new FirstMinute({
		...place,
		setItem: (key, value) => {
			writes += 1;
			place.setItem(key, value);
		}
	});
	for (let left = 10_000; left >= 0; left -= 100) first.told('a', 'arm', left);
	expect(writes).toBeLessThanOrEqual(12);
	expect(first.left('a', 'arm')).toBe(0);
});

it.each(['', 'x', '-5', 'Infinity'])('takes %o for never seen', (text) => {
	const first = new FirstMinute({ getItem: () => text, setItem: () => undefined });
	expect(first.left('a', 'arm')).toBeNull();
});

it('a browser that keeps nothing is slow again after a reload', () => {
	const refuses = (): never => {
		throw new DOMException('no', 'SecurityError');
	};
	const first = new FirstMinute({ getItem: refuses, setItem: refuses });
	first.told('a', 'arm', 30_000);
	expect(first.left('a', 'arm')).toBe(30_000);
	expect(new FirstMinute({ getItem: refuses, setItem: refuses }).left('a', 'arm')).toBeNull();
});
