// Stop in two layers. The pad: a click or a key in it reaches ROBOT while the page is blocked. The dead man: a page that is
// blocked, hidden or silent lets the arm hold with no input at all. This spec owns wall time and asserts order and count
// only; the measured milliseconds go to the output and into docs/testing.md.
import type { CDPSession, Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { LabPage } from './pages/lab-page';
import type { LabProbe } from '../src/lib/lab/page/probe';

const RUNS = 20;
const BLOCK_MS = 1500;
/** Shoulder pan, degrees: far enough that the arm is under way for the whole block. */
const FAR = 90;

interface Block {
	readonly fromEpochMs: number;
	readonly toEpochMs: number;
}

/** Keeps the page's thread busy; `whileBlocked` runs once it is, and must not ask the page for anything. */
async function block(page: Page, whileBlocked: () => void = () => undefined): Promise<Block> {
	const begun = page.waitForEvent('console', (message) => message.text() === 'blocked');
	const over = page.evaluate((forMs) => {
		const now = (): number => performance.timeOrigin + performance.now();
		const fromEpochMs = now();
		console.info('blocked');
		while (now() < fromEpochMs + forMs);
		return { fromEpochMs, toEpochMs: now() };
	}, BLOCK_MS);
	await begun;
	whileBlocked();
	return over;
}

type Journal = Awaited<ReturnType<LabProbe['journal']>>;

function journal(page: Page): Promise<Journal> {
	return page.evaluate(() => (globalThis as unknown as { edubotics: LabProbe }).edubotics.journal());
}

/** Raw input: does not wait until the page has answered, as Playwright's own would. */
function press(cdp: CDPSession, input: 'click' | 'key', at: { x: number; y: number }): void {
	const send = (method: 'Input.dispatchMouseEvent' | 'Input.dispatchKeyEvent', what: object): void =>
		void cdp.send(method, what as never).catch(() => undefined);
	if (input === 'click') {
		for (const type of ['mousePressed', 'mouseReleased'])
			send('Input.dispatchMouseEvent', { type, ...at, button: 'left', clickCount: 1 });
		return;
	}
	for (const type of ['rawKeyDown', 'keyUp'])
		send('Input.dispatchKeyEvent', { type, code: 'Space', key: ' ', windowsVirtualKeyCode: 32 });
}

/** Sends the armed arm off to one side; resolves while it is under way. */
async function sendOff(lab: LabPage, side: 1 | -1): Promise<void> {
	const from = await lab.angle(0);
	await lab.slider(0).fill(String(side * FAR));
	await lab.until(({ state }) => Math.abs((state?.[0] ?? from) - from) > 1, 'the arm to be under way');
}

async function clear(lab: LabPage): Promise<void> {
	await lab.button('step_clear_stop_action').click();
	await lab.until(({ report }) => report.status === 'disarmed', 'the stop to be cleared');
}

function figures(values: readonly number[]): string {
	const sorted = [...values].sort((a, b) => a - b);
	const p50 = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
	return `p50 ${p50.toFixed(1)} ms, max ${(sorted.at(-1) ?? Number.NaN).toFixed(1)} ms of ${sorted.length}`;
}

test.describe.configure({ timeout: 240_000 });
test.use({ actionTimeout: 30_000 });

test(`the pad stops the arm while the page is blocked, ${RUNS} of ${RUNS}`, async ({ page, site }) => {
	const lab = await LabPage.open(page, site.url);
	const cdp = await page.context().newCDPSession(page);
	const box = await page.locator('iframe').boundingBox();
	if (box === null) throw new TypeError('no stop pad');
	const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
	const latencies: Record<'click' | 'key', number[]> = { click: [], key: [] };
	for (let run = 0; run < RUNS; run++) {
		const input = run % 2 === 0 ? 'click' : 'key';
		await lab.arm();
		await sendOff(lab, run % 4 < 2 ? 1 : -1);
		if (input === 'key') await page.frameLocator('iframe').locator('#stop').focus();
		const blocked = await block(page, () => press(cdp, input, middle));
		const stop = (await journal(page)).find(
			(entry) => entry.status === 'stopped' && entry.atEpochMs > blocked.fromEpochMs
		);
		expect(stop, `run ${run}, ${input}: the stop is latched`).toBeDefined();
		expect(stop?.stopLatencyMs, `run ${run}, ${input}: by the pad`).not.toBeNull();
		expect(stop?.atEpochMs, `run ${run}, ${input}: during the block`).toBeLessThan(blocked.toEpochMs);
		latencies[input].push(stop?.stopLatencyMs ?? Number.NaN);
		await lab.until(({ report }) => report.status === 'stopped', 'the page to show the stop');
		await clear(lab);
	}
	for (const [input, values] of Object.entries(latencies)) {
		const line = `stop pad, page blocked, ${input}: ${figures(values)}`;
		console.log(line);
		test.info().annotations.push({ type: 'figure', description: line });
	}
});

test('a blocked page lets the arm hold, and it goes on afterwards', async ({ page, site }) => {
	const lab = await LabPage.open(page, site.url);
	await lab.arm();
	await sendOff(lab, 1);
	const blocked = await block(page);
	const during = (await journal(page)).filter(
		({ atEpochMs }) => atEpochMs > blocked.fromEpochMs && atEpochMs < blocked.toEpochMs
	);
	const hold = during.find(({ status }) => status === 'holding');
	expect(hold?.reason).toBe('page_silent');
	expect(during.filter(({ status }) => status === 'armed' || status === 'stopped')).toEqual([]);
	await lab.until(({ report }) => report.status === 'armed', 'the arm to follow again');
	const { targets } = await lab.until(
		({ state }) => Math.abs((state?.[0] ?? 0) - FAR) < 3,
		'the arm to arrive'
	);
	expect(targets?.[0]).toBeCloseTo(FAR, 3);
});

test('a hidden page lets the arm hold until a person unlocks it', async ({ page, site }) => {
	const lab = await LabPage.open(page, site.url);
	await lab.arm();
	await sendOff(lab, 1);
	const show = (state: 'hidden' | 'visible'): Promise<void> =>
		page.evaluate((visibility) => {
			Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => visibility });
			document.dispatchEvent(new Event('visibilitychange'));
		}, state);
	await show('hidden');
	const { state } = await lab.until(({ report }) => report.status === 'holding', 'the arm to hold');
	expect((await journal(page)).at(-1)?.status).toBe('holding');
	expect(Math.abs((state?.[0] ?? FAR) - FAR)).toBeGreaterThan(3);
	await show('visible');
	await expect.poll(async () => (await lab.snapshot()).report.reason).toBe('tab_hidden');
	expect((await lab.snapshot()).report.status).toBe('holding');
	await lab.arm();
});

const WAYS: Record<string, (lab: LabPage) => Promise<void>> = {
	'the dock': (lab) =>
		lab.page
			.frameLocator('iframe')
			.getByRole('button', { name: lab.word('stop') })
			.click(),
	'Escape on a slider': (lab) => lab.slider(2).press('Escape'),
	'Escape in the middle of a word': (lab) =>
		lab.page.getByLabel(lab.word('record_task_label')).press('Escape'),
	'Escape with the focus in the pad': (lab) =>
		lab.page.frameLocator('iframe').locator('#stop').press('Escape'),
	'Enter on the pad': (lab) => lab.page.frameLocator('iframe').locator('#stop').press('Enter')
};

for (const locale of ['de', 'en'] as const) {
	test(`stop, clear, arm again: the sliders begin where the arm is (${locale})`, async ({ page, site }) => {
		const lab = await LabPage.open(page, site.url, { clock: 'lockstep', locale });
		await lab.arm();
		for (const [way, stop] of Object.entries(WAYS)) {
			await sendOff(lab, 1);
			await stop(lab);
			await lab.until(({ report }) => report.status === 'stopped', `${way} to stop`);
			await lab.until(({ nextStep }) => nextStep === 'clear_stop', 'the page to say how it goes on');
			await clear(lab);
			await lab.arm();
			const { state, targets } = await lab.snapshot();
			for (const [joint, target] of (targets ?? []).entries())
				expect(Math.abs(target - (state?.[joint] ?? Number.NaN)), `${way}, joint ${joint}`).toBeLessThan(3);
			await lab.slider(0).fill('0');
			await lab.until(({ goal }) => Math.abs(goal?.[0] ?? 99) < 1, 'the arm to come back');
		}
	});
}
