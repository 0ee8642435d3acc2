/**
 * May this wish move the arm at all? Pure; knows one setpoint, the clock and the limits. Everything a wish can be wrong
 * in is refused here, before any arithmetic touches it.
 */
import type { RobotSpec, Setpoint } from '$lib/contracts';
import { LIMITED_BY } from '$lib/contracts';
import type { GateLimits } from './gate-limits';

/**
 * Bits of LIMITED_BY that say why the wish is refused; 0 = it may be followed. `stale` also stands for another epoch and
 * for a stamp from a clock that runs ahead or backwards.
 */
export function refusal(
	wish: Setpoint,
	spec: RobotSpec,
	limits: GateLimits,
	nowMs: number,
	epoch: number
): number {
	const { joints } = spec;
	if (wish.q.length !== joints.length) return LIMITED_BY.wrongLength;
	let bits = 0;
	const ageMs = nowMs - wish.tMs;
	if (!(ageMs <= limits.staleMs && ageMs >= -limits.futureMs) || wish.epoch !== epoch)
		bits |= LIMITED_BY.stale;
	for (let j = 0; j < joints.length; j++) {
		const value = wish.q[j] ?? Number.NaN;
		const joint = joints[j];
		if (!Number.isFinite(value)) bits |= LIMITED_BY.notFinite;
		else if (!joint || value < joint.min - limits.absurd || value > joint.max + limits.absurd)
			bits |= LIMITED_BY.joint;
	}
	return bits;
}
