// Every cause and every step has its words and its drawing, in both languages: rendered as the page renders them.
import { afterEach, describe, expect, it } from 'vitest';
import { render } from 'svelte/server';
import { BROWSER_FAMILIES, browserFamily, CONNECT_CAUSES, type ConnectProblem } from '$lib/contracts';
import { overwriteGetLocale, type Locale } from '../../i18n/generated/runtime.js';
import { connectOffers } from './connect-offers';
import { causeWords, jointList } from './connect-words';
import ConnectScreens from './ConnectScreens.svelte';
import { CONNECT_STEPS, type ConnectActions, type ConnectView } from './connect-view';

const nothing = (): void => undefined;
const actions: ConnectActions = {
	choose: nothing,
	tryAgain: nothing,
	startOver: nothing,
	useVirtual: nothing,
	openSetup: nothing,
	openCalibration: nothing,
	takeOver: nothing,
	pairByHand: nothing,
	swapArms: nothing,
	openArms: nothing,
	close: nothing
};
const calm: ConnectView = {
	role: 'follower',
	step: 'start',
	problem: null,
	failures: 0,
	knownPorts: 0,
	armName: null
};
const problemOf = (problem: Partial<ConnectProblem>): ConnectProblem => ({
	cause: 'no_power',
	joints: [],
	details: {},
	...problem
});
const drawn = (view: ConnectView): string =>
	render(ConnectScreens, { props: { view, actions } }).body.replaceAll('&lt;', '<');

afterEach(() => overwriteGetLocale(() => 'de'));

describe.each(['de', 'en'] as const satisfies Locale[])('screens of connecting, %s', (locale) => {
	it.each(CONNECT_CAUSES)('%s: picture, what, next, a way out', (cause) => {
		overwriteGetLocale(() => locale);
		const problem = problemOf({ cause });
		const body = drawn({ ...calm, step: 'problem', problem, failures: 1 });
		expect(body).toContain(`data-drawing="${cause}"`);
		expect(body).toMatch(/<svg[^>]*data-drawing[\s\S]*<(path|rect|circle)[\s\S]*<\/svg>/);
		const { title, what, next } = causeWords[cause];
		for (const say of [title, what, next]) {
			const words = say(problem, 'follower');
			expect(words.length).toBeGreaterThan(8);
			expect(body).toContain(words);
		}
		expect(body).toContain(`/docs/connect/${cause}`);
		expect(body).toMatch(/<button/);
	});

	it.each(CONNECT_STEPS.filter((step) => step !== 'problem'))('%s has its picture', (step) => {
		overwriteGetLocale(() => locale);
		expect(drawn({ ...calm, step })).toContain(`data-drawing="${step}"`);
	});
});

describe('words of connecting', () => {
	it('tells causes and browsers apart', () => {
		const titles = CONNECT_CAUSES.map((cause) => causeWords[cause].title(problemOf({ cause }), 'leader'));
		expect(new Set(titles).size).toBe(CONNECT_CAUSES.length);
		const told = BROWSER_FAMILIES.map((browser) =>
			causeWords.no_serial_api.title(problemOf({ cause: 'no_serial_api', details: { browser } }), 'follower')
		);
		expect(new Set(told).size).toBe(BROWSER_FAMILIES.length);
	});

	it('names the tab that has the arm as that tab is called', () => {
		const what = (details: ConnectProblem['details']): string =>
			causeWords.other_tab.what(problemOf({ cause: 'other_tab', details }), 'follower');
		expect(what({ tab: 1 })).toContain('„Labor“');
		expect(what({ tab: 2 })).toContain('„Labor 2“');
		expect(what({})).not.toContain('„');
	});

	it('names joints by number and word, an unknown one by its own name', () => {
		expect(jointList(['elbow_flex', 'tail'])).toBe('3\u00a0Ellbogen, tail');
		expect(jointList([])).toBe('ein Gelenk');
	});

	it('says that the arm comes back by itself only where it does', () => {
		const next = (details: ConnectProblem['details']): string =>
			causeWords.unplugged.next(problemOf({ cause: 'unplugged', details }), 'follower');
		expect(next({ reconnect: 'auto' })).toContain('von selbst');
		expect(next({ reconnect: 'ask' })).toContain('wähle den Arm neu aus');
		expect(next({ reconnect: 'ask' })).not.toContain('von selbst');
		expect(next({})).not.toContain('von selbst');
	});
});

describe('offers', () => {
	it('first failure: try again; second: other ways as well', () => {
		expect(connectOffers('no_power', 1)).toEqual({
			best: 'try_again',
			more: [],
			otherWays: [],
			letterForIt: false
		});
		expect(connectOffers('no_power', 2).otherWays).toEqual(['start_over', 'use_virtual']);
	});

	it('leads to the procedure that mends it', () => {
		expect(connectOffers('not_set_up', 1).best).toBe('open_setup');
		expect(connectOffers('not_calibrated', 1).best).toBe('open_calibration');
		expect(connectOffers('other_tab', 1).best).toBe('take_over');
	});

	it('leads two arms that are not the pair they should be to a hand, to each other’s place, or to the list', () => {
		const place = (
			role: ConnectView['role'],
			knownPorts: number,
			details: ConnectProblem['details'] = {}
		) => ({
			role,
			knownPorts,
			problem: problemOf({ cause: 'swapped', details })
		});
		const offers = (...[cause, where]: [ConnectProblem['cause'], ReturnType<typeof place>]): string[] => {
			const { best, more } = connectOffers(cause, 1, where);
			return [best, ...more];
		};
		expect(offers('foreign_arm', place('leader', 1))).toEqual(['pair_by_hand', 'choose']);
		expect(offers('swapped', place('follower', 2, { found: 'leader' }))).toEqual([
			'other_arm',
			'choose',
			'open_arms'
		]);
		expect(offers('swapped', place('follower', 1, { found: 'leader' }))).toEqual(['choose', 'open_arms']);
		expect(offers('swapped', place('leader', 1, { found: 'follower' }))).toEqual([
			'swap_arms',
			'pair_by_hand',
			'choose'
		]);
		expect(offers('swapped', place('leader', 1, { moved: 'follower' }))).toEqual(['swap_arms', 'choose']);
		// The follower's own port was chosen: there is nobody to change places with.
		expect(offers('swapped', place('leader', 1))).toEqual(['choose']);
	});

	it('offers no second try where none helps, and the letter where IT can', () => {
		expect(connectOffers('no_serial_api', 5)).toEqual({
			best: 'use_virtual',
			more: [],
			otherWays: [],
			letterForIt: true
		});
		expect(connectOffers('blocked_by_policy', 1).letterForIt).toBe(true);
	});
});

it.each([
	['Mozilla/5.0 (iPad; CPU OS 18_0) AppleWebKit/605 CriOS/140 Safari/604', 5, 'ipad'],
	['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605', 5, 'ipad'],
	['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605', 0, 'safari'],
	['Mozilla/5.0 (X11; CrOS x86_64) AppleWebKit/537 Chrome/142.0 Safari/537', 10, 'chromium'],
	['Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/142.0 Mobile Safari/537', 5, 'android'],
	['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 0, 'firefox'],
	['curl/8', 0, 'other']
])('%s is told as its family', (userAgent, touchPoints, family) => {
	expect(browserFamily(userAgent, touchPoints)).toBe(family);
});
