import type { ConnectProblem, FoundArm, PortIdentity } from '$lib/contracts';
import { createVirtualScheduler } from '$lib/core';
import { describe, expect, it } from 'vitest';
import type { ConnectAnswer } from '../hosts/api';
import { problem } from '../hosts/connect-problems';
import { createConnectControl, type ConnectControl } from './connect-control';
import { WorkerGoneError } from './worker-gone';

const A: PortIdentity = { index: 0, usbVendorId: 0x1a86, usbProductId: 0x55d3 };
const B: PortIdentity = { ...A, index: 1 };

const arm = (fingerprint: string): FoundArm => ({
	port: A,
	fingerprint,
	firmware: '3.10',
	calibration: {},
	role: null,
	voltageV: 7.4
});

/** A table with cables: which arm hangs at which port, what ROBOT did, and hooks to hold its answers back. */
class Table {
	readonly scheduler = createVirtualScheduler();
	readonly done: string[] = [];
	arms = new Map<PortIdentity, string>([[A, 'follower']]);
	chosen: PortIdentity | null = A;
	openProblem: ConnectProblem | null = null;
	refused: ConnectProblem | null = null;
	hold: Promise<void> = Promise.resolve();
	dies: 'open' | 'look' | null = null;
	#open: PortIdentity | null = null;
	#changed: () => void = () => undefined;
	readonly control: ConnectControl = createConnectControl({
		role: 'follower',
		scheduler: this.scheduler,
		onChange: () => undefined,
		ports: {
			access: {
				obstacle: () => null,
				list: () => Promise.resolve([...this.arms.keys()]),
				ask: (anyBoard) => {
					this.done.push(anyBoard ? 'ask any' : 'ask');
					return Promise.resolve(
						this.chosen === null
							? { ok: false, error: problem('nothing_chosen') }
							: { ok: true, value: { port: this.chosen, ports: [...this.arms.keys()] } }
					);
				},
				placed: (port) => Promise.resolve(port),
				onChange: (listener) => {
					this.#changed = listener;
					return () => undefined;
				}
			},
			open: (port, patient) => this.#openPort(port, patient),
			look: () => this.#look(),
			shut: () => {
				this.done.push('shut');
				this.#open = null;
				return Promise.resolve();
			},
			procedure: (which) => {
				this.done.push(which);
				return Promise.resolve();
			},
			endProcedure: () => Promise.resolve(),
			takeSeat: () => {
				this.done.push('take seat');
				this.openProblem = null;
				return Promise.resolve();
			},
			goVirtual: () => {
				this.done.push('virtual');
				return Promise.resolve();
			},
			insist: () => void this.done.push('insist'),
			swap: (port) => {
				this.done.push(`swap ${port.index}`);
				return Promise.resolve();
			},
			openArms: () => void this.done.push('arms'),
			judge: () => ({ name: 'Ada', problem: this.refused })
		}
	});

	async #openPort(port: PortIdentity, patient: boolean): Promise<ConnectAnswer<void>> {
		this.done.push(`open ${port.index}${patient ? ' patient' : ''}`);
		await this.hold;
		if (this.dies === 'open') throw new WorkerGoneError('robot is gone');
		if (this.openProblem !== null) return { ok: false, error: this.openProblem };
		if (!this.arms.has(port)) return { ok: false, error: problem('unplugged') };
		this.#open = port;
		return { ok: true, value: undefined };
	}

	#look(): Promise<ConnectAnswer<FoundArm>> {
		if (this.dies === 'look') return Promise.reject(new WorkerGoneError('robot is gone'));
		const fingerprint = this.#open === null ? undefined : this.arms.get(this.#open);
		return Promise.resolve(
			fingerprint === undefined
				? { ok: false, error: problem('no_power') }
				: { ok: true, value: arm(fingerprint) }
		);
	}

	unplug(port: PortIdentity): void {
		this.arms.delete(port);
		this.#changed();
	}

	plug(port: PortIdentity, fingerprint: string, told = true): void {
		this.arms.set(port, fingerprint);
		if (told) this.#changed();
	}

	/** Lets promises settle, and `ms` pass. */
	async pass(ms = 0): Promise<void> {
		for (let left = ms; ; left -= 10) {
			for (let k = 0; k < 20; k++) await Promise.resolve();
			if (left <= 0) return;
			this.scheduler.advanceTo(this.scheduler.now() + 10);
		}
	}

	async connected(): Promise<this> {
		this.control.begin();
		await this.pass();
		this.control.actions.choose();
		await this.pass();
		this.control.send({ type: 'reading' });
		expect(this.control.state.step).toBe('connected');
		expect(this.control.view).toBeNull();
		this.done.length = 0;
		return this;
	}
}

describe('connecting a real arm', () => {
	it('goes from the choice to the arm without a list where the port is known', async () => {
		const table = new Table();
		table.control.begin();
		await table.pass();
		expect(table.control.view).toMatchObject({ step: 'start', knownPorts: 1 });
		table.control.actions.choose();
		await table.pass();
		expect(table.control.view).toMatchObject({ step: 'ready', armName: 'Ada' });
		expect(table.done).toEqual(['open 0']);
	});

	it('widens the list the second time nothing was chosen', async () => {
		const table = new Table();
		table.arms.clear();
		table.chosen = null;
		table.control.begin();
		await table.pass();
		expect(table.control.view?.step).toBe('before_chooser');
		for (const failures of [1, 2]) {
			table.control.actions.choose();
			await table.pass();
			expect(table.control.view).toMatchObject({
				step: 'problem',
				problem: { cause: 'nothing_chosen' },
				failures
			});
		}
		table.control.actions.tryAgain();
		await table.pass();
		expect(table.done.filter((what) => what.startsWith('ask'))).toEqual(['ask', 'ask', 'ask any']);
	});

	it('drops what comes after the person went elsewhere', async () => {
		const table = new Table();
		let answer = (): void => undefined;
		table.hold = new Promise((resolve) => (answer = resolve));
		table.control.begin();
		await table.pass();
		table.control.actions.choose();
		await table.pass();
		expect(table.control.view?.step).toBe('opening');
		table.control.actions.startOver();
		answer();
		await table.pass();
		expect(table.control.view?.step).toBe('start');
		expect(table.done).toEqual(['open 0', 'shut']);
	});

	it('refuses an arm that is known as another, with its port closed', async () => {
		const table = new Table();
		table.refused = problem('swapped');
		table.control.begin();
		await table.pass();
		table.control.actions.choose();
		await table.pass();
		expect(table.control.view).toMatchObject({ step: 'problem', problem: { cause: 'swapped' } });
		expect(table.done).toContain('shut');
	});

	it.each(['open', 'look'] as const)(
		'says nothing of a cable when ROBOT dies at %s, and goes on when it is there again',
		async (dies) => {
			const table = new Table();
			table.dies = dies;
			table.control.begin();
			await table.pass();
			table.control.actions.choose();
			await table.pass(1000);
			expect(table.control.view).toMatchObject({ problem: null, failures: 0 });
			table.dies = null;
			table.control.send({ type: 'reopen' });
			await table.pass();
			expect(table.control.view?.step).toBe('ready');
			expect(table.done).toEqual(['open 0', 'open 0 patient']);
		}
	);

	it('says that the answers are too late when the arm answered and cannot be read', async () => {
		const table = new Table();
		table.control.begin();
		await table.pass();
		table.control.actions.choose();
		await table.pass(4900);
		expect(table.control.view?.step).toBe('ready');
		await table.pass(200);
		expect(table.control.view).toMatchObject({ step: 'problem', problem: { cause: 'slow_answers' } });
		expect(table.done).toEqual(['open 0', 'shut']);
		// And it is the first reading of this attempt that counts.
		table.control.actions.tryAgain();
		await table.pass(3000);
		table.control.send({ type: 'reading' });
		await table.pass(3000);
		expect(table.control.state.step).toBe('connected');
	});

	it('takes the arm over from another tab', async () => {
		const table = new Table();
		table.openProblem = problem('other_tab');
		table.control.begin();
		await table.pass();
		table.control.actions.choose();
		await table.pass();
		expect(table.control.view?.problem?.cause).toBe('other_tab');
		table.control.actions.takeOver();
		await table.pass();
		expect(table.done.slice(-2)).toEqual(['take seat', 'open 0 patient']);
		expect(table.control.view?.step).toBe('ready');
	});
});

describe('an arm that was lost', () => {
	const lost = async (): Promise<Table> => {
		const table = await new Table().connected();
		table.unplug(A);
		table.control.send({ type: 'lost', problem: problem('unplugged') });
		await table.pass();
		expect(table.control.view).toMatchObject({ step: 'problem', problem: { cause: 'unplugged' } });
		return table;
	};

	it.each([
		['told by the browser', true],
		['found by looking', false]
	])('comes back within half a second, %s', async (_, told) => {
		const table = await lost();
		await table.pass(5000);
		expect(table.control.view).toMatchObject({ step: 'problem', failures: 0 });
		expect(table.done).toEqual(['shut']);
		table.plug(A, 'follower', told);
		await table.pass(500);
		table.control.send({ type: 'reading' });
		expect(table.control.state.step).toBe('connected');
	});

	it('is not mistaken for another arm of the same board', async () => {
		const table = await lost();
		table.plug(B, 'leader');
		await table.pass(3000);
		expect(table.control.view).toMatchObject({ step: 'problem', problem: { cause: 'unplugged' } });
		table.plug(A, 'follower');
		await table.pass(1500);
		expect(table.control.state.step).toBe('ready');
		expect(table.control.state.port).toEqual(A);
	});

	it('says what is true while it is looked for', async () => {
		const table = await lost();
		let answer = (): void => undefined;
		table.hold = new Promise((resolve) => (answer = resolve));
		table.plug(A, 'follower');
		await table.pass(1000);
		expect(table.control.state.step).toBe('opening');
		expect(table.control.view).toMatchObject({ step: 'problem', problem: { cause: 'unplugged' } });
		answer();
		await table.pass(10);
		expect(table.control.view?.step).toBe('ready');
	});

	it('is not looked for any more once the person has gone to the virtual arm', async () => {
		const table = await lost();
		table.control.actions.useVirtual();
		table.plug(A, 'follower');
		await table.pass(2000);
		expect(table.control.view).toBeNull();
		expect(table.done).toEqual(['shut', 'shut', 'virtual']);
	});

	it('comes back when ROBOT died and is there again', async () => {
		const table = await new Table().connected();
		table.control.send({ type: 'reopen' });
		await table.pass();
		expect(table.done).toEqual(['open 0 patient']);
		expect(table.control.state.step).toBe('ready');
	});
});
