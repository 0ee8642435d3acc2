import { describe, expect, it } from 'vitest';
import { nextStep, type NextStepInput } from './next-step';

const calm: NextStepInput = {
	ready: true,
	otherTab: false,
	arm: 'armed',
	holdsForPerson: false,
	guided: false,
	held: false,
	modelDrives: false,
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
		['a sheet says how the arm is connected', { arm: 'disconnected', guided: true }, 'follow_sheet'],
		['the arm is being looked at', { arm: 'connecting', guided: true }, 'follow_sheet'],
		['a hand is to move the leader', { arm: 'disarmed', guided: true }, 'follow_sheet'],
		['stop was pressed beside an open sheet', { arm: 'stopped', guided: true }, 'clear_stop'],
		['the teacher holds all arms', { arm: 'stopped', held: true }, 'held_by_class'],
		[
			'a locked arm is not unlocked while the class is held',
			{ arm: 'disarmed', held: true },
			'held_by_class'
		],
		['what was recorded is looked at meanwhile', { recording: 'review', held: true }, 'review'],
		['recording runs beside an open sheet', { recording: 'recording', guided: true }, 'stop_recording'],
		['the lab is not there yet', { ready: false, guided: true }, 'wait'],
		['stop was pressed while recording', { arm: 'stopped', recording: 'recording' }, 'clear_stop'],
		['torque is off', { arm: 'disarmed' }, 'arm'],
		['the tab was hidden', { arm: 'holding', holdsForPerson: true }, 'arm'],
		['the page was busy for a moment', { arm: 'holding' }, 'record'],
		['armed, nothing moved yet', { moved: false }, 'drive'],
		['a model drives', { modelDrives: true, moved: false }, 'watch_model'],
		['a model drives and is recorded', { modelDrives: true, recording: 'recording' }, 'stop_recording'],
		[
			'a model drove and the tab was hidden',
			{ modelDrives: true, arm: 'holding', holdsForPerson: true },
			'arm'
		],
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
