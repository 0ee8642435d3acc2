import { describe, expect, it } from 'vitest';
import {
	commandFor,
	createRecordTriggers,
	RECORD_KEYS,
	type RecordPhase,
	type RecordTrigger
} from './record-trigger';
import { jogKeyFor } from './jog-keys';

const TABLE: [RecordPhase, RecordTrigger, string | null][] = [
	['idle', 'go', 'start'],
	['idle', 'discard', null],
	['idle', 'rerecord', null],
	['countdown', 'go', 'stop'],
	['countdown', 'discard', 'stop'],
	['countdown', 'rerecord', null],
	['recording', 'go', 'stop'],
	['recording', 'discard', null],
	['recording', 'rerecord', null],
	['sealing', 'go', null],
	['sealing', 'discard', null],
	['sealing', 'rerecord', null],
	['review', 'go', 'keep'],
	['review', 'discard', 'discard'],
	['review', 'rerecord', 'rerecord']
];

describe('record triggers', () => {
	it.each(TABLE)('%s + %s -> %s', (phase, trigger, command) => {
		expect(commandFor(trigger, phase)).toBe(command);
	});

	it('takes a bounce for one trigger, whichever device it comes from', () => {
		const triggers = createRecordTriggers();
		expect(triggers.pull('go', 1000, 'idle')).toBe('start');
		expect(triggers.pull('go', 1100, 'recording')).toBeNull();
		expect(triggers.pull('go', 1300, 'recording')).toBe('stop');
		// A trigger that meant nothing does not block the next one.
		expect(triggers.pull('go', 2000, 'sealing')).toBeNull();
		expect(triggers.pull('go', 2050, 'review')).toBe('keep');
	});

	it('hears a gamepad button when it goes down, not while it is held', () => {
		const triggers = createRecordTriggers();
		const start = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
		const select = [0, 0, 0, 0, 0, 0, 0, 0, 1, 0];
		expect(
			[start, start, [], start, start, [], select, []].map((buttons) => triggers.gamepad(buttons))
		).toEqual([null, null, null, 'go', null, null, 'discard', null]);
	});

	it('leaves the jog keys alone', () => {
		for (const code of Object.keys(RECORD_KEYS))
			for (const mode of ['cartesian', 'joint'] as const) expect(jogKeyFor(code, mode)).toBeNull();
	});
});
