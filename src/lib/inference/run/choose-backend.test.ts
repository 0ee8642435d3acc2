import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { err, ok } from '$lib/core';
import {
	backendCandidates,
	chooseBackend,
	choiceKey,
	formatChoice,
	readChoice,
	type BackendCandidate,
	type ChoiceOptions
} from './choose-backend';
import { roomFor } from './device-room';

const WASM1 = { backend: 'wasm', threads: 1 } as const;
const WASM2 = { backend: 'wasm', threads: 2 } as const;
const WASM4 = { backend: 'wasm', threads: 4 } as const;
const GPU = { backend: 'webgpu', threads: 1 } as const;
const ALL = [WASM1, WASM2, WASM4, GPU];

const nameOf = ({ backend, threads }: BackendCandidate): string => `${backend}${threads}`;

/** Times in the order of ALL; null does not run. */
async function choose(timesMs: readonly (number | null)[], more: Partial<ChoiceOptions> = {}) {
	const asked: string[] = [];
	const choice = await chooseBackend({
		candidates: ALL,
		remembered: null,
		fastEnoughMs: 0,
		measure(candidate) {
			asked.push(nameOf(candidate));
			const timeMs = timesMs[ALL.findIndex((one) => nameOf(one) === nameOf(candidate))] ?? null;
			return Promise.resolve(
				timeMs === null ? err({ code: 'policy_did_not_open', detail: nameOf(candidate) }) : ok(timeMs)
			);
		},
		...more
	});
	return { asked, choice, chosen: choice.ok ? nameOf(choice.value.chosen) : null };
}

describe('what a policy runs on', () => {
	it.each([
		['the graphics card where it is fastest', [400, 220, 180, 40], 'webgpu1', 'fastest'],
		['the processor where the graphics card is slower', [7, 17, 20, 820], 'wasm1', 'fastest'],
		['two threads where they help', [325, 182, 300, 900], 'wasm2', 'fastest'],
		['what takes less where more is hardly faster', [100, 95, 92, 91], 'wasm1', 'nearly-fastest'],
		['the processor where the graphics card does not run it', [100, 50, 30, null], 'wasm4', 'fastest'],
		['the only thing that runs', [null, null, null, 70], 'webgpu1', 'only-one']
	])('is %s', async (_, timesMs, chosen, reason) => {
		const found = await choose(timesMs);
		expect(found.chosen).toBe(chosen);
		expect(found.choice).toMatchObject({ value: { reason } });
		expect(found.asked).toEqual(ALL.map(nameOf));
	});

	it('is not looked for any further once a run is fast enough', async () => {
		const { chosen, asked, choice } = await choose([9, 5, 4, 1], { fastEnoughMs: 10 });
		expect([chosen, asked]).toEqual(['wasm1', ['wasm1']]);
		expect(choice).toMatchObject({ value: { reason: 'fast-enough', medianMs: 9 } });
	});

	it('is remembered without measuring again', async () => {
		const { asked, choice } = await choose([1, 1, 1, 1], { remembered: { ...GPU, medianMs: 30 } });
		expect(asked).toEqual([]);
		expect(choice).toEqual(ok({ chosen: GPU, medianMs: 30, reason: 'remembered', measured: [] }));
	});

	it('is measured anew where the remembered one is gone', async () => {
		const remembered = { backend: 'wasm' as const, threads: 8, medianMs: 1 };
		expect((await choose([10, 20, 30, 40], { remembered })).chosen).toBe('wasm1');
	});

	it('is nothing where nothing runs, and the reason is told', async () => {
		const { choice } = await choose([null, null, null, null]);
		expect(choice).toEqual(err({ code: 'policy_did_not_open', detail: 'webgpu1' }));
		expect((await choose([], { candidates: [] })).choice.ok).toBe(false);
	});

	it('is never more than a tenth slower than the fastest, and every time is told', async () => {
		const times = fc.array(fc.option(fc.double({ min: 0.1, max: 1e4, noNaN: true })), {
			minLength: 4,
			maxLength: 4
		});
		await fc.assert(
			fc.asyncProperty(times, async (timesMs) => {
				const ran = timesMs.filter((time) => time !== null);
				const { choice } = await choose(timesMs);
				expect(choice.ok).toBe(ran.length > 0);
				if (!choice.ok) return;
				expect(choice.value.medianMs).toBeLessThanOrEqual(Math.min(...ran) / 0.9 + 1e-9);
				expect(choice.value.measured.map(({ medianMs }) => medianMs)).toEqual(timesMs);
			})
		);
	});
});

describe('what could run it', () => {
	const device = { cores: 8, memoryGb: 8, isolated: true, gpu: 'intel gen-12' };

	it.each([
		[device, ['wasm1', 'wasm2', 'wasm4', 'webgpu1']],
		[{ ...device, gpu: '' }, ['wasm1', 'wasm2', 'wasm4']],
		[{ ...device, cores: 2 }, ['wasm1', 'wasm2', 'webgpu1']],
		[{ ...device, cores: 1 }, ['wasm1', 'webgpu1']],
		[{ ...device, isolated: false }, ['wasm1', 'webgpu1']]
	])('%j', (facts, names) => {
		expect(backendCandidates(facts).map(nameOf)).toEqual(names);
	});
});

describe('a choice that is kept', () => {
	it('comes back as it was', async () => {
		const { choice } = await choose([325, 182, 300, 900]);
		expect(choice.ok && readChoice(formatChoice(choice.value))).toEqual({ ...WASM2, medianMs: 182 });
	});

	it.each([
		null,
		'',
		'null',
		'{}',
		'[]',
		'{"backend":"wasm","threads":0,"medianMs":1}',
		'{"backend":"cuda","threads":1,"medianMs":1}',
		'{"backend":"wasm","threads":1,"medianMs":-1}'
	])('is nothing when it reads %j', (text) => {
		expect(readChoice(text)).toBeNull();
	});

	it('holds for one model on one kind of device', () => {
		const device = { cores: 4, memoryGb: 8, isolated: true, gpu: 'a' };
		const keys = [
			choiceKey('m', device),
			choiceKey('n', device),
			choiceKey('m', { ...device, gpu: 'b' }),
			choiceKey('m', { ...device, cores: 2 }),
			choiceKey('m', { ...device, isolated: false })
		];
		expect(new Set(keys).size).toBe(keys.length);
	});
});

describe('room on the device', () => {
	it.each([
		[0.7e6, 2, true],
		[138e6, 8, true],
		[138e6, 4, true],
		[138e6, 1, false],
		[500e6, 4, false],
		[500e6, 8, true],
		[138e6, null, true],
		[500e6, null, false]
	])('%d bytes of weights in %s GB: %s', (bytes, memoryGb, fits) => {
		const room = roomFor(bytes, memoryGb);
		expect(room.fits).toBe(fits);
		expect(room.neededBytes).toBe(3 * bytes);
	});
});
