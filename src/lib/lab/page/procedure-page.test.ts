import type { PortIdentity } from '$lib/contracts';
import { describe, expect, it } from 'vitest';
import type { ConnectAnswer } from '../hosts/api';
import { problem } from '../hosts/connect-problems';
import type { ProcedureArm, ProcedureView } from '../hosts/procedures';
import { ProcedurePage, type ProcedurePorts } from './procedure-page';

const FOLLOWER: PortIdentity = { index: 0, usbVendorId: 0x1a86, usbProductId: 0x55d3 };
const LEADER: PortIdentity = { ...FOLLOWER, index: 1 };
const VIEW: Extract<ProcedureView, { which: 'calibrating' }> = {
	which: 'calibrating',
	view: { step: 'intro', joints: [], problem: null },
	file: { fileName: 'Blue.json', folder: 'robots/so_follower', olderFolder: 'robots/so101_follower' }
};
const ARM: ProcedureArm = { role: 'follower', name: 'Blue' };
const SHOWN = { ...VIEW.view, file: VIEW.file };

/** ROBOT as the page sees it; `end` answers when what is being written is whole. */
class Robot implements ProcedurePorts {
	readonly said: string[] = [];
	refuse: () => Promise<ConnectAnswer<void>> = () => Promise.resolve({ ok: true, value: undefined });
	whole: Promise<void> = Promise.resolve();

	start(_: unknown, port: PortIdentity): Promise<ConnectAnswer<void>> {
		this.said.push(`start ${port.index}`);
		return this.refuse();
	}

	act(): Promise<void> {
		return Promise.resolve();
	}

	exportText(): Promise<string | null> {
		return Promise.resolve(null);
	}

	async end(): Promise<void> {
		this.said.push('end');
		await this.whole;
		this.said.push('ended');
	}
}

const pass = async (): Promise<void> => {
	for (let k = 0; k < 20; k++) await Promise.resolve();
};

describe('procedures of two arms', () => {
	it('one that begins ends the one that runs, and waits until nothing is being written', async () => {
		const robot = new Robot();
		const page = new ProcedurePage(robot, () => undefined);
		let release = (): void => undefined;
		const closed: string[] = [];
		const first = page.run('calibrating', LEADER, ARM).then(() => closed.push('leader'));
		await pass();
		page.take(VIEW);
		robot.whole = new Promise((resolve) => (release = resolve));
		const second = page.run('calibrating', FOLLOWER, ARM).then(() => closed.push('follower'));
		await pass();
		expect(robot.said).toEqual(['start 1', 'end']);
		release();
		await first;
		await pass();
		expect([robot.said, closed]).toEqual([['start 1', 'end', 'ended', 'start 0'], ['leader']]);
		page.take(VIEW);
		expect(page.calibration).toEqual(SHOWN);
		page.calibrationActions.close();
		await second;
		expect(closed).toEqual(['leader', 'follower']);
		expect(page.calibration).toBeNull();
	});

	it.each<[string, () => Promise<ConnectAnswer<void>>]>([
		['refused', () => Promise.resolve({ ok: false, error: problem('other_tab') })],
		['under which ROBOT dies', () => Promise.reject(new Error('gone'))]
	])('one that is %s leaves nothing behind', async (_, refuse) => {
		const robot = new Robot();
		robot.refuse = refuse;
		const page = new ProcedurePage(robot, () => undefined);
		await page.run('setting_up', FOLLOWER, ARM).catch(() => undefined);
		page.take(VIEW);
		expect(page.calibration).toBeNull();
		robot.refuse = () => Promise.resolve({ ok: true, value: undefined });
		const next = page.run('calibrating', FOLLOWER, ARM);
		await pass();
		page.take(VIEW);
		expect(page.calibration).toEqual(SHOWN);
		void page.end();
		await next;
	});
});
