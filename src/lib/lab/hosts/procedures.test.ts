// Procedures on a virtual chain under virtual time, with the port's hold as a fake.

import { describe, expect, it } from 'vitest';
import { createVirtualScheduler, type VirtualScheduler } from '$lib/core';
import { SO101, type Calibration } from '$lib/contracts';
import { formatLerobotCalibration } from '$lib/robot/calibration-files';
import { fingerprintOf } from '$lib/robot/find';
import { settle } from '$lib/robot/testing/virtual-arm';
import {
	VIRTUAL_SO101_CALIBRATION,
	Wire,
	createChainTransport,
	createSo101Chain,
	type ServoChain
} from '$lib/sim';
import type { PortHold } from './port-hold';
import { Procedures, type ProcedureView } from './procedures';

const PORT = { index: 0, usbVendorId: 0x1a86, usbProductId: 0x55d3 };
/** Servo register: 1 = its lasting memory is closed. */
const LOCK = 55;

const ARM = { role: 'follower', name: 'Arm 3 (blue)' } as const;

interface Bench {
	readonly scheduler: VirtualScheduler;
	readonly chain: ServoChain;
	readonly procedures: Procedures;
	readonly views: ProcedureView[];
	/** What became of the port, and by which calibration the arm is known from when to when. */
	readonly said: string[];
	/** Lets virtual time run until it is so. */
	readonly until: (isSo: () => boolean) => Promise<void>;
}

function createBench(options: Parameters<typeof createSo101Chain>[0] = {}): Bench {
	const scheduler = createVirtualScheduler();
	const chain = createSo101Chain(options);
	const transport = createChainTransport(new Wire({ chain, usbFrameMs: 1 }), scheduler, 'follower');
	const said: string[] = [];
	const views: ProcedureView[] = [];
	const procedures = new Procedures({
		scheduler,
		hold: async (port) => {
			await transport.open({ baudRate: SO101.baudRate });
			const release = async (): Promise<void> => {
				said.push(chain.servos.map(({ memory }) => memory.byte(LOCK)).join(''));
				await transport.close();
			};
			return {
				ok: true,
				value: { port, transport: transport as unknown as PortHold['transport'], release }
			};
		},
		onView: (view) => views.push(view),
		onCalibrated: (from, to) => said.push(`${from} -> ${to}`)
	});
	const until = async (isSo: () => boolean): Promise<void> => {
		for (let steps = 0; !isSo(); steps++) {
			if (steps > 20_000) throw new Error(`still ${views.at(-1)?.view.step ?? 'nothing'}`);
			await new Promise((resolve) => setImmediate(resolve));
			scheduler.runNext(scheduler.now() + 1000);
		}
	};
	return { scheduler, chain, procedures, views, said, until };
}

describe('a procedure that is ended', () => {
	it('gives the port back when its settings are whole, and whoever ends it waits for that', async () => {
		const { scheduler, chain, procedures, said, until } = createBench({ configured: false });
		await settle(scheduler, procedures.start('calibrating', PORT, ARM));
		procedures.act({ do: 'begin' });
		// Into the writing: one of the servos is open now.
		await until(() => chain.servos.some(({ memory }) => memory.byte(LOCK) !== 1));
		const ends = [procedures.end(), procedures.end()].map((end, k) => end.then(() => said.push(`end ${k}`)));
		await settle(scheduler, Promise.all(ends));
		expect(said[0]).toBe('111111');
		expect(said.slice(1).sort()).toEqual(['end 0', 'end 1']);
	});
});

describe('calibrating', () => {
	const OLD = VIRTUAL_SO101_CALIBRATION;
	const NEW: Calibration = Object.fromEntries(
		Object.entries(OLD).map(([name, entry]) => [name, { ...entry, homing_offset: entry.homing_offset + 20 }])
	);
	const known = `${fingerprintOf(OLD)} -> ${fingerprintOf(NEW)}`;
	const step = ({ views }: Bench): string => views.at(-1)?.view.step ?? '';

	it('says by what the arm is known from now on, and where LeRobot looks for its file', async () => {
		const bench = createBench();
		const { scheduler, procedures } = bench;
		await settle(scheduler, procedures.start('calibrating', PORT, ARM));
		procedures.act({ do: 'importText', text: formatLerobotCalibration(NEW, SO101) });
		await bench.until(() => step(bench) === 'done' || step(bench) === 'problem');
		expect(bench.views.at(-1)).toMatchObject({
			which: 'calibrating',
			view: { step: 'done', problem: null },
			file: { fileName: 'Arm_3_blue.json', folder: 'robots/so_follower' }
		});
		expect(bench.said).toEqual([known]);
		await settle(scheduler, procedures.end());
	});

	it('says so as well when it was closed while it was written', async () => {
		const bench = createBench();
		const { scheduler, procedures } = bench;
		await settle(scheduler, procedures.start('calibrating', PORT, ARM));
		procedures.act({ do: 'importText', text: formatLerobotCalibration(NEW, SO101) });
		await bench.until(() => step(bench) === 'writing');
		await settle(scheduler, procedures.end());
		expect(bench.said).toEqual([known, '111111']);
		expect(step(bench)).toBe('writing');
	});
});

describe('setting up', () => {
	it('says how much of a search is done, and begins a new one at nothing', async () => {
		const bench = createBench();
		const { scheduler, chain, procedures, views } = bench;
		for (const servo of chain.servos) servo.missing = true;
		await settle(scheduler, procedures.start('setting_up', PORT, ARM));
		const search = async (): Promise<(number | null)[]> => {
			const from = views.length;
			procedures.act({ do: 'motorIsConnected' });
			await bench.until(() => views.length > from && views.at(-1)?.view.step === 'problem');
			return views.slice(from).map((view) => (view.which === 'setting_up' ? view.progress : Number.NaN));
		};
		procedures.act({ do: 'begin' });
		for (const again of [false, true]) {
			if (again) procedures.act({ do: 'retry' });
			const told = await search();
			expect(told.at(-1)).toBeNull();
			const shares = told.filter((share) => share !== null);
			expect(shares.length).toBeGreaterThan(3);
			expect(shares[0]).toBeLessThan(0.5);
			expect(shares).toEqual([...shares].sort((a, b) => a - b));
			expect(shares.at(-1)).toBeGreaterThan(0.8);
		}
		await settle(scheduler, procedures.end());
	});
});
