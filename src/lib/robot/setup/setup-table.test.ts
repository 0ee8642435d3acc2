import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SO101 } from '$lib/contracts';
import type { PortScan } from '../find/find-servos';
import type { FoundMotor, SetupEvent } from './setup-state';
import { setupNext, setupStart } from './setup-table';

const EMPTY: PortScan = { servos: [], sheets: [], colliding: [], garbageBytes: 0, failure: null };

function motor(id: number, change: Partial<FoundMotor> = {}): FoundMotor {
	return {
		id,
		baudRate: 1_000_000,
		modelNumber: 777,
		firmware: '3.10',
		homingOffset: 0,
		rangeMin: 0,
		rangeMax: 4095,
		minVolts: 4,
		maxVolts: 8,
		maxCelsius: 70,
		now: { volts: 7.4, celsius: 25, load: 0 },
		errorBits: 0,
		...change
	};
}

const scans = fc.record({
	servos: fc.constant([]),
	sheets: fc.array(
		fc
			.record({ id: fc.integer({ min: 0, max: 7 }), modelNumber: fc.constantFrom(777, 777, 1284) })
			.map(({ id, modelNumber }) => motor(id, { modelNumber })),
		{ maxLength: 2 }
	),
	colliding: fc.array(fc.constant({ id: 1, baudRate: 1_000_000 }), { maxLength: 1 }),
	garbageBytes: fc.nat(5),
	failure: fc.constantFrom(null, null, null, 'port_gone')
});
const events: fc.Arbitrary<SetupEvent> = fc.oneof(
	fc
		.constantFrom('begin', 'motor_is_connected', 'next', 'retry', 'use_anyway', 'motor_is_connected', 'next')
		.map((type): SetupEvent => ({ type })),
	scans.map((scan): SetupEvent => ({ type: 'searched', scan })),
	fc
		.constantFrom(null, { code: 'motor_lost' as const, details: {} })
		.map((problem): SetupEvent => ({ type: 'written', problem }))
);

describe('the set-up table', () => {
	it('whatever happens in whatever order: one right motor is written, never another', () => {
		fc.assert(
			fc.property(fc.array(events, { maxLength: 80 }), (happened) => {
				let state = setupStart(SO101);
				for (const event of happened) {
					const before = state;
					const { state: after, effect } = setupNext(before, event, SO101);
					state = after;
					if (effect?.do === 'write') {
						expect(event).toMatchObject({
							type: 'searched',
							scan: { sheets: [effect.motor], colliding: [], failure: null }
						});
						expect(effect.motor.modelNumber).toBe(777);
						expect(effect.joint).toBe(before.joint);
					}
					// Done motors stay done, in order, each once.
					expect(after.done.slice(0, before.done.length)).toEqual(before.done);
					expect(after.done).toEqual(after.order.slice(0, after.done.length));
					if (after.done.length > before.done.length)
						expect([before.step, event]).toEqual(['writing', { type: 'written', problem: null }]);
					expect(after.step === 'problem').toBe(after.problem !== null);
					expect(after.joint === null).toBe(after.step === 'intro' || after.step === 'all_done');
				}
			}),
			{ numRuns: 500, seed: 31 }
		);
	});

	it('once left, nothing happens any more', () => {
		const { state, effect } = setupNext(setupStart(SO101), { type: 'close' }, SO101);
		expect(effect).toEqual({ do: 'stop' });
		expect(setupNext(state, { type: 'begin' }, SO101)).toEqual({ state, effect: null });
		expect(setupNext(state, { type: 'searched', scan: EMPTY }, SO101).state).toBe(state);
	});
});
