import { describe, expect, it } from 'vitest';
import { IDLE, recorderTransition, type RecorderEvent, type RecorderState } from './recorder-machine';

const STATES = {
	idle: IDLE,
	waiting: { name: 'countdown', secondsLeft: 2, prepared: false },
	ready: { name: 'countdown', secondsLeft: 2, prepared: true },
	late: { name: 'countdown', secondsLeft: 0, prepared: false },
	last: { name: 'countdown', secondsLeft: 1, prepared: true },
	recording: { name: 'recording' },
	sealing: { name: 'sealing', interrupted: null },
	sealingFull: { name: 'sealing', interrupted: 'storage_full' },
	review: { name: 'review', episodeId: 'e', interrupted: null }
} satisfies Record<string, RecorderState>;

const EVENTS = {
	start: { type: 'start', countdownS: 3 },
	startNow: { type: 'start', countdownS: 0 },
	prepared: { type: 'prepared' },
	refused: { type: 'refused', code: 'quota_zero' },
	second: { type: 'second' },
	stop: { type: 'stop' },
	interrupt: { type: 'interrupt', code: 'storage_full' },
	sealed: { type: 'sealed', episodeId: 'e' },
	sealedEmpty: { type: 'sealedEmpty' },
	sealFailed: { type: 'sealFailed', code: 'storage_full' },
	keep: { type: 'keep' },
	discard: { type: 'discard' },
	rerecord: { type: 'rerecord', countdownS: 3 }
} satisfies Record<string, RecorderEvent>;

/** state, event -> state and effects; every pair that is not named leaves the state alone. */
const TABLE = `
idle start -> countdown 3 unprepared: prepare
idle startNow -> countdown 0 unprepared: prepare
waiting prepared -> countdown 2 prepared
waiting second -> countdown 1 unprepared
waiting refused -> idle: report quota_zero
waiting stop -> idle: abandon
waiting interrupt -> idle: abandon, report storage_full
ready prepared -> countdown 2 prepared
ready second -> countdown 1 prepared
ready refused -> idle: report quota_zero
ready stop -> idle: abandon
ready interrupt -> idle: abandon, report storage_full
late prepared -> recording: record
late second -> countdown 0 unprepared
late refused -> idle: report quota_zero
late stop -> idle: abandon
late interrupt -> idle: abandon, report storage_full
last prepared -> countdown 1 prepared
last second -> recording: record
last refused -> idle: report quota_zero
last stop -> idle: abandon
last interrupt -> idle: abandon, report storage_full
recording stop -> sealing: seal
recording interrupt -> sealing storage_full: seal storage_full
sealing sealed -> review e
sealing sealedEmpty -> idle
sealing sealFailed -> idle: report storage_full
sealingFull sealed -> review e storage_full: report storage_full
sealingFull sealedEmpty -> idle: report storage_full
sealingFull sealFailed -> idle: report storage_full
review keep -> idle
review discard -> idle: discard e
review rerecord -> countdown 3 unprepared: discard e, prepare
review start -> countdown 3 unprepared: prepare
review startNow -> countdown 0 unprepared: prepare`;

function printState(state: RecorderState): string {
	if (state.name === 'countdown')
		return `countdown ${state.secondsLeft} ${state.prepared ? 'prepared' : 'unprepared'}`;
	if (state.name === 'sealing') return ['sealing', state.interrupted].filter(Boolean).join(' ');
	if (state.name === 'review')
		return ['review', state.episodeId, state.interrupted].filter(Boolean).join(' ');
	return state.name;
}

describe('recorder machine', () => {
	it('is exactly this table', () => {
		const lines: string[] = [];
		for (const [stateName, state] of Object.entries(STATES))
			for (const [eventName, event] of Object.entries(EVENTS)) {
				const { state: next, effects } = recorderTransition(state, event);
				if (
					next === state ||
					(printState(next) === printState(state) && effects.length === 0 && next.name !== 'countdown')
				)
					continue;
				const list = effects.map((effect) =>
					Object.values(effect)
						.filter((value) => value !== null)
						.join(' ')
				);
				lines.push(
					`${stateName} ${eventName} -> ${printState(next)}${list.length ? `: ${list.join(', ')}` : ''}`
				);
			}
		expect(lines.sort()).toEqual(TABLE.trim().split('\n').sort());
	});

	it('runs a take from start to review', () => {
		const events: RecorderEvent[] = [
			EVENTS.start,
			EVENTS.second,
			EVENTS.prepared,
			EVENTS.second,
			EVENTS.second
		];
		let state: RecorderState = IDLE;
		for (const event of [...events, EVENTS.stop, EVENTS.sealed])
			state = recorderTransition(state, event).state;
		expect(state).toEqual(STATES.review);
	});
});
