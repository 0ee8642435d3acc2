// What the leader's gripper says reaches whoever stops and records; the detector itself has its own tests (teleop).

import { describe, expect, it } from 'vitest';
import { SO101 } from '$lib/contracts';
import type { LeaderReader } from './leader-reader';
import { Wishes } from './wishes';

/** Trigger at `percent` for `ms`. */
type Phase = readonly [percent: number, ms: number];
const REST: Phase = [60, 1000];
const SHUT: Phase = [2, 150];
const OPEN: Phase = [60, 150];

/** Drives by `source` while a hand plays the phases on the leader's trigger. */
function said(phases: readonly Phase[], source: 'leader' | 'sliders', silent = false): string[] {
	const heard: string[] = [];
	const wishes = new Wishes({ onStop: () => heard.push('stop'), onRecord: () => heard.push('record') });
	let percent = 60;
	let nowMs = 0;
	const q = new Float32Array(SO101.joints.length);
	wishes.leader = {
		pose: () => {
			if (silent) return null;
			q[q.length - 1] = percent;
			return { q, tMs: nowMs };
		}
	} as unknown as LeaderReader;
	const state = new Float32Array(SO101.joints.length);
	wishes.drive.take(source === 'leader' ? { source } : { source, q: state }, 0, state);
	for (const [at, ms] of phases) {
		percent = at;
		for (const endMs = nowMs + ms; nowMs < endMs; nowMs += 5)
			wishes.next(source, { nowMs, dtS: 0.005, epoch: 1 }, null);
	}
	return heard;
}

describe('the trigger of a leader that drives', () => {
	it('starts or stops a recording by two quick squeezes, and stops the arm by three', () => {
		expect(said([REST, SHUT, OPEN, SHUT, REST], 'leader')).toEqual(['record']);
		expect(said([REST, SHUT, OPEN, SHUT, OPEN, SHUT, REST], 'leader')).toEqual(['stop']);
	});

	it('says nothing while it only grasps, while it is not read, and while somebody else drives', () => {
		expect(said([REST, [2, 3000], REST], 'leader')).toEqual([]);
		expect(said([REST, SHUT, OPEN, SHUT, OPEN, SHUT, REST], 'leader', true)).toEqual([]);
		expect(said([REST, SHUT, OPEN, SHUT, OPEN, SHUT, REST], 'sliders')).toEqual([]);
	});
});
