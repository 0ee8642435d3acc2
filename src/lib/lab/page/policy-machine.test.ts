import { describe, expect, it } from 'vitest';
import { nextPolicyFlow, type PolicyEvent, type PolicyFlow, type PolicyStep } from './policy-machine';

const EVENTS = ['choose', 'loaded', 'failed', 'started', 'over', 'again', 'back'] as const;
const at = (step: PolicyStep): PolicyFlow => (step === 'choose' ? { step } : { step, policyId: 'a' });
const event = (type: (typeof EVENTS)[number]): PolicyEvent =>
	type === 'choose' ? { type, policyId: 'b' } : { type };

/** Step before, event, step after; every pair that is not here changes nothing. */
const WAYS: readonly (readonly [PolicyStep, (typeof EVENTS)[number], PolicyStep])[] = [
	['choose', 'choose', 'load'],
	['load', 'loaded', 'check'],
	['load', 'failed', 'choose'],
	['load', 'back', 'choose'],
	['check', 'started', 'run'],
	['check', 'failed', 'choose'],
	['check', 'back', 'choose'],
	['run', 'over', 'rate'],
	['rate', 'again', 'check'],
	['rate', 'started', 'run'],
	['rate', 'failed', 'choose'],
	['rate', 'back', 'choose']
];

describe('the way of a model', () => {
	for (const step of ['choose', 'load', 'check', 'run', 'rate'] as const) {
		it.each(EVENTS)(`${step}, %s`, (type) => {
			const after = WAYS.find(([from, by]) => from === step && by === type)?.[2];
			const found = nextPolicyFlow(at(step), event(type));
			if (after === undefined) expect(found).toEqual(at(step));
			else {
				expect(found.step).toBe(after);
				if (found.step !== 'choose') expect(found.policyId).toBe(type === 'choose' ? 'b' : 'a');
			}
		});
	}
});
