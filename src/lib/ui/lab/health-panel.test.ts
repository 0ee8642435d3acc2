// What a person reads about the motors: words for what is the matter, and nothing about what was not measured.
import { render } from 'svelte/server';
import { describe, expect, it } from 'vitest';
import { SERVO_FAULTS } from '$lib/contracts';
import { m } from '$lib/i18n';
import HealthPanel from './HealthPanel.svelte';
import type { HealthSessionView, JointView } from './lab-view-model';

const fine: JointView = {
	name: 'elbow_flex',
	unit: 'degrees',
	min: -90,
	max: 90,
	state: 0,
	goal: null,
	limitedBy: 0,
	loadPercent: 5,
	temperatureC: 30,
	voltageV: 7.4,
	currentMa: 120,
	faults: 0
};
const rate = { hz: 210, targetHz: 210, failedTicks: 0, missedTicks: 0, retries: 0 };

function shown(change: Partial<JointView>, history: readonly HealthSessionView[] = []): string {
	const { body } = render(HealthPanel, { props: { joints: [{ ...fine, ...change }], rate, history } });
	return body.replace(/\s+/g, ' ');
}

describe('the motors', () => {
	it('are fine', () => {
		expect(shown({})).toContain(m.health_summary_ok());
		expect(shown({})).toContain(m.health_level_ok());
	});

	it.each([
		[{ temperatureC: 56 }, m.health_summary_warn(), m.health_cause_warm()],
		[{ temperatureC: 61 }, m.health_summary_slow(), m.health_cause_hot()],
		[{ temperatureC: 66 }, m.health_summary_park(), m.health_cause_too_hot()],
		[{ voltageV: 4.3 }, m.health_summary_hold(), m.health_cause_brown_out()],
		[{ unit: 'percent' as const, loadPercent: -30 }, m.health_summary_warn(), m.health_cause_pressing()],
		[{ faults: SERVO_FAULTS.overload }, m.health_summary_slow(), m.health_cause_servo_overload()]
	])('%o: what the arm does, and why', (change, summary, cause) => {
		expect(shown(change)).toContain(summary);
		expect(shown(change)).toContain(cause);
	});

	it('that were not read are not called fine', () => {
		const unread = { temperatureC: null, voltageV: null, currentMa: null, loadPercent: null, faults: null };
		expect(shown(unread)).toContain(m.health_summary_unknown());
		expect(shown(unread)).toContain(m.not_measured());
		expect(shown(unread)).not.toContain(m.health_summary_ok());
	});

	it('have a past once there was one, newest first, five at most', () => {
		expect(shown({})).not.toContain(m.health_history_title());
		const past = Array.from({ length: 8 }, (_, k) => ({
			startedAtEpochMs: 1e12 + k * 1e9,
			minutes: 10 + k,
			hottestC: 40 + k,
			lowestV: null,
			warnings: k === 7 ? 3 : 0
		}));
		const body = shown({}, past);
		expect(body).toContain(m.health_history_warnings({ count: 3 }));
		expect(body).toContain(m.health_history_minutes({ count: 13 }));
		expect(body).not.toContain(m.health_history_minutes({ count: 12 }));
		expect(body.indexOf(m.health_history_minutes({ count: 17 }))).toBeLessThan(
			body.indexOf(m.health_history_minutes({ count: 16 }))
		);
	});
});
