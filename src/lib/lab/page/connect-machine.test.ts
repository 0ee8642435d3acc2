import { CONNECT_CAUSES, type ConnectCause, type FoundArm, type PortIdentity } from '$lib/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { problem } from '../hosts/connect-problems';
import {
	CONNECT_OFF,
	CONNECT_TABLE,
	connectTransition,
	type ConnectEvent,
	type ConnectState,
	type ConnectStepName
} from './connect-machine';

const PORT: PortIdentity = { index: 0, usbVendorId: 0x1a86, usbProductId: 0x55d3 };
const OTHER: PortIdentity = { ...PORT, index: 1 };

const arm = (fingerprint: string): FoundArm => ({
	port: PORT,
	fingerprint,
	firmware: '3.10',
	calibration: {},
	role: null,
	voltageV: 7.4
});

const state = (step: ConnectStepName, more: Partial<ConnectState> = {}): ConnectState => ({
	...CONNECT_OFF,
	step,
	port: PORT,
	ports: [PORT],
	...more
});

const wrong = (cause: ConnectCause, more: Partial<ConnectState> = {}): ConnectState =>
	state('problem', { problem: problem(cause), failures: 1, ...more });

const STATES = {
	off: CONNECT_OFF,
	start: state('start', { port: null }),
	startUnknown: state('start', { port: null, ports: [] }),
	before: state('before_chooser', { port: null, ports: [] }),
	choosing: state('choosing', { port: null, ports: [] }),
	opening: state('opening'),
	looking: state('looking'),
	ready: state('ready', { fingerprint: 'A' }),
	connected: state('connected', { fingerprint: 'A' }),
	empty: wrong('nothing_chosen', { port: null, ports: [] }),
	emptyTwice: wrong('nothing_chosen', { port: null, ports: [], failures: 2 }),
	policy: wrong('blocked_by_policy', { port: null, ports: [] }),
	otherTab: wrong('other_tab'),
	missing: wrong('servo_missing'),
	swapped: wrong('swapped', { ports: [PORT, OTHER] }),
	foreign: wrong('foreign_arm'),
	unplugged: wrong('unplugged', { fingerprint: 'A', failures: 0 }),
	forgotten: wrong('unplugged', { fingerprint: 'A', failures: 0, ports: [] }),
	silentOpening: state('opening', { silent: true, fingerprint: 'A', problem: problem('unplugged') }),
	silentLooking: state('looking', { silent: true, fingerprint: 'A', problem: problem('unplugged') }),
	setup: state('setting_up'),
	calibrating: state('calibrating')
} satisfies Record<string, ConnectState>;

const EVENTS = {
	begin: { type: 'begin', obstacle: null, ports: [] },
	beginKnown: { type: 'begin', obstacle: null, ports: [PORT] },
	beginNoApi: { type: 'begin', obstacle: problem('no_serial_api'), ports: [] },
	ports: { type: 'ports', ports: [PORT, OTHER] },
	chosen: { type: 'chosen', port: OTHER, ports: [PORT, OTHER] },
	opened: { type: 'opened' },
	foundA: { type: 'found', arm: arm('A') },
	foundB: { type: 'found', arm: arm('B') },
	reading: { type: 'reading' },
	failed: { type: 'failed', problem: problem('no_power') },
	lost: { type: 'lost', problem: problem('unplugged') },
	seat_lost: { type: 'seat_lost' },
	reopen: { type: 'reopen' },
	seen: { type: 'seen', port: OTHER },
	choose: { type: 'choose' },
	try_again: { type: 'try_again' },
	start_over: { type: 'start_over' },
	use_virtual: { type: 'use_virtual' },
	open_setup: { type: 'open_setup' },
	open_calibration: { type: 'open_calibration' },
	procedure_closed: { type: 'procedure_closed' },
	take_over: { type: 'take_over' },
	pair_by_hand: { type: 'pair_by_hand' },
	swap_arms: { type: 'swap_arms' },
	other_arm: { type: 'other_arm', port: OTHER },
	close: { type: 'close' },
	leave: { type: 'leave' }
} satisfies Record<string, ConnectEvent>;

/** What is the same for nearly all states stands in the tests below. */
const EVERYWHERE = ['ports', 'start_over', 'use_virtual', 'close', 'leave'];

/** state, event -> step, effects; every pair that is not named leaves the state alone. */
const TABLE = `
off begin -> before_chooser
off beginKnown -> start
off beginNoApi -> problem no_serial_api 1
off other_arm -> opening: unwatch, open 1 patient
start begin -> start
start beginKnown -> start
start beginNoApi -> problem no_serial_api 1
start choose -> opening: unwatch, open 0
startUnknown begin -> start
startUnknown beginKnown -> start
startUnknown beginNoApi -> problem no_serial_api 1
startUnknown choose -> before_chooser
before choose -> choosing: unwatch, ask
choosing chosen -> opening: unwatch, open 1
choosing failed -> problem no_power 1: shut
opening opened -> looking: look
opening failed -> problem no_power 1: shut
opening seat_lost -> problem other_tab 0: unwatch, shut
opening reopen -> opening: unwatch, open 0 patient
looking foundA -> ready
looking foundB -> ready
looking failed -> problem no_power 1: shut
looking lost -> problem unplugged 1: shut
looking seat_lost -> problem other_tab 0: unwatch, shut
looking reopen -> opening: unwatch, open 0 patient
ready reading -> connected
ready failed -> problem no_power 1: shut
ready lost -> problem unplugged 0: shut, watch
ready seat_lost -> problem other_tab 0: unwatch, shut
ready reopen -> opening: unwatch, open 0 patient
ready open_calibration -> calibrating: unwatch, shut, calibrating
connected failed -> problem no_power 1: shut
connected other_arm -> opening: unwatch, open 1 patient
connected lost -> problem unplugged 0: shut, watch
connected seat_lost -> problem other_tab 0: unwatch, shut
connected reopen -> opening: unwatch, open 0 patient
connected open_setup -> setting_up: unwatch, shut, setting_up
connected open_calibration -> calibrating: unwatch, shut, calibrating
empty begin -> start
empty beginKnown -> start
empty beginNoApi -> problem no_serial_api 2
empty choose -> choosing: unwatch, ask
empty try_again -> choosing: unwatch, ask
emptyTwice begin -> start
emptyTwice beginKnown -> start
emptyTwice beginNoApi -> problem no_serial_api 3
emptyTwice choose -> choosing: unwatch, ask any
emptyTwice try_again -> choosing: unwatch, ask any
policy begin -> start
policy beginKnown -> start
policy beginNoApi -> problem no_serial_api 2
policy choose -> choosing: unwatch, ask
policy try_again -> problem blocked_by_policy 1: probe
otherTab begin -> start
otherTab beginKnown -> start
otherTab beginNoApi -> problem no_serial_api 2
otherTab choose -> choosing: unwatch, ask
otherTab try_again -> opening: unwatch, open 0
otherTab take_over -> opening: take_seat, unwatch, open 0 patient
otherTab open_setup -> setting_up: unwatch, shut, setting_up
otherTab open_calibration -> calibrating: unwatch, shut, calibrating
missing begin -> start
missing beginKnown -> start
missing beginNoApi -> problem no_serial_api 2
missing choose -> choosing: unwatch, ask
missing try_again -> opening: unwatch, open 0
missing open_setup -> setting_up: unwatch, shut, setting_up
missing open_calibration -> calibrating: unwatch, shut, calibrating
swapped begin -> start
swapped beginKnown -> start
swapped beginNoApi -> problem no_serial_api 2
swapped choose -> choosing: unwatch, ask
swapped try_again -> opening: unwatch, open 1
swapped pair_by_hand -> opening: insist, unwatch, open 0
swapped swap_arms -> off: unwatch, swap
swapped open_setup -> setting_up: unwatch, shut, setting_up
swapped open_calibration -> calibrating: unwatch, shut, calibrating
foreign begin -> start
foreign beginKnown -> start
foreign beginNoApi -> problem no_serial_api 2
foreign choose -> choosing: unwatch, ask
foreign try_again -> opening: unwatch, open 0
foreign pair_by_hand -> opening: insist, unwatch, open 0
foreign open_setup -> setting_up: unwatch, shut, setting_up
foreign open_calibration -> calibrating: unwatch, shut, calibrating
unplugged begin -> start
unplugged beginKnown -> start
unplugged beginNoApi -> problem no_serial_api 1
unplugged choose -> choosing: unwatch, ask
unplugged try_again -> opening: unwatch, open 0
unplugged seen -> opening unplugged 0: unwatch, open 1
unplugged seat_lost -> problem other_tab 0: unwatch, shut
unplugged open_setup -> setting_up: unwatch, shut, setting_up
unplugged open_calibration -> calibrating: unwatch, shut, calibrating
forgotten begin -> start
forgotten beginKnown -> start
forgotten beginNoApi -> problem no_serial_api 1
forgotten choose -> choosing: unwatch, ask
forgotten try_again -> choosing: unwatch, ask
forgotten seen -> opening unplugged 0: unwatch, open 1
forgotten seat_lost -> problem other_tab 0: unwatch, shut
forgotten open_setup -> setting_up: unwatch, shut, setting_up
forgotten open_calibration -> calibrating: unwatch, shut, calibrating
silentOpening opened -> looking unplugged 0: look
silentOpening failed -> problem unplugged 0: shut, watch
silentOpening seat_lost -> problem other_tab 0: unwatch, shut
silentOpening reopen -> opening unplugged 0: unwatch, open 0 patient
silentLooking foundA -> ready
silentLooking foundB -> problem unplugged 0: shut, watch
silentLooking failed -> problem unplugged 0: shut, watch
silentLooking lost -> problem unplugged 0: shut, watch
silentLooking seat_lost -> problem other_tab 0: unwatch, shut
silentLooking reopen -> opening unplugged 0: unwatch, open 0 patient
setup procedure_closed -> opening: unwatch, open 0
setup seat_lost -> problem other_tab 0: end_procedure
calibrating procedure_closed -> opening: unwatch, open 0
calibrating seat_lost -> problem other_tab 0: end_procedure
`;

function print(from: ConnectState, event: ConnectEvent): string {
	const { state: to, effects } = connectTransition(from, event);
	const done = effects.map((effect) => {
		if (effect.do === 'open') return `open ${effect.port.index}${effect.patient ? ' patient' : ''}`;
		if (effect.do === 'ask') return effect.anyBoard ? 'ask any' : 'ask';
		return effect.do;
	});
	const what = to.problem === null ? '' : ` ${to.problem.cause} ${to.failures}`;
	return `${to.step}${what}${done.length === 0 ? '' : `: ${done.join(', ')}`}`;
}

describe('connecting', () => {
	const named = new Map(
		TABLE.trim()
			.split('\n')
			.map((line) => line.split(' -> ') as [string, string])
	);
	const pairs = Object.keys(STATES).flatMap((from) =>
		Object.keys(EVENTS)
			.filter((event) => !EVERYWHERE.includes(event))
			.map((event) => `${from} ${event}`)
	);

	it.each(pairs)('%s', (pair) => {
		const [from = '', name = ''] = pair.split(' ');
		const before = STATES[from as keyof typeof STATES];
		const event = EVENTS[name as keyof typeof EVENTS];
		const expected = named.get(pair);
		if (expected === undefined)
			expect(connectTransition(before, event)).toEqual({ state: before, effects: [] });
		else expect(print(before, event)).toBe(expected);
	});

	it('names only pairs that exist', () => {
		expect([...named.keys()].filter((pair) => !pairs.includes(pair))).toEqual([]);
	});

	it('closes the screen of an arm that is ready without letting go of it', () => {
		expect(print(STATES.ready, EVENTS.close)).toBe('connected');
	});

	const procedures: readonly ConnectStepName[] = ['setting_up', 'calibrating'];
	const steps = Object.keys(CONNECT_TABLE) as ConnectStepName[];

	it.each(steps.filter((step) => step !== 'off'))('lets a person leave %s for good', (step) => {
		const { state: to, effects } = connectTransition(state(step), EVENTS.leave);
		expect(to).toEqual(CONNECT_OFF);
		const end = procedures.includes(step) ? 'end_procedure' : 'shut';
		expect(effects.map((effect) => effect.do)).toContain(end);
	});

	it.each(steps.filter((step) => step !== 'off' && !procedures.includes(step)))(
		'offers the virtual arm from %s, and the beginning',
		(step) => {
			const virtual = connectTransition(state(step), EVENTS.use_virtual);
			expect(virtual.state).toEqual(CONNECT_OFF);
			expect(virtual.effects.map((effect) => effect.do)).toEqual(['unwatch', 'shut', 'go_virtual']);
			const again = connectTransition(state(step, { failures: 3 }), EVENTS.start_over);
			expect(again.state).toMatchObject({ step: 'start', failures: 0, port: null, fingerprint: null });
			expect(again.effects.map((effect) => effect.do)).toEqual(['unwatch', 'shut', 'probe']);
		}
	);

	it.each(CONNECT_CAUSES)('comes to %s', (cause) => {
		const failed: ConnectEvent = { type: 'failed', problem: problem(cause) };
		const { state: to } = connectTransition(STATES.looking, failed);
		expect(to).toMatchObject({ step: 'problem', problem: { cause }, failures: 1 });
		expect(connectTransition(to, EVENTS.try_again).state.step).not.toBe('off');
	});

	it('opens one port at a time, and is never at a loss for a cause, whatever happens in whatever order', () => {
		const any = fc.constantFrom(...Object.values(EVENTS));
		fc.assert(
			fc.property(fc.array(any, { maxLength: 40 }), (events) => {
				let now: ConnectState = CONNECT_OFF;
				for (const event of events) {
					const before = now;
					const { state: next, effects } = connectTransition(before, event);
					now = next;
					const opens = effects.filter((effect) => effect.do === 'open').length;
					expect(opens).toBeLessThanOrEqual(1);
					if (now.step === 'problem') expect(now.problem).not.toBeNull();
					if (now.step === 'opening' || now.step === 'looking') expect(now.port).not.toBeNull();
					// Silence is only ever about an arm that was there.
					if (now.silent) expect(now.fingerprint).not.toBeNull();
				}
			}),
			{ numRuns: 2000 }
		);
	});
});
