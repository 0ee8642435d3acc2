import type { PortIdentity, TickBatch } from '$lib/contracts';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RobotApi } from '../hosts/api';
import { problem } from '../hosts/connect-problems';
import type { ProcedureArm } from '../hosts/procedures';
import { createRealArm, type RealArmOptions, type RealArmPage } from './real-arm-page';
import type { RunningWorker } from './worker-set';

const CH343 = { usbVendorId: 0x1a86, usbProductId: 0x55d3 };

beforeAll(async () => {
	await Promise.all([import('$lib/robot/inventory'), import('$lib/recorder')]);
});

const pass = async (): Promise<void> => {
	// What the page loads on demand is there at once, after some turns.
	for (let k = 0; k < 30; k++) await new Promise((resolve) => setImmediate(resolve));
};

/** ROBOT with an arm: what it was asked, in that order. */
class Robot {
	readonly said: string[] = [];
	/** Null: the arm was never calibrated. */
	fingerprint: string | null = null;
	/** What a procedure is writing now. */
	whole: Promise<void> = Promise.resolve();
	/** The arm's port does not open. */
	busy = false;
	/** The arm at the leader's port. */
	leader = '1.12.900.3100';

	readonly worker = {
		name: 'robot',
		api: {
			openPort: (port: PortIdentity) => {
				this.said.push(`open ${port.index}`);
				return Promise.resolve(
					this.busy ? { ok: false, error: problem('port_busy') } : { ok: true, value: undefined }
				);
			},
			openLeader: (port: PortIdentity) => {
				this.said.push(`open leader ${port.index}`);
				const { leader: fingerprint } = this;
				return Promise.resolve({ ok: true, value: { fingerprint, calibration: {}, stiff: false } });
			},
			// The arm at the leader's port is the one that a hand cannot lead with.
			leaderByHand: () => Promise.resolve({ ok: true, value: 'follower' }),
			driveLeader: () => Promise.resolve(true),
			look: () =>
				Promise.resolve(
					this.fingerprint === null
						? { ok: false, error: problem('not_calibrated') }
						: { ok: true, value: { fingerprint: this.fingerprint, calibration: {} } }
				),
			closePort: () => {
				this.said.push('close port');
				return Promise.resolve();
			},
			closeLeader: () => Promise.resolve(),
			startProcedure: (which: string, _port: PortIdentity, arm: ProcedureArm) => {
				this.said.push(arm.name === '' ? which : `${which} ${arm.role} ${arm.name}`);
				return Promise.resolve({ ok: true, value: undefined });
			},
			endProcedure: async () => {
				this.said.push('end procedure');
				await this.whole;
				this.said.push('ended');
			}
		},
		orGone: <T>(answer: Promise<T>): Promise<T> => answer
	} as unknown as RunningWorker<RobotApi>;
}

function page(robot: Robot, options: Partial<RealArmOptions> = {}): RealArmPage {
	return createRealArm({
		robot: () => robot.worker,
		takeSeat: () => Promise.resolve(),
		goVirtual: () => Promise.resolve(),
		onProblem: () => undefined,
		onLeader: () => undefined,
		onChange: () => undefined,
		...options
	});
}

async function calibrating(robot: Robot): Promise<RealArmPage> {
	const arm = page(robot);
	arm.begin();
	await pass();
	arm.actions.choose();
	await pass();
	expect(arm.view).toMatchObject({ step: 'problem', problem: { cause: 'not_calibrated' } });
	arm.actions.openCalibration();
	await pass();
	expect(arm.state.step).toBe('calibrating');
	robot.said.length = 0;
	return arm;
}

beforeEach(() => {
	vi.stubGlobal('isSecureContext', true);
	vi.stubGlobal('navigator', {
		serial: Object.assign(new EventTarget(), {
			getPorts: () => Promise.resolve([{ getInfo: () => CH343 }])
		})
	});
});
afterEach(() => vi.unstubAllGlobals());

describe('leaving a real arm', () => {
	it('waits until what a procedure is writing is whole', async () => {
		const robot = new Robot();
		const arm = await calibrating(robot);
		expect(arm.procedures.busy).toBe(true);
		let release = (): void => undefined;
		robot.whole = new Promise((resolve) => (release = resolve));
		let left = false;
		const leaving = arm.leave().then(() => (left = true));
		await pass();
		expect([robot.said, left]).toEqual([['end procedure'], false]);
		release();
		await leaving;
		expect(robot.said).toEqual(['end procedure', 'ended', 'close port']);
		expect(arm.procedures.busy).toBe(false);
		arm.dispose();
	});
});

describe('while an arm is calibrated', () => {
	it('losing the seat ends it, and the arm is the other tab’s', async () => {
		const robot = new Robot();
		const arm = await calibrating(robot);
		arm.seatLost();
		await pass();
		expect(robot.said).toEqual(['end procedure', 'ended']);
		expect(arm.view).toMatchObject({ step: 'problem', problem: { cause: 'other_tab' } });
		arm.dispose();
	});

	it('a ROBOT that died and is there again opens the arm’s port', async () => {
		const robot = new Robot();
		const arm = await calibrating(robot);
		arm.reopen();
		await pass();
		expect(arm.procedures.busy).toBe(false);
		expect(robot.said).toContain('open 0');
		arm.dispose();
	});
});

it('an arm that is opened when ROBOT dies is opened by the next one', async () => {
	const robot = new Robot();
	let alive = false;
	const arm = page(robot, { robot: () => (alive ? robot.worker : null) });
	arm.begin();
	await pass();
	arm.actions.choose();
	await pass();
	expect(arm.view).toMatchObject({ step: 'opening', problem: null });
	alive = true;
	arm.reopen();
	await pass();
	expect(arm.view).toMatchObject({ step: 'problem', problem: { cause: 'not_calibrated' } });
	arm.dispose();
});

describe('arms that change places', () => {
	const FIRST = '1.-447.800.3200';

	/** Follower and leader are connected, and a hand has shown that they are the wrong way round. */
	async function swapping(): Promise<{ robot: Robot; arm: RealArmPage; read: () => void }> {
		vi.stubGlobal('navigator', {
			serial: Object.assign(new EventTarget(), {
				getPorts: () => Promise.resolve([{ getInfo: () => CH343 }, { getInfo: () => CH343 }])
			})
		});
		const robot = new Robot();
		robot.fingerprint = FIRST;
		const arm = page(robot);
		arm.begin();
		await pass();
		arm.actions.choose();
		await pass();
		const read = (): void => arm.ticks({ count: 0 } as TickBatch, true);
		read();
		expect(arm.state.step).toBe('connected');
		arm.leader.there();
		await pass();
		arm.actions.choose();
		await pass();
		expect(arm.view).toMatchObject({ role: 'leader', problem: { cause: 'swapped' } });
		robot.said.length = 0;
		robot.fingerprint = robot.leader;
		robot.leader = FIRST;
		return { robot, arm, read };
	}

	it('are both opened in each other’s place', async () => {
		const { robot, arm, read } = await swapping();
		arm.actions.swapArms();
		await pass();
		read();
		await pass();
		expect(robot.said.filter((said) => said.startsWith('open'))).toEqual(['open 1', 'open leader 0']);
		arm.dispose();
	});

	it.each([
		['its port did not open', (): void => undefined],
		['the person left, and came back', (arm: RealArmPage): void => void arm.leave()],
		['ROBOT died', (arm: RealArmPage): void => arm.reopen()],
		['the seat was lost', (arm: RealArmPage): void => arm.seatLost()]
	])('and no leader is opened by itself once that broke off: %s', async (what, befalls) => {
		const { robot, arm, read } = await swapping();
		robot.busy = what === 'its port did not open';
		arm.actions.swapArms();
		await pass();
		expect(arm.state.step).toBe(robot.busy ? 'problem' : 'ready');
		befalls(arm);
		await pass();
		robot.busy = false;
		if (arm.state.step === 'off') {
			arm.begin();
			await pass();
			arm.actions.choose();
		} else if (arm.state.problem?.cause === 'other_tab') arm.actions.takeOver();
		else arm.actions.tryAgain();
		await pass();
		expect(arm.state.step).toBe('ready');
		read();
		await pass();
		expect(arm.state.step).toBe('connected');
		expect(robot.said.filter((said) => said.startsWith('open leader'))).toEqual([]);
		arm.dispose();
	});
});

it.each([
	[CH343, 'auto'],
	[{ ...CH343, usbProductId: 0x7523 }, 'ask']
])(
	'a pulled cable: the browser knows the board again, or it has to be chosen anew (%j)',
	async (board, way) => {
		vi.stubGlobal('navigator', {
			serial: Object.assign(new EventTarget(), {
				getPorts: () => Promise.resolve([{ getInfo: () => board }])
			})
		});
		const robot = new Robot();
		robot.fingerprint = '1.-447.800.3200';
		const arm = page(robot);
		arm.begin();
		await pass();
		arm.actions.choose();
		await pass();
		arm.heard({ status: 'lost', reason: 'unplugged' } as Parameters<RealArmPage['heard']>[0]);
		expect(arm.view).toMatchObject({ problem: { cause: 'unplugged', details: { reconnect: way } } });
		arm.dispose();
	}
);

describe('the arms at this computer', () => {
	const OLD = '1.-447.800.3200';
	const NEW = '1.-440.810.3190';

	it('keep name and number when they are calibrated again', async () => {
		const robot = new Robot();
		robot.fingerprint = OLD;
		const arm = page(robot);
		arm.begin();
		await pass();
		arm.actions.choose();
		await pass();
		expect(arm.view).toMatchObject({ step: 'ready', armName: null });
		await arm.arms.open();
		arm.arms.actions?.rename(OLD, 'Blue');
		arm.actions.openCalibration();
		await pass();
		expect(robot.said.at(-1)).toBe('calibrating follower Blue');
		robot.fingerprint = NEW;
		arm.calibrated(OLD, NEW);
		arm.procedures.calibrationActions.close();
		await pass();
		expect(arm.view).toMatchObject({ step: 'ready', armName: 'Blue' });
		expect(arm.arms.view?.arms).toMatchObject([
			{ fingerprint: NEW, name: 'Blue', number: 1, present: true, lastCheck: { cause: null } }
		]);
		arm.arms.close();
		expect(arm.arms.view).toBeNull();
		arm.dispose();
	});

	it('and when the news comes after the arm', async () => {
		const robot = new Robot();
		robot.fingerprint = OLD;
		const arm = page(robot);
		arm.begin();
		await pass();
		arm.actions.choose();
		await pass();
		await arm.arms.open();
		arm.arms.actions?.rename(OLD, 'Blue');
		arm.actions.openCalibration();
		await pass();
		robot.fingerprint = NEW;
		arm.procedures.calibrationActions.close();
		await pass();
		arm.calibrated(OLD, NEW);
		expect(arm.arms.view?.arms).toMatchObject([{ fingerprint: NEW, name: 'Blue', number: 1 }]);
		arm.dispose();
	});
});
