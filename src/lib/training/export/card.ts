// The card of a policy that was trained in a tab, for people: what the manifest holds, in words. English, as every card of a
// model is; the page shows the manifest in the person's own language.

import type { PolicyManifest } from '$lib/contracts';

export function writeCard(manifest: PolicyManifest, device: string): string {
	const { training, metrics } = manifest;
	const figure = (name: string, digits: number): string => (metrics[name] ?? NaN).toFixed(digits);
	const arm = training.simulated ? 'the virtual arm' : 'a real arm';
	return `# ${manifest.name}

Trained in a browser tab on ${training.episodes} episodes (${training.frames} observations at ${manifest.fps} per second) of ${arm}, dataset
"${training.dataset}". It sees ${manifest.cameras.map(({ name, width, height }) => `${name} (${width} x ${height})`).join(', ')} and the joint positions.

## How often it succeeds
Not counted yet.

## How it was made
${training.steps} steps of behaviour cloning with ${figure('batch', 0)} examples each in ${(training.seconds ?? NaN).toFixed(0)} s on one thread
(${training.tool}; ${device}), seed ${figure('seed', 0)}, ${figure('parameters', 0)} parameters. Mean error of the arm's joints on ${figure('held_out_episodes', 0)} episodes
that it did not learn from: ${figure('held_out_degrees', 2)} degrees.

## What it cannot do
${manifest.limits}

Licence: ${manifest.licence}
`;
}
