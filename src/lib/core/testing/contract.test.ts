import { expect, it } from 'vitest';
import { CodedError } from '../errors';
import { check, equal, rejects, runCase, same } from './contract';

it.each<[unknown, unknown, boolean]>([
	[Number.NaN, Number.NaN, true],
	[0, -0, false],
	[[1, [2]], [1, [2]], true],
	[[1], [1, undefined], false],
	[{ a: 1, b: undefined }, { a: 1 }, true],
	[{ a: 1 }, { a: 1, b: null }, false],
	[Uint8Array.of(1, 2), Uint8Array.of(1, 2), true],
	[Uint8Array.of(1, 2), Uint8Array.of(1, 3), false],
	[Uint8Array.of(1), Int8Array.of(1), false],
	[Uint8Array.of(1), [1], false],
	[null, undefined, false],
	[null, {}, false]
])('%o and %o are the same: %s', (a, b, expected) => {
	expect([same(a, b), same(b, a)]).toEqual([expected, expected]);
});

it('says what was found instead', async () => {
	expect(() => check(false, 'no')).toThrow('no');
	expect(() => equal(Uint8Array.of(7), Uint8Array.of(8), 'bytes')).toThrow('bytes: [7] instead of [8]');
	await rejects(Promise.reject(new CodedError('port_gone', '')), 'port_gone');
	await expect(rejects(Promise.resolve(1), 'RangeError')).rejects.toThrow(
		'"success" instead of "RangeError"'
	);
	await expect(rejects(Promise.reject(new TypeError()), 'RangeError')).rejects.toThrow('"TypeError"');
});

it('gives every case a harness of its own and takes it back, also from a case that failed', async () => {
	const log: string[] = [];
	let made = 0;
	const make = () => {
		const id = ++made;
		return { id, dispose: () => void log.push(`${id} disposed`) };
	};
	await runCase({ name: 'good', run: ({ id }) => Promise.resolve(void log.push(`${id} ran`)) }, make);
	const bad = runCase({ name: 'bad', run: () => Promise.reject(new Error('broken')) }, make);
	await expect(bad).rejects.toThrow('broken');
	expect(log).toEqual(['1 ran', '1 disposed', '2 disposed']);
});
