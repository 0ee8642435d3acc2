// Every screen of the connection machine, reached by what really causes it: a fault in the arm, the cable, the browser or the
// administrator's rules. The sheet names the cause; its words are checked by the tests of the screens.
import type { Page } from '@playwright/test';
import type { ConnectCause } from '../../src/lib/contracts/arm-connection';
import type { ArmActionInput } from '../../tools/real-rig/commands';
import { answerChooser } from './chooser';
import { ConnectPage, PATIENCE_MS } from './connect-page';
import { expect, test } from './fixtures';

interface Fault {
	readonly cause: ConnectCause;
	readonly what: string;
	readonly faults: readonly ArmActionInput[];
	/** Words that the sheet has for the person who helps. */
	readonly names?: RegExp;
}

/**
 * Never one cause twice in a row: the screen of the fault before stays until the next one is drawn, and would be taken for it.
 * The fault was then mended under the question, and the arm was there although nobody had asked again.
 */
const FAULTS: readonly Fault[] = [
	{ cause: 'no_power', what: 'the supply is off', faults: [{ do: 'power', on: false }] },
	{
		cause: 'servo_missing',
		what: 'the third servo does not answer',
		faults: [{ do: 'missing', servo: 3 }],
		names: /\b3\s/
	},
	{
		cause: 'slow_answers',
		what: 'each answer comes 0.6 s late',
		faults: [{ do: 'noise', late: 1, lateMs: [600, 600] }]
	},
	{ cause: 'duplicate_id', what: 'two servos have id 4', faults: [{ do: 'id', servo: 5, to: 4 }] },
	{ cause: 'not_set_up', what: 'a servo answers under id 9', faults: [{ do: 'id', servo: 2, to: 9 }] },
	{
		cause: 'firmware_mismatch',
		what: 'one servo has another firmware',
		faults: [{ do: 'firmware', servo: 6, major: 3, minor: 9 }]
	},
	{ cause: 'not_set_up', what: 'all servos have another rate', faults: [{ do: 'baud', register: 4 }] },
	{
		cause: 'wrong_model',
		what: 'one servo is another model',
		faults: [{ do: 'model', servo: 1, number: 2825 }]
	},
	{ cause: 'not_calibrated', what: 'nothing is calibrated', faults: [{ do: 'heal', as: 'uncalibrated' }] },
	{
		cause: 'overheat',
		what: 'a servo is too hot',
		faults: [{ do: 'temperature', servo: 2, celsius: 75 }],
		names: /\b2\s/
	},
	{
		cause: 'overload',
		what: 'a servo is overloaded',
		faults: [{ do: 'status', servo: 6, bits: 32 }],
		names: /\b6\s/
	},
	{ cause: 'voltage', what: 'the supply is the wrong one', faults: [{ do: 'volts', volts: 12 }] },
	{ cause: 'wrong_board', what: 'a receiver of satellites', faults: [{ do: 'device', is: 'gps' }] }
];

/** Waits until the browser lists so many ports. */
async function listed(page: Page, count: number): Promise<void> {
	await page.waitForFunction(
		async (wanted) => {
			const { rigPorts } = globalThis as unknown as { rigPorts: () => Promise<readonly unknown[]> };
			return (await rigPorts()).length === wanted;
		},
		count,
		{ timeout: 20_000 }
	);
}

test.beforeEach(async ({ rig }) => {
	await rig.port('leader', { do: 'unplug' });
});

test('faults of the arm, each by its name, and each over once it is mended', async ({ lab, rig, site }) => {
	// Each wait ends before the test does, so that what failed is named.
	test.setTimeout((FAULTS.length + 2) * PATIENCE_MS);
	expect(
		FAULTS.slice(1).filter(({ cause }, k) => cause === FAULTS[k]?.cause),
		'the same cause twice in a row'
	).toEqual([]);
	await answerChooser(lab);
	const page = await lab.newPage();
	const pupil = await ConnectPage.open(page, site.url);
	// Choosing again is trying again.
	const again = page.getByRole('button', {
		name: new RegExp(`^(${pupil.lab.word('connect_do_try_again')}|${pupil.lab.word('connect_do_choose')})$`)
	});
	let first = true;
	for (const { cause, what, faults, names } of FAULTS) {
		await test.step(`${cause}: ${what}`, async () => {
			for (const fault of faults) await rig.arm('follower', fault);
			if (first) await pupil.toChooser();
			else await again.click({ timeout: PATIENCE_MS });
			first = false;
			await pupil.expectStep(cause);
			if (names !== undefined) expect(await pupil.facts()).toMatch(names);
			const { torque, lastingWrites } = await rig.state('follower');
			expect(torque, 'no torque').not.toContain(true);
			expect(lastingWrites, 'nothing written').toBe(0);
			await rig.arm('follower', { do: 'heal' });
		});
	}
	await again.click({ timeout: PATIENCE_MS });
	await pupil.untilConnected();
});

test('nothing_chosen: the list is closed', async ({ lab, site }) => {
	const chooser = await answerChooser(lab);
	chooser.choice = 'nothing';
	const pupil = await ConnectPage.open(await lab.newPage(), site.url);
	await pupil.toChooser();
	await pupil.expectStep('nothing_chosen');
	chooser.choice = 'first';
	await pupil.lab.button('connect_do_choose').click();
	await pupil.untilConnected();
});

test('port_busy: another program holds the port', async ({ lab, rig, site }) => {
	await answerChooser(lab);
	await rig.port('follower', { do: 'busy' });
	const pupil = await ConnectPage.open(await lab.newPage(), site.url);
	await pupil.toChooser();
	await pupil.expectStep('port_busy');
	await rig.port('follower', { do: 'busy', on: false });
	await pupil.lab.button('connect_do_try_again').click();
	await pupil.untilConnected();
});

test('unplugged: pulled between the choice and the opening', async ({ lab, rig, site }) => {
	test.skip(!rig.hotplug, 'hot plugging: a udevd runs on this machine, and it alone may speak for devices');
	const chooser = await answerChooser(lab);
	const page = await lab.newPage();
	const pupil = await ConnectPage.open(page, site.url);
	chooser.meanwhile = async () => {
		await rig.port('follower', { do: 'unplug' });
		await listed(page, 0);
	};
	await pupil.toChooser();
	await pupil.expectStep('unplugged');
	await rig.port('follower', { do: 'plug' });
	await listed(page, 1);
	await pupil.firstOffer('unplugged').click();
	await pupil.untilConnected();
});

test('unplugged: pulled while the servos are asked', async ({ lab, rig, site }) => {
	test.skip(!rig.hotplug, 'hot plugging: a udevd runs on this machine, and it alone may speak for devices');
	await answerChooser(lab);
	const page = await lab.newPage();
	const pupil = await ConnectPage.open(page, site.url);
	// Silent servos are asked at every rate, and asked again.
	await rig.arm('follower', { do: 'power', on: false });
	await pupil.toChooser();
	await pupil.expectStep('looking');
	await rig.port('follower', { do: 'unplug' });
	await pupil.expectStep('unplugged');
	expect((await rig.state('follower')).torque, 'no torque').not.toContain(true);
	await rig.arm('follower', { do: 'power', on: true });
	await rig.port('follower', { do: 'plug' });
	await listed(page, 1);
	await pupil.firstOffer('unplugged').click();
	await pupil.untilConnected();
});

test('the way without a fault: every screen that a person passes', async ({ lab, site }) => {
	const chooser = await answerChooser(lab);
	const page = await lab.newPage();
	const pupil = await ConnectPage.open(page, site.url);
	await pupil.chooseReal();
	await pupil.expectStep('before_chooser');
	let choose = (): void => undefined;
	chooser.meanwhile = () => new Promise((resolve) => (choose = () => resolve()));
	await pupil.lab.button('connect_before_go').click();
	await pupil.expectStep('choosing');
	await expect.poll(() => chooser.meanwhile).toBeNull();
	choose();
	await pupil.untilConnected();
	// Who comes again with a port that is known begins at the cables.
	const again = await ConnectPage.open(page, site.url);
	await again.chooseReal();
	await again.expectStep('start');
	await again.lab.button('connect_start_go_known').click();
	await again.untilConnected();
});

test.describe('by the administrator', () => {
	test.use({ rule: 'blocked' });
	test('blocked_by_policy: the real policy, the real list', async ({ lab, site }) => {
		const pupil = await ConnectPage.open(await lab.newPage(), site.url);
		await pupil.toChooser();
		await pupil.expectStep('blocked_by_policy');
	});
});

test.describe('without Web Serial', () => {
	test.use({ browserArgs: ['--disable-blink-features=Serial'] });
	test('no_serial_api: a browser that has none', async ({ lab, site }) => {
		const pupil = await ConnectPage.open(await lab.newPage(), site.url);
		await pupil.chooseReal();
		await pupil.expectStep('no_serial_api');
	});
});

test.describe('by plain http', () => {
	test.use({ browserArgs: ['--host-resolver-rules=MAP school.example 127.0.0.1'] });
	test('insecure_context: an address that no browser trusts', async ({ lab, site }) => {
		const pupil = await ConnectPage.open(
			await lab.newPage(),
			site.url.replace('localhost', 'school.example')
		);
		await pupil.chooseReal();
		await pupil.expectStep('insecure_context');
	});
});
