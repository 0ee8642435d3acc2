// ROBOT and PLANT as their workers have them, over real message ports, in lockstep: a policy is attached, started, stepped and
// taken over through what the page may ask of ROBOT. INFER is a double that answers whenever it likes.
import { describe, expect, it } from 'vitest';
import { TICK_FLAGS, readRobotToInfer, type PolicyReport, type TickBatch } from '$lib/contracts';
import { PlantHost } from './plant-host';
import { RobotHost } from './robot-host';
import { START, reach } from './testing/policy-rig';

const HELLO = { build: 'test', isolated: true };
const FPS = 30;
/** Where PLANT lays the follower. */
const STARTS_AT = [0, -60, 25, 90, 0, 20];

interface Told {
	readonly reports: PolicyReport[];
	/** Of the first joint, one per loop tick. */
	readonly goals: number[];
}

async function createLab() {
	const open: MessagePort[] = [];
	const channel = (): readonly [MessagePort, MessagePort] => {
		const { port1, port2 } = new MessageChannel();
		open.push(port1, port2);
		return [port1, port2];
	};
	const [follower, plantFollower] = channel();
	const [leader, plantLeader] = channel();
	const [sync, plantSync] = channel();
	const [page, robotPage] = channel();
	const [, plantPage] = channel();
	const plant = new PlantHost(HELLO);
	const ports = { follower: plantFollower, leader: plantLeader, sync: plantSync, page: plantPage };
	plant.attach(ports, { clock: 'lockstep', seed: 1 });
	const robot = new RobotHost(HELLO);
	robot.attach({ page: robotPage, virtual: { follower, leader, sync } }, { clock: 'lockstep', fps: FPS });
	const told: Told = { reports: [], goals: [] };
	page.onmessage = ({ data }: MessageEvent<{ ch: string; body: unknown }>) => {
		if (data.ch === 'policy') told.reports.push(data.body as PolicyReport);
		if (data.ch !== 'ticks') return;
		const { count, joints, goal, flags } = data.body as TickBatch;
		for (let i = 0; i < count; i++)
			if (((flags[i] ?? 0) & TICK_FLAGS.sent) !== 0) told.goals.push(goal[i * joints] ?? Number.NaN);
	};
	const beat = (): void => {
		const body = { wish: null, visible: true, batteryLevel: null };
		page.postMessage({ v: 1, ch: 'beat', seq: 0, t: 0, body });
	};
	/** Messages that are under way arrive. */
	const heard = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
	const steps = async (count: number): Promise<void> => {
		for (let n = 0; n < count; n++) {
			beat();
			await heard();
			await robot.step(1);
		}
		await heard();
	};
	expect(await robot.connect()).toEqual({ ok: true });
	beat();
	await heard();
	expect(await robot.arm()).toEqual({ ok: true });
	await steps(6);
	return { robot, told, steps, channel, close: () => open.forEach((port) => port.close()) };
}

/** INFER: answers a want after so many turns of the event loop. */
function answering(port: MessagePort, turns: () => number): void {
	port.onmessage = ({ data }: MessageEvent<unknown>) => {
		const want = readRobotToInfer(data);
		if (want === null) throw new Error('no want');
		const answer = (left: number): void => {
			if (left > 0) setTimeout(() => answer(left - 1), 0);
			else port.postMessage({ v: 1, seq: 0, t: 0, ...reach(want, 40, 30, STARTS_AT) });
		};
		answer(turns());
	};
}

async function drive(turns: () => number): Promise<Told> {
	const lab = await createLab();
	const [robotEnd, inferEnd] = lab.channel();
	answering(inferEnd, turns);
	expect(lab.robot.startPolicy(START)).toMatchObject({ ok: false, code: 'policy_no_worker' });
	lab.robot.attachInfer(robotEnd);
	// Connecting and arming wait for real messages: how many ticks that took says nothing of the policy.
	lab.told.goals.length = 0;
	expect(lab.robot.startPolicy(START)).toEqual({ ok: true });
	await lab.steps(30);
	lab.robot.selectSource('sliders');
	await lab.steps(2);
	lab.close();
	return lab.told;
}

describe('a policy in lockstep', () => {
	it('drives through ROBOT, is taken over, and gives the same goals however long INFER takes', async () => {
		const quick = await drive(() => 0);
		let turn = 0;
		const slow = await drive(() => (turn++ * 7) % 5);
		expect(quick.goals.at(-1)).toBeGreaterThan(8);
		expect(slow.goals).toEqual(quick.goals);
		expect(quick.reports[0]).toMatchObject({ state: 'waiting', policyId: 'reach' });
		expect(quick.reports.some(({ state, chunks }) => state === 'driving' && chunks > 2)).toBe(true);
		expect(quick.reports.at(-1)).toMatchObject({ state: 'taken-over', dryHolds: 0 });
		expect(quick.reports.at(-1)?.takeOvers).toHaveLength(1);
	});
});
