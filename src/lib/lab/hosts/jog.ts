// Jog keys and gamepad to joint targets, integrated at the loop's rate.

import { SO101, type Wish } from '$lib/contracts';

const JOG_PER_S = 40;

export interface Jog {
	startFrom(state: Float32Array | null): void;
	step(wish: Wish, nowMs: number, state: Float32Array | null): Float32Array | null;
}

export function createJog(): Jog {
	let q: Float32Array | null = null;
	let lastMs = Number.NaN;
	return {
		startFrom(state) {
			q = state?.slice() ?? null;
			lastMs = Number.NaN;
		},
		step(wish, nowMs, state) {
			q ??= state?.slice() ?? null;
			if (q === null || wish.source !== 'keyboard') return q;
			const dtS = Number.isNaN(lastMs) ? 0 : Math.min(0.05, (nowMs - lastMs) / 1000);
			lastMs = nowMs;
			for (const key of wish.held) {
				const match = /^joint_(\d)_(plus|minus)$/.exec(key);
				if (match === null) continue;
				const joint = Number(match[1]) - 1;
				const spec = SO101.joints[joint];
				if (spec === undefined) continue;
				const next = (q[joint] ?? 0) + (match[2] === 'plus' ? 1 : -1) * JOG_PER_S * dtS;
				q[joint] = Math.min(spec.max, Math.max(spec.min, next));
			}
			return q;
		}
	};
}
