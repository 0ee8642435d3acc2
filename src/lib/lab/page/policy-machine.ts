// The way of a person who lets a model drive, as one pure table: choose, load, check, run, judge. Knows no worker, no store
// and no words; effects belong to policy-page.ts.

export type PolicyStep = 'choose' | 'load' | 'check' | 'run' | 'rate';

export type PolicyFlow =
	{ readonly step: 'choose' } | { readonly step: Exclude<PolicyStep, 'choose'>; readonly policyId: string };

export type PolicyEvent =
	| { readonly type: 'choose'; readonly policyId: string }
	/** The runtime is open, checked against its reference and warm. */
	| { readonly type: 'loaded' }
	/** It could not be opened, or what was open is gone for good. */
	| { readonly type: 'failed' }
	/** ROBOT took it: the record of the run is begun. */
	| { readonly type: 'started' }
	/** ROBOT says that it is over, whoever ended it. */
	| { readonly type: 'over' }
	/** Once more, with the same model. */
	| { readonly type: 'again' }
	| { readonly type: 'back' };

const CHOOSE: PolicyFlow = { step: 'choose' };

type Row = Partial<Record<PolicyEvent['type'], PolicyStep>>;

/** What is not in here changes nothing. A run ends by `over` alone: nobody leaves an arm that a model still drives. */
const TABLE: Readonly<Record<PolicyStep, Row>> = {
	choose: { choose: 'load' },
	load: { loaded: 'check', failed: 'choose', back: 'choose' },
	check: { started: 'run', failed: 'choose', back: 'choose' },
	run: { over: 'rate' },
	rate: { again: 'check', started: 'run', failed: 'choose', back: 'choose' }
};

export function nextPolicyFlow(flow: PolicyFlow, event: PolicyEvent): PolicyFlow {
	const step = TABLE[flow.step][event.type];
	if (step === undefined) return flow;
	if (step === 'choose') return CHOOSE;
	if (event.type === 'choose') return { step, policyId: event.policyId };
	return flow.step === 'choose' ? flow : { step, policyId: flow.policyId };
}
