import { expect, it } from 'vitest';
import { beginSeries, breakOff, dueStart, endStart, isOver, judgeLast } from './policy-trials';

it('runs its seeds one after the other and is over after the last', () => {
	let series = beginSeries('s', 3, 100);
	const seeds: number[] = [];
	for (let due = dueStart(series); due !== null; due = dueStart(series)) {
		expect(due.index).toBe(seeds.length);
		seeds.push(due.seed);
		series = endStart(series, due.index === 1 ? 'failed' : 'succeeded');
	}
	expect(seeds).toEqual([100, 101, 102]);
	expect(series.outcomes).toEqual(['succeeded', 'failed', 'succeeded']);
	expect(isOver(series)).toBe(true);
	expect(endStart(series, 'failed')).toBe(series);
});

it('a person judges the newest start, and may change it', () => {
	const once = endStart(beginSeries('s', 2, 1), 'unknown');
	expect(judgeLast(judgeLast(once, 'succeeded'), 'failed').outcomes).toEqual(['failed']);
	expect(judgeLast(beginSeries('s', 2, 1), 'failed').outcomes).toEqual([]);
});

it('what is there still counts when it is broken off', () => {
	const broken = breakOff(endStart(beginSeries('s', 5, 1), 'succeeded'));
	expect(isOver(broken)).toBe(true);
	expect(dueStart(broken)).toBeNull();
	expect(broken.outcomes).toEqual(['succeeded']);
});
