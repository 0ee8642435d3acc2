// Every step and every problem of calibrating and of setting up has words and a drawing, in both languages.
import { afterEach, describe, expect, it } from 'vitest';
import { render } from 'svelte/server';
import { CALIBRATION_PROBLEMS, ERROR_CODES, SO101 } from '$lib/contracts';
import { overwriteGetLocale, type Locale } from '../../i18n/generated/runtime.js';
import { SETUP_ORDER, SETUP_PROBLEMS, SETUP_STEPS, type SetupView } from '../setup/setup-view';
import { setupProblemWords } from '../setup/setup-words';
import SetupWizard from '../setup/SetupWizard.svelte';
import CalibrationPanel from './CalibrationPanel.svelte';
import { calibrationProblemWords } from './calibration-words';
import { CALIBRATION_STEPS, type CalibrationJoint, type CalibrationView } from './calibration-view';

const nothing = (): void => undefined;
const calibrating = (view: CalibrationView): string =>
	render(CalibrationPanel, {
		props: {
			view,
			actions: {
				begin: nothing,
				middleIsSet: nothing,
				finishSweep: nothing,
				again: nothing,
				importFile: nothing,
				exportFile: nothing,
				close: nothing
			}
		}
	}).body;
const settingUp = (view: SetupView): string =>
	render(SetupWizard, {
		props: {
			view,
			actions: {
				begin: nothing,
				motorIsConnected: nothing,
				next: nothing,
				retry: nothing,
				useAnyway: nothing,
				close: nothing
			}
		}
	}).body;
const joints = (change: (index: number) => Partial<CalibrationJoint>): CalibrationJoint[] =>
	SO101.joints.map(({ name }, index) => ({
		name,
		ticks: 2048,
		min: 1000,
		max: 3000,
		enough: true,
		wrapped: false,
		...change(index)
	}));

afterEach(() => overwriteGetLocale(() => 'de'));

describe.each(['de', 'en'] as const satisfies Locale[])('procedures, %s', (locale) => {
	it.each(CALIBRATION_STEPS)('calibrating, %s: heading and drawing', (step) => {
		overwriteGetLocale(() => locale);
		const problem = step === 'problem' ? { code: 'file_truncated', joints: ['gripper'] } : null;
		const body = calibrating({ step, joints: joints(() => ({})), problem });
		expect(body).toContain('data-drawing=');
		expect(body).toMatch(/<h2[^>]*tabindex="-1"/);
	});

	it.each(SETUP_STEPS)('setting up, %s: heading, drawing, all six motors', (step) => {
		overwriteGetLocale(() => locale);
		const problem = step === 'problem' ? { code: 'no_motor', details: {} } : null;
		const body = settingUp({
			step,
			joint: 'elbow_flex',
			done: ['gripper'],
			found: null,
			problem,
			canUseAnyway: false
		});
		expect(body).toContain('data-drawing=');
		expect(body.match(/<li class="(done|now|later)/g)).toHaveLength(SETUP_ORDER.length);
	});

	it('every code says what, and what next', () => {
		overwriteGetLocale(() => locale);
		for (const code of [...CALIBRATION_PROBLEMS, ...ERROR_CODES, 'never heard of']) {
			const words = calibrationProblemWords({ code, joints: ['gripper'] });
			for (const say of [words.title, words.what, words.next]) expect(say().length).toBeGreaterThan(8);
		}
		for (const code of [...SETUP_PROBLEMS, 'never heard of']) {
			const words = setupProblemWords(code);
			for (const say of [words.title, words.what, words.next]) expect(say().length).toBeGreaterThan(8);
		}
	});
});

describe('sweep', () => {
	it('asks for the first joint that is not done, and says why it cannot be finished', () => {
		const body = calibrating({
			step: 'sweep',
			joints: joints((index) => ({ enough: index < 2 })),
			problem: null
		});
		expect(body).toContain('Bewege: Ellbogen');
		expect(body).toContain('2 von 6');
		expect(body).toContain('Es fehlt noch: Ellbogen');
		expect(body).toContain('aria-disabled="true"');
	});

	it('shows a dash where nothing was read, and both ends of a travel that wraps', () => {
		const body = calibrating({
			step: 'sweep',
			joints: joints((index) =>
				index === 0
					? { ticks: null, min: null, max: null, enough: false }
					: { min: 3300, max: 1200, wrapped: true }
			),
			problem: null
		});
		expect(body).toContain('jetzt –');
		expect(body.match(/class="band/g)).toHaveLength(10);
	});
});
