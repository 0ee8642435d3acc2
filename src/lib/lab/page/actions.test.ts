// Unlocking beside a model: what a person asked for, and nothing else, is asked of ROBOT.
import type { ArmReport } from '$lib/contracts';
import { describe, expect, it } from 'vitest';
import type { Lab } from '../lab.svelte';
import { createActions } from './actions';

function rig(source: ArmReport['source'], running: boolean | null) {
	const asked: string[] = [];
	const lab = {
		policies: running === null ? null : { running },
		core: {
			report: { source },
			inputs: { source: 'sliders' },
			problem: null,
			selectSource: (chosen: string) => {
				asked.push(`hands at the arm: ${chosen}`);
				return Promise.resolve();
			},
			robot: {
				selectSource: (chosen: string) => void asked.push(`source ${chosen}`),
				arm: () => {
					asked.push('arm');
					return Promise.resolve({ ok: true });
				}
			}
		}
	} as unknown as Lab;
	return { actions: createActions(lab), asked };
}

describe('unlocking', () => {
	it.each([
		['by hand, no model was ever there', 'sliders', null, ['source sliders', 'arm']],
		['while a run is paused: nothing is taken over', 'policy', true, ['arm']],
		['a hand has taken over from a run', 'sliders', true, ['source sliders', 'arm']],
		['after a run: the hands begin where the arm is', 'policy', false, ['hands at the arm: sliders', 'arm']]
	] as const)('%s', (_, source, running, expected) => {
		const { actions, asked } = rig(source, running);
		actions.arm();
		expect(asked).toEqual(expected);
	});
});
