// The ground the suite stands on: the browser lists both arms as USB serial ports, opens them from the page and from a
// worker, and the servos behind them answer; plugging is noticed while it runs.
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { askFromPage, askFromWorker, openBare, type PortSaid } from './raw-serial';

const CH343 = { vendor: 0x1a86, product: 0x55d3 };
const PINGED = [1, 2, 3, 4, 5, 6].map((id) => [0xff, 0xff, id, 2, 0, ~(id + 2) & 0xff]);

for (const [where, ask] of [
	['the page', askFromPage],
	['a worker', askFromWorker]
] as const) {
	test(`both arms answer ${where}, byte by byte`, async ({ lab, rig, site }) => {
		// Arms at rest: nobody moves between the answer and the question what is true.
		const pose = { shoulder_lift: -20, elbow_flex: 30, wrist_flex: 10, gripper: 40 };
		await rig.arm('leader', { do: 'hand', pose });
		await rig.arm('follower', { do: 'hand', pose: { ...pose, gripper: 5 } });
		const page = await lab.newPage();
		await openBare(page, site.url);
		const said = await ask(page);
		const byGripper = (a: PortSaid, b: PortSaid): number => (b.positions[5] ?? 0) - (a.positions[5] ?? 0);
		const [leader, follower, ...more] = said.toSorted(byGripper);
		expect(more).toEqual([]);
		for (const [arm, port] of [
			['leader', leader],
			['follower', follower]
		] as const) {
			expect(port, arm).toMatchObject({ ...CH343, pings: PINGED });
			expect(port?.positions, arm).toEqual((await rig.state(arm)).positions);
		}
	});
}

const portCount = (page: Page): Promise<number> =>
	page.evaluate(async () => (await navigator.serial.getPorts()).length);

test('a pulled cable ends the open port and is told; plugged in again it is told and answers', async ({
	lab,
	rig,
	site
}) => {
	test.skip(!rig.hotplug, 'hot plugging: a udevd runs on this machine, and it alone may speak for devices');
	const page = await lab.newPage();
	await openBare(page, site.url);
	await page.evaluate(() => {
		const told: string[] = [];
		Object.assign(globalThis, { told });
		for (const name of ['connect', 'disconnect'] as const)
			navigator.serial.addEventListener(name, () => told.push(name));
	});
	const told = (): Promise<string[]> =>
		page.evaluate(() => (globalThis as unknown as { told: string[] }).told);
	await expect.poll(() => portCount(page)).toBe(2);
	await rig.port('leader', { do: 'unplug' });
	await expect.poll(() => portCount(page)).toBe(1);
	const pulled = page.evaluate(async () => {
		const [port] = await navigator.serial.getPorts();
		await port?.open({ baudRate: 1_000_000 });
		document.title = 'open';
		const end = await port?.readable
			?.getReader()
			.read()
			.then(
				() => 'bytes',
				(error: unknown) => (error instanceof DOMException ? error.name : String(error))
			);
		return end;
	});
	await expect(page).toHaveTitle('open');
	await rig.port('follower', { do: 'unplug' });
	expect(await pulled).toBe('NetworkError');
	await expect.poll(() => portCount(page)).toBe(0);
	await rig.port('follower', { do: 'plug' });
	await expect.poll(() => portCount(page)).toBe(1);
	await expect.poll(told).toEqual(['disconnect', 'disconnect', 'connect']);
	expect((await askFromPage(page))[0]?.pings).toEqual(PINGED);
});

test('a port in other hands is listed and cannot be opened', async ({ lab, rig, site }) => {
	await rig.port('follower', { do: 'busy' });
	await rig.port('leader', { do: 'busy' });
	const page = await lab.newPage();
	await openBare(page, site.url);
	const error = await page.evaluate(async () => {
		const [port] = await navigator.serial.getPorts();
		return port?.open({ baudRate: 1_000_000 }).then(
			() => 'opened',
			(reason: unknown) => (reason instanceof DOMException ? reason.name : String(reason))
		);
	});
	expect(error).toBe('NetworkError');
});
