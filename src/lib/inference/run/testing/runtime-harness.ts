// Runtimes for the contract, over the small nets.

import type { PolicyManifest, PolicyRuntime } from '$lib/contracts';
import type { RuntimeHarness } from '../policy-runtime.contract';
import { createScriptedRuntime } from '../scripted-runtime';
import { HAZARD, LOOK, LOOK_REFERENCE, hazardByHeart, lookByHeart } from './small-nets';

export type NetName = 'look' | 'hazard';

export async function runtimeHarness(
	open: (manifest: PolicyManifest, net: NetName) => Promise<PolicyRuntime>
): Promise<RuntimeHarness> {
	const runtime = await open(LOOK, 'look');
	return {
		runtime,
		reference: LOOK_REFERENCE,
		hazard: () => open(HAZARD, 'hazard'),
		dispose: () => runtime.close()
	};
}

export const scriptedHarness = (): Promise<RuntimeHarness> =>
	runtimeHarness((manifest, net) =>
		Promise.resolve(createScriptedRuntime(manifest, net === 'look' ? lookByHeart : hazardByHeart))
	);
