// What follows when a worker of the arm is gone, on parts that only write down what was asked of them.
import { describe, expect, it } from 'vitest';
import { IDLE_REPORT } from './lab-state';
import { WorkerDeaths, type DyingParts } from './worker-deaths';

function rig() {
	const log: string[] = [];
	const link = {
		side: {} as object | null,
		end: () => {
			log.push('link ended');
			link.side = null;
		}
	};
	const feed = { report: IDLE_REPORT };
	const deaths = new WorkerDeaths({
		link,
		feed,
		recording: { send: ({ code }: { code: string }) => log.push(`recording: ${code}`) },
		fail: (code: string) => log.push(`said: ${code}`),
		onArmDied: () => log.push(`arm died, it is ${feed.report.status}`),
		restartArm: () => {
			log.push('restarted');
			link.side = {};
			return Promise.resolve();
		}
	} as unknown as DyingParts);
	return { log, deaths, link };
}

describe('the arm dies', () => {
	it('PLANT: who listens hears it once, after the report says so; a person connects again', async () => {
		const { log, deaths } = rig();
		await deaths.died('plant');
		expect(log).toContain('arm died, it is lost');
		expect(log).not.toContain('restarted');
		await deaths.died('robot');
		expect(log.filter((line) => line.startsWith('arm died'))).toHaveLength(1);
	});

	it('ROBOT: is started again once; the second death soon after is told as well', async () => {
		const { log, deaths } = rig();
		await deaths.died('robot');
		await deaths.died('robot');
		expect(log.filter((line) => line === 'restarted')).toHaveLength(1);
		expect(log.filter((line) => line.startsWith('arm died'))).toHaveLength(2);
	});
});
