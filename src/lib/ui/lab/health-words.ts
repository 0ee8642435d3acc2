// What a motor's health means to the learner: from the judge's codes to words. A new code without words does not compile.
import type { HealthLevel, JointCause, JointHealth } from '$lib/contracts';
import { HEALTH_LEVELS, judgeJoint } from '$lib/contracts';
import { m } from '$lib/i18n';
import type { JointView } from './lab-view-model';

type Words<Key extends string> = Readonly<Record<Key, () => string>>;

export const jointCauseWords: Words<JointCause> = {
	warm: () => m.health_cause_warm(),
	hot: () => m.health_cause_hot(),
	too_hot: () => m.health_cause_too_hot(),
	low_voltage: () => m.health_cause_low_voltage(),
	brown_out: () => m.health_cause_brown_out(),
	high_current: () => m.health_cause_high_current(),
	over_current: () => m.health_cause_over_current(),
	pressing: () => m.health_cause_pressing(),
	servo_voltage: () => m.health_cause_servo_voltage(),
	servo_sensor: () => m.health_cause_servo_sensor(),
	servo_overheat: () => m.health_cause_servo_overheat(),
	servo_overload: () => m.health_cause_servo_overload()
};

const summaryWords: Words<HealthLevel> = {
	ok: () => m.health_summary_ok(),
	warn: () => m.health_summary_warn(),
	slow: () => m.health_summary_slow(),
	hold: () => m.health_summary_hold(),
	park: () => m.health_summary_park()
};

/** `supplyV`: the highest voltage seen so far, or null. */
export function healthOf(joint: JointView, supplyV: number | null): JointHealth {
	const { temperatureC, voltageV, currentMa, loadPercent } = joint;
	const faults = joint.faults ?? null;
	const gripper = joint.unit === 'percent';
	return judgeJoint({ temperatureC, voltageV, currentMa, loadPercent, faults, gripper }, supplyV);
}

/** The most serious of all; null while no joint was read. */
export function worstLevel(all: readonly JointHealth[]): HealthLevel | null {
	let worst = -1;
	for (const { level } of all) if (level !== null) worst = Math.max(worst, HEALTH_LEVELS.indexOf(level));
	return HEALTH_LEVELS[worst] ?? null;
}

/** What the arm does about it, as one sentence. */
export function summaryOf(level: HealthLevel | null): string {
	return level === null ? m.health_summary_unknown() : summaryWords[level]();
}

/** One joint's state in words: what is the matter, or that all is well; null while it was not read. */
export function stateOf({ level, causes }: JointHealth): string | null {
	if (level === null) return null;
	return causes.length === 0
		? m.health_level_ok()
		: causes.map((cause) => jointCauseWords[cause]()).join(', ');
}
