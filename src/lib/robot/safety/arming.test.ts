import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArmingEvent, ArmingEventKind, ArmingPhase, ArmingState, HoldReason } from './arming';
import { arm, ARMING_TABLE, INITIAL_ARMING, mayMove } from './arming';

const PHASES = Object.keys(ARMING_TABLE) as ArmingPhase[];
const REASONS: HoldReason[] = [
	'page_silent',
	'reads_failing',
	'voltage',
	'tab_hidden',
	'battery_low',
	'overheat',
	'parked'
];
const PLAIN = [
	'arm',
	'release',
	'resume',
	'letGo',
	'stop',
	'clearStop',
	'armed',
	'armFailed',
	'frozen',
	'atRest',
	'wake',
	'lost'
] as const;
const TORQUES = ['on', 'off', 'unknown'] as const;
const EVENTS: ArmingEvent[] = [
	...PLAIN.map((kind) => ({ kind })),
	...(['found', 'limp'] as const).flatMap((kind) => TORQUES.map((torque) => ({ kind, torque }))),
	...(['hold', 'clear', 'park'] as const).flatMap((kind) => REASONS.map((reason) => ({ kind, reason })))
];

const inPhase = (phase: ArmingPhase): ArmingState => ({
	phase,
	reasons: phase === 'holding' || phase === 'parking' ? ['page_silent'] : [],
	torque: 'on',
	driven: phase !== 'disarmed' && phase !== 'arming'
});

/** Rows: phases. Columns: where each event leads; "." = ignored there. */
const EXPECTED: Record<ArmingPhase, Partial<Record<ArmingEventKind, string>>> = {
	disarmed: {
		arm: 'arming',
		letGo: 'disarmed',
		stop: 'stopped',
		wake: 'disarmed',
		lost: 'disarmed',
		found: 'disarmed',
		limp: 'disarmed'
	},
	arming: {
		armed: 'armed',
		armFailed: 'disarmed',
		release: 'disarmed',
		wake: 'disarmed',
		stop: 'stopped',
		lost: 'disarmed'
	},
	armed: {
		hold: 'holding',
		park: 'parking',
		release: 'freezing',
		stop: 'stopped',
		wake: 'disarmed',
		lost: 'disarmed',
		limp: 'disarmed'
	},
	holding: {
		hold: 'holding',
		clear: 'armed',
		resume: 'holding',
		park: 'parking',
		release: 'freezing',
		letGo: 'disarmed',
		stop: 'stopped',
		wake: 'disarmed',
		lost: 'disarmed',
		limp: 'disarmed'
	},
	parking: {
		atRest: 'holding',
		resume: 'armed',
		release: 'freezing',
		letGo: 'disarmed',
		stop: 'stopped',
		wake: 'disarmed',
		lost: 'disarmed',
		limp: 'disarmed'
	},
	freezing: {
		frozen: 'resting',
		resume: 'armed',
		letGo: 'disarmed',
		stop: 'stopped',
		wake: 'disarmed',
		lost: 'disarmed',
		limp: 'disarmed'
	},
	resting: {
		atRest: 'disarmed',
		resume: 'armed',
		letGo: 'disarmed',
		stop: 'stopped',
		wake: 'disarmed',
		lost: 'disarmed',
		limp: 'disarmed'
	},
	stopped: {
		stop: 'stopped',
		clearStop: 'disarmed',
		letGo: 'disarmed',
		lost: 'stopped',
		found: 'stopped',
		limp: 'stopped'
	}
};

describe('arming table', () => {
	it.each(PHASES)('%s', (phase) => {
		const kinds: ArmingEventKind[] = [...PLAIN, 'hold', 'clear', 'park', 'found', 'limp'];
		for (const kind of kinds) {
			const event = EVENTS.find((candidate) => candidate.kind === kind);
			if (!event) throw new Error(kind);
			expect([kind, arm(inPhase(phase), event)?.state.phase]).toEqual([kind, EXPECTED[phase][kind]]);
		}
	});

	it('lets go on purpose in three steps: freeze, rest, limp', () => {
		let state = inPhase('armed');
		const effects: string[] = [];
		for (const kind of ['release', 'frozen', 'atRest'] as const) {
			const step = arm(state, { kind });
			if (!step) throw new Error(kind);
			state = step.state;
			effects.push(...step.effects.filter((effect) => effect === 'selectPark' || effect === 'torqueOff'));
		}
		expect(state).toEqual({ phase: 'disarmed', reasons: [], torque: 'off', driven: false });
		expect(effects).toEqual(['selectPark', 'torqueOff']);
	});

	it('keeps every reason to hold apart, and waits for a person where nobody can tell that it is over', () => {
		let state = inPhase('armed');
		const go = (event: ArmingEvent) => (state = arm(state, event)?.state ?? state);
		go({ kind: 'hold', reason: 'tab_hidden' });
		go({ kind: 'hold', reason: 'page_silent' });
		go({ kind: 'hold', reason: 'page_silent' });
		expect(state.reasons).toEqual(['tab_hidden', 'page_silent']);
		go({ kind: 'clear', reason: 'page_silent' });
		go({ kind: 'clear', reason: 'tab_hidden' });
		expect(state).toMatchObject({ phase: 'holding', reasons: ['tab_hidden'] });
		go({ kind: 'resume' });
		expect(state).toMatchObject({ phase: 'armed', reasons: [] });
	});

	it('does not go on by a button while a cause lasts that ends by itself', () => {
		const unread: ArmingState = { ...inPhase('holding'), reasons: ['reads_failing', 'parked'] };
		expect(arm(unread, { kind: 'resume' })?.state).toMatchObject({
			phase: 'holding',
			reasons: ['reads_failing']
		});
	});

	it.each(['armFailed', 'release', 'wake'] as const)(
		'an arming that ends by %s takes torque back only off an arm that is known to have been limp',
		(kind) => {
			for (const torque of TORQUES) {
				const effects = arm({ ...inPhase('arming'), torque }, { kind })?.effects ?? [];
				expect([torque, effects.includes('undoTorque')]).toEqual([torque, torque === 'off']);
			}
		}
	);

	it('an arm that holds itself no more is disarmed, and what was wished is void', () => {
		for (const phase of ['armed', 'holding', 'parking', 'freezing', 'resting'] as const) {
			const step = arm(inPhase(phase), { kind: 'limp', torque: 'off' });
			expect(step?.state).toMatchObject({ phase: 'disarmed', reasons: [], torque: 'off' });
			expect(step?.effects).toEqual(expect.arrayContaining(['dropSetpoints', 'selectNone', 'resetGate']));
			expect(step?.effects).not.toContain('torqueOff');
		}
	});

	it.each(PHASES)('a stop in %s lets goals be written only where they were before', (phase) => {
		const before = inPhase(phase);
		const stopped = arm(before, { kind: 'stop' })?.state;
		expect(stopped && mayMove(stopped)).toBe(mayMove(before));
		for (const kind of ['lost', 'limp'] as const) {
			const after = stopped && arm(stopped, kind === 'lost' ? { kind } : { kind, torque: 'off' })?.state;
			expect(after && [after.phase, mayMove(after)]).toEqual(['stopped', false]);
		}
	});

	it('never takes torque off a stiff arm after a stop', () => {
		expect(arm(inPhase('stopped'), { kind: 'clearStop' })?.state.torque).toBe('on');
	});

	it.each(['disarmed', 'stopped'] as const)('%s believes what the servos say of their torque', (phase) => {
		for (const torque of TORQUES)
			expect(arm(inPhase(phase), { kind: 'found', torque })?.state).toMatchObject({ phase, torque });
	});
});

describe('whatever happens in whatever order', () => {
	it('a stop latches, torque ends only on purpose, and nobody moves while disarmed', () => {
		const story = fc.array(fc.constantFrom(...EVENTS), { maxLength: 200 });
		fc.assert(
			fc.property(story, (events) => {
				let state = INITIAL_ARMING;
				for (const event of events) {
					const before = state;
					const step = arm(state, event);
					if (!step) continue;
					state = step.state;
					if (event.kind === 'stop') {
						expect(state.phase).toBe('stopped');
						expect(step.effects).toContain('latchStop');
					}
					if (before.phase === 'stopped' && state.phase !== 'stopped')
						expect(['clearStop', 'letGo']).toContain(event.kind);
					if (step.effects.includes('undoTorque')) expect(before.torque).toBe('off');
					if (step.effects.includes('torqueOff')) {
						const rested = before.phase === 'resting' && event.kind === 'atRest';
						expect(rested || event.kind === 'letGo').toBe(true);
					}
					if (before.phase === 'armed' && (event.kind === 'hold' || event.kind === 'park'))
						expect(state.reasons.length).toBeGreaterThan(0);
					expect(new Set(state.reasons).size).toBe(state.reasons.length);
					if (state.phase === 'holding' || state.phase === 'parking')
						expect(state.reasons.length).toBeGreaterThan(0);
					if (state.phase === 'disarmed' || state.phase === 'arming') expect(mayMove(state)).toBe(false);
					// Only a confirmed arming makes goals flow.
					if (!mayMove(before) && mayMove(state)) expect(event.kind).toBe('armed');
				}
			}),
			{ seed: 20261122, numRuns: 2000 }
		);
	});
});
