import { describe, expect, it } from 'vitest';
import type { ArmAnswer } from '../hosts/api';
import { driveRig as rig } from './testing/policy-drive-rig';

it('what is recorded by hand during a start of a series is told whose it is, though nothing records by itself', async () => {
	const { startOfSeries, log } = rig({ ok: true }, 'real', true);
	expect(await startOfSeries()).toBeNull();
	expect(log).toEqual(['begin', 'no film', 'start null']);
});

describe('a start that waits for its film', () => {
	const waiting = async () => {
		const lab = rig({ ok: true }, 'real', true);
		const asked = lab.ask();
		const answer = lab.start(null, asked);
		await lab.settled();
		expect(lab.log).toEqual(['begin', 'film']);
		return { ...lab, asked, answer };
	};

	it('drives once it records', async () => {
		const { answer, prepare, log } = await waiting();
		prepare();
		expect(await answer).toBeNull();
		expect(log.at(-1)).toBe('start null');
	});

	it.each(['stopped', 'fault', 'worker_died'] as const)(
		'taken back (%s): ROBOT is never asked, the film is thrown away, the record is closed',
		async (by) => {
			const { answer, asked, prepare, log, ended, over } = await waiting();
			asked.takeBack(by);
			prepare();
			expect(await answer).toBeNull();
			expect(log).toEqual(['begin', 'film', 'drop']);
			expect(ended().end).toMatchObject({ endedBy: by, durationMs: 0, episodeId: null });
			expect(over).toEqual([]);
		}
	);

	it('an arm that was stopped meanwhile is not driven, even when it is unlocked again', async () => {
		const { answer, armIs, prepare, log, ended } = await waiting();
		armIs({ status: 'stopped' });
		armIs({ status: 'armed' });
		prepare();
		expect((await answer)?.code).toBe('policy_start_refused');
		expect(log).toEqual(['begin', 'film', 'drop']);
		expect(ended().end?.endedBy).toBe('stopped');
	});

	it('ended by the panel meanwhile: it does not drive', async () => {
		const { answer, drive, prepare, log } = await waiting();
		drive.end();
		prepare();
		expect(await answer).toBeNull();
		expect(log).not.toContain('start null');
	});

	it('ROBOT gone meanwhile: the old one is not asked any more', async () => {
		const { answer, drive, prepare, log } = await waiting();
		drive.lost('worker_died');
		prepare();
		expect((await answer)?.code).toBe('robot_worker_died');
		expect(log).not.toContain('start null');
	});

	it('taken back while ROBOT answers: stopped at once, and the arm is the person’s again', async () => {
		const { answer, asked, answering, prepare, settled, log, ended, over, say } = await waiting();
		let sayYes: (answer: ArmAnswer) => void = () => undefined;
		answering.answer = new Promise((resolve) => (sayYes = resolve));
		prepare();
		await settled();
		asked.takeBack('stopped');
		sayYes({ ok: true });
		expect(await answer).toBeNull();
		expect(log).toEqual(['begin', 'film', 'start null', 'stop', 'source sliders', 'drop']);
		expect(ended().end?.endedBy).toBe('stopped');
		await say({ state: 'ended', reason: 'asked' });
		expect(over).toEqual([]);
	});
});

it.each([
	['arm_changed', 'policy_arm_changed'],
	['worker_died', 'robot_worker_died'],
	['arm_lost', 'robot_worker_died']
] as const)('a start that %s leaves without an answer is said as %s', async (by, code) => {
	const { drive, start, answering, settled, ended } = rig();
	answering.answer = new Promise(() => undefined);
	const answer = start();
	await settled();
	drive.lost(by);
	expect((await answer)?.code).toBe(code);
	expect(ended().end?.endedBy).toBe(by);
});
