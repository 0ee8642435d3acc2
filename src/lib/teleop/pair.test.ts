// Telling leader and follower apart: as a table over inventories, as motion on paper, and on two virtual arms under one
// clock, where nothing may be written before the pair is known.

import { describe, expect, it } from 'vitest';
import { createVirtualScheduler } from '$lib/core';
import { SO101, type Calibration, type JointPlant } from '$lib/contracts';
import {
	EMPTY_INVENTORY,
	STS3215_DRIVER,
	createArmSession,
	createBusCommands,
	createFeetechBus,
	fingerprintOf,
	inventory,
	type BusCommands,
	type Inventory,
	type InventoryEvent
} from '$lib/robot';
import { createScriptedPlant, settle } from '$lib/robot/testing/virtual-arm';
import { VIRTUAL_SO101_CALIBRATION, Wire, createChainTransport, createSo101Chain } from '$lib/sim';
import { judgePair, judgeRole, recognisePair } from './pair';
import { createHandMotionDetector, type MotionVerdict } from './pair-motion';
import { findLeaderByHand } from './pair-watch';

const L = 'leader one';
const F = 'follower one';
const L2 = 'leader two';
const F2 = 'follower two';
const run = (...events: InventoryEvent[]): Inventory => events.reduce(inventory, EMPTY_INVENTORY);
const seen = (fingerprint: string): InventoryEvent => ({
	kind: 'seen',
	fingerprint,
	atEpochMs: 1,
	cause: null,
	joints: []
});
const SCHOOL = run(
	...[L, F, L2, F2].map(seen),
	{ kind: 'paired', leader: L, follower: F },
	{ kind: 'paired', leader: L2, follower: F2 },
	{ kind: 'named', fingerprint: F, name: 'Blue' }
);

describe('a pair', () => {
	it('is known in its roles', () => {
		expect(judgePair(L, F, SCHOOL)).toEqual({ kind: 'known' });
		expect(recognisePair(L, F, SCHOOL)).toEqual({ kind: 'known', leader: 'a' });
		expect(recognisePair(F, L, SCHOOL)).toEqual({ kind: 'known', leader: 'b' });
	});

	it('that is swapped is refused by name', () => {
		expect(judgePair(F, L, SCHOOL)).toEqual({
			kind: 'refused',
			problem: {
				cause: 'swapped',
				joints: [],
				details: {
					leader: 'Blue',
					leaderNumber: 2,
					follower: '',
					followerNumber: 1,
					arm: '',
					armNumber: 1,
					expected: 'follower',
					found: 'leader'
				}
			}
		});
	});

	it.each([
		['of two pairs mixed', L, F2],
		['of a known leader and a new arm', L, 'new'],
		['of a new arm and a known follower', 'new', F]
	])('%s is foreign', (_, leader, follower) => {
		expect(judgePair(leader, follower, SCHOOL)).toMatchObject({
			kind: 'refused',
			problem: { cause: 'foreign_arm' }
		});
	});

	it.each([
		['two leaders', L, L2],
		['two followers', F, F2]
	])('of %s is swapped', (_, leader, follower) => {
		expect(judgePair(leader, follower, SCHOOL)).toMatchObject({
			kind: 'refused',
			problem: { cause: 'swapped' }
		});
	});

	it('of two new arms is asked for, and of two that hold the same calibration every time', () => {
		expect(judgePair('x', 'y', SCHOOL)).toEqual({ kind: 'ask_by_hand', why: 'new' });
		expect(judgePair(L, L, SCHOOL)).toEqual({ kind: 'ask_by_hand', why: 'same_fingerprint' });
		expect(recognisePair('x', 'y', SCHOOL)).toEqual({ kind: 'ask_by_hand', why: 'new' });
	});

	it('with an arm that was never calibrated is refused', () => {
		expect(judgePair('', F, SCHOOL)).toMatchObject({ problem: { cause: 'not_calibrated' } });
		expect(judgePair(L, '', SCHOOL)).toMatchObject({ problem: { cause: 'not_calibrated' } });
	});

	it('found in the wrong company is foreign, not swapped, whichever port is which', () => {
		for (const found of [recognisePair(L, F2, SCHOOL), recognisePair(F2, L, SCHOOL)])
			expect(found).toMatchObject({ kind: 'refused', problem: { cause: 'foreign_arm' } });
	});

	it('is whole again once a person moved the leader', () => {
		const after = inventory(SCHOOL, { kind: 'paired', leader: L, follower: F2 });
		expect(judgePair(L, F2, after)).toEqual({ kind: 'known' });
		expect(judgePair(L, F, after)).toEqual({ kind: 'known' });
	});

	it('is not needed to see that one arm alone is the wrong one', () => {
		expect(judgeRole(L, 'leader', SCHOOL)).toBeNull();
		expect(judgeRole('new', 'leader', SCHOOL)).toBeNull();
		expect(judgeRole(F, 'leader', SCHOOL)).toEqual({
			cause: 'swapped',
			joints: [],
			details: { arm: 'Blue', armNumber: 2, expected: 'leader', found: 'follower' }
		});
	});
});

/** Shows the detector two arms at 20 Hz; joint 3 follows the path given in degrees. */
function watch(
	a: (tS: number) => number,
	b: (tS: number) => number,
	seconds = 6
): { verdicts: Set<MotionVerdict>; atS: number } {
	const detector = createHandMotionDetector({ stepsPerTurn: 4096 });
	const verdicts = new Set<MotionVerdict>();
	const positions = (degrees: number): number[] =>
		[0, 100, 2048, 4095, 10, 20].map((rest, j) =>
			j === 3 ? (((rest + Math.round((degrees / 360) * 4096)) % 4096) + 4096) % 4096 : rest
		);
	for (let tick = 0; tick < seconds * 20; tick++) {
		const tS = tick / 20;
		for (const [place, path] of [
			['a', a],
			['b', b]
		] as const) {
			const verdict = detector.update(place, positions(path(tS)), 1000 * tS);
			verdicts.add(verdict);
			if (verdict !== 'waiting') return { verdicts, atS: tS };
		}
	}
	return { verdicts, atS: Number.NaN };
}

const still = (): number => 0;
const hand = (tS: number): number => 20 * Math.sin(2 * Math.max(0, tS - 0.5));
const sinking = (tS: number): number => -30 * Math.min(1, tS);

describe('moving the leader by hand', () => {
	it('is seen on either arm, across the jump from 4095 to 0, within four seconds', () => {
		const first = watch(hand, still);
		expect([...first.verdicts]).toContain('a');
		expect(first.atS).toBeLessThan(4);
		expect([...watch(still, hand).verdicts]).toContain('b');
	});

	it.each([
		['nobody moves', still, still],
		['an arm sinks', sinking, still],
		['a table shakes', (tS: number) => 2 * Math.sin(20 * tS), (tS: number) => 2 * Math.sin(19 * tS)],
		['the other arm is not seen to stand still', hand, (tS: number) => 2.9 * Math.cos(tS * 9)]
	])('is not seen when %s', (_, a, b) => {
		expect([...watch(a, b).verdicts]).toEqual(['waiting']);
	});

	it('waits until an arm that sank stands still', () => {
		const { verdicts, atS } = watch(hand, sinking);
		expect([...verdicts]).toContain('a');
		expect(atS).toBeGreaterThan(1.9);
	});

	it('of both says so and begins anew', () => {
		expect([...watch(hand, hand).verdicts]).toContain('both');
	});

	it('needs readings: a silent arm is not a still one', () => {
		const detector = createHandMotionDetector({ stepsPerTurn: 4096 });
		for (let tick = 0; tick < 100; tick++) {
			const degrees = hand(tick / 20);
			expect(detector.update('a', six(2048 + degrees * 11.4), 50 * tick)).toBe('waiting');
			expect(detector.update('b', null, 50 * tick)).toBe('waiting');
		}
	});
});

const six = (value: number): number[] => new Array<number>(6).fill(value);

/** Two arms on two wires and one clock. */
function createTwoArms(plants: readonly [JointPlant, JointPlant], energised = false) {
	const scheduler = createVirtualScheduler();
	let writes = 0;
	const arms = plants.map((plant, k) => {
		const calibration: Calibration = Object.fromEntries(
			Object.entries(VIRTUAL_SO101_CALIBRATION).map(([name, joint]) => [
				name,
				{ ...joint, homing_offset: joint.homing_offset + 10 * k }
			])
		);
		const chain = createSo101Chain({ plant, calibration, energised: energised && k === 1 });
		for (const { memory } of chain.servos) {
			const write = memory.write.bind(memory);
			memory.write = (...args) => {
				writes += 1;
				write(...args);
			};
		}
		const wire = new Wire({ chain, usbFrameMs: 1 });
		const transport = createChainTransport(wire, scheduler, `arm ${k}`);
		const open = transport.open({ baudRate: SO101.baudRate });
		const commands = createBusCommands(createFeetechBus(transport, scheduler, { usbFrameMs: 1 }));
		return { chain, wire, transport, commands, open };
	});
	const [a, b] = arms;
	if (a === undefined || b === undefined) throw new Error('two arms');
	return { scheduler, a, b, writes: () => writes };
}

const byHand = (): JointPlant =>
	createScriptedPlant((joint, tS) => (joint === 0 ? 0.3 * Math.sin(3 * Math.max(0, tS - 1)) : 0.1));
const lying = (): JointPlant => createScriptedPlant(() => 0.1);

describe('two arms at once', () => {
	it('are recognised by what their servos hold, without one write', async () => {
		const { scheduler, a, b, writes } = createTwoArms([lying(), byHand()]);
		const found = await settle(scheduler, findLeaderByHand({ a: a.commands, b: b.commands, scheduler }));
		expect(found).toEqual({ ok: true, value: 'b' });
		const fingerprint = async (commands: BusCommands): Promise<string> => {
			const session = createArmSession({ spec: SO101, bus: commands, driver: STS3215_DRIVER, scheduler });
			const facts = await settle(scheduler, session.connect());
			return facts.ok ? fingerprintOf(facts.value.calibration) : '';
		};
		const [first, second] = [await fingerprint(a.commands), await fingerprint(b.commands)];
		expect(first).not.toBe(second);
		const known = run(seen(first), seen(second), { kind: 'paired', leader: second, follower: first });
		expect(recognisePair(first, second, known)).toEqual({ kind: 'known', leader: 'b' });
		expect(judgePair(first, second, known)).toMatchObject({ problem: { cause: 'swapped' } });
		expect(writes()).toBe(0);
	});

	it('are not asked for by hand while one of them is stiff', async () => {
		const { scheduler, a, b } = createTwoArms([lying(), lying()], true);
		const found = await settle(scheduler, findLeaderByHand({ a: a.commands, b: b.commands, scheduler }));
		expect(found).toEqual({ ok: false, error: { cause: 'stiff', places: ['b'] } });
	});

	it.each([200, 400, 600])(
		'are not taken for silent when a computer stood still for %i ms',
		async (stillMs) => {
			const { scheduler, a, b } = createTwoArms([byHand(), lying()]);
			for (const { wire } of [a, b]) wire.dice.rates = { stallPipe: 1, stallMs: [stillMs, stillMs] };
			scheduler.at(scheduler.now() + 5, () => {
				for (const { wire } of [a, b]) wire.dice.rates = {};
			});
			const found = await settle(scheduler, findLeaderByHand({ a: a.commands, b: b.commands, scheduler }));
			expect(found).toEqual({ ok: true, value: 'a' });
		}
	);

	it('are given up on when nobody moves one, a cable is pulled, or the person goes away', async () => {
		const quiet = createTwoArms([lying(), lying()]);
		const nobody = findLeaderByHand({
			a: quiet.a.commands,
			b: quiet.b.commands,
			scheduler: quiet.scheduler,
			patienceMs: 5000
		});
		expect(await settle(quiet.scheduler, nobody)).toEqual({ ok: false, error: { cause: 'nobody_moved' } });

		const pulled = createTwoArms([lying(), lying()]);
		let looks = 0;
		const gone = findLeaderByHand({
			a: pulled.a.commands,
			b: pulled.b.commands,
			scheduler: pulled.scheduler,
			onLook: () => {
				looks += 1;
				if (looks === 5) pulled.a.transport.unplug();
			}
		});
		expect(await settle(pulled.scheduler, gone)).toEqual({
			ok: false,
			error: { cause: 'silent', places: ['a'] }
		});

		const left = createTwoArms([lying(), lying()]);
		const abort = new AbortController();
		const watching = findLeaderByHand({
			a: left.a.commands,
			b: left.b.commands,
			scheduler: left.scheduler,
			signal: abort.signal,
			onLook: () => abort.abort()
		});
		expect(await settle(left.scheduler, watching)).toEqual({ ok: false, error: { cause: 'cancelled' } });
	});
});
