import { describe, expect, it } from 'vitest';
import { nextStep, type NextStepInput } from './next-step';

const calm: NextStepInput = {
	ready: true,
	otherTab: false,
	arm: 'armed',
	holdsForPerson: false,
	recording: 'idle',
	task: 'Cube to target',
	moved: true,
	storageFull: false,
	keptEpisodes: 0,
	enoughEpisodes: 5
};

describe('the one next step', () => {
	it.each<[string, Partial<NextStepInput>, string]>([
		['the lab is starting', { ready: false }, 'wait'],
		['another tab holds the seat', { otherTab: true, arm: 'lost' }, 'take_over_tab'],
		['the arm is gone', { arm: 'lost', recording: 'review' }, 'reconnect'],
		['stop was pressed while recording', { arm: 'stopped', recording: 'recording' }, 'clear_stop'],
		['torque is off', { arm: 'disarmed' }, 'arm'],
		['the tab was hidden', { arm: 'holding', holdsForPerson: true }, 'arm'],
		['the page was busy for a moment', { arm: 'holding' }, 'record'],
		['armed, nothing moved yet', { moved: false }, 'drive'],
		['no task named', { task: '  ' }, 'name_task'],
		['everything is ready', {}, 'record'],
		['recording runs', { recording: 'recording' }, 'stop_recording'],
		['an episode waits for a decision', { recording: 'review' }, 'review'],
		['one is kept', { keptEpisodes: 1 }, 'record_more'],
		['enough are kept', { keptEpisodes: 5 }, 'download'],
		['the disk is full', { storageFull: true }, 'free_space']
	])('%s', (_, change, expected) => {
		expect(nextStep({ ...calm, ...change })).toBe(expected);
	});
});
