// From what went wrong with a model to what the panel says. Pure.

import { isErrorCode } from '$lib/contracts';
import { isCoded } from '$lib/core';
import type { PackageProblem } from '$lib/inference/package';
import type { LoadProblem } from '$lib/inference/run';
import type { PolicyProblem } from '$lib/ui/policies';

/** `reason` is for the log and the probe, not for words. */
export const unopened = (reason: string): PolicyProblem => ({
	code: 'policy_did_not_open',
	details: { reason }
});

/** Why INFER did not open a package. */
export function openProblem(error: LoadProblem | PackageProblem): PolicyProblem {
	const { code } = error;
	if (!isErrorCode(code)) return unopened(code);
	if ('part' in error) return { code, details: { part: error.part, reason: error.reason } };
	return { code, details: { ...error.figures, reason: error.detail } };
}

/** Why a line of a run's record could not be written. */
export function notKept(error: unknown): PolicyProblem {
	const code = isCoded(error) ? error.code : '';
	return { code: isErrorCode(code) ? code : 'policy_run_not_kept', details: { run: 1 } };
}

/** What ROBOT refuses a start or going on with; everything else is an arm that is not free. */
const REFUSALS: Readonly<Record<string, PolicyProblem['code']>> = {
	policy_no_worker: 'policy_no_worker',
	policy_joints_differ: 'policy_joints_differ',
	policy_start_odd: 'policy_start_odd',
	policy_not_paused: 'policy_not_paused'
};

/** What ROBOT answered to a start or to going on. */
export function refusal({
	code,
	details
}: {
	readonly code: string;
	readonly details: PolicyProblem['details'];
}): PolicyProblem {
	return { code: REFUSALS[code] ?? 'policy_start_refused', details };
}
