import { describe, expect, it } from 'vitest';
import { LIMITED_BY } from '$lib/contracts';
import { limitWord, percentOf, rateWords } from './policy-words';

describe('rates in words', () => {
	it.each([
		[0, '0'],
		[0.001, '1'],
		[0.5, '50'],
		[0.999, '99'],
		[1, '100']
	])('%f is %s percent: all means all, nothing means nothing', (share, words) => {
		expect(percentOf(share)).toBe(words);
	});

	it('says nothing where nothing was tried', () => {
		expect(rateWords({ successes: 0, trials: 0 })).toBeNull();
	});

	it('never states a range narrower than it is', () => {
		const words = rateWords({ successes: 81, trials: 263 });
		// Newcombe (1998): 0.2553 to 0.3662.
		expect(words?.interval).toMatch(/25.*37/);
	});
});

it('everything that the gate can hold back has a word', () => {
	for (const key of Object.keys(LIMITED_BY)) expect(limitWord(key)).not.toBe(key);
});
