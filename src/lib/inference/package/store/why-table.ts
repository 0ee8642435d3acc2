// What a look at a run found, kept beside the packages under the run's id: written anew by every look, never part of the run's own
// record. Knows rows; knows no finding.

import { WHY_VERSION, type WhyAnalysis } from '$lib/contracts';
import type { PolicyEngine, PolicyStore } from '../types';

const keyOf = (runId: string): string => `why/${runId}`;

export function createWhyTable(engine: PolicyEngine): Pick<PolicyStore, 'keepWhy' | 'why'> {
	return {
		keepWhy: (runId, analysis) => engine.write('strict', (tx) => tx.put('files', keyOf(runId), analysis)),
		async why(runId) {
			const found = (await engine.read((tx) => tx.get('files', keyOf(runId)))) as
				Partial<WhyAnalysis> | undefined;
			// Of another version, it is looked at anew.
			return found?.schemaVersion === WHY_VERSION && found.runId === runId
				? (found as WhyAnalysis)
				: undefined;
		}
	};
}
