// Leader and follower, two boards that look alike to a browser: plugged in in either order, listed in either order, met once
// by hand, then told apart by what their servos hold. What does not belong together is refused before torque.
import type { Page } from '@playwright/test';
import type { ArmName } from '../../tools/real-rig/commands';
import { answerChooser, plugBeside } from './chooser';
import { ConnectPage } from './connect-page';
import { expect, test } from './fixtures';
import type { Rig } from './rig-client';

const PAN = 0;
const WAVE_MS = 600;
/** Both arms in hands, alike. */
const REST = {
	shoulder_pan: 0,
	shoulder_lift: 0,
	elbow_flex: 0,
	wrist_flex: 0,
	wrist_roll: 0,
	gripper: 30
};
/** As bytes on the bus: several rounds of questions to six servos. */
const SEEN_BYTES = 300;

interface Table {
	readonly rig: Rig;
	readonly page: Page;
	readonly pupil: ConnectPage;
}

test.describe.configure({ timeout: 240_000 });

const ARMS = ['leader', 'follower'] as const;
/** Writes into lasting memory before the test. */
const writes = { leader: 0, follower: 0 };

test.beforeEach(async ({ rig }) => {
	test.skip(!rig.hotplug, 'hot plugging: a udevd runs on this machine, and it alone may speak for devices');
	for (const arm of ARMS) {
		await rig.arm(arm, { do: 'hand', pose: REST });
		writes[arm] = (await rig.state(arm)).lastingWrites;
	}
});

/** A person moves one arm to and fro, the other one lies still. */
async function wave(rig: Rig, arm: ArmName): Promise<void> {
	for (const pan of [45, -45, 45, 0]) {
		await rig.arm(arm, { do: 'hand', pose: { shoulder_pan: pan }, overMs: WAVE_MS });
		await expect
			.poll(async () => Math.abs(((await rig.state(arm)).pose[PAN] ?? Number.NaN) - pan))
			.toBeLessThan(1);
	}
}

/** Chooses the leader as what drives. */
async function wantLeader({ page, pupil }: Table): Promise<void> {
	await page.locator('label:visible', { hasText: pupil.lab.word('source_leader') }).click();
	await pupil.lab.button('connect_start_go_known').click();
}

/** No servo of either arm has torque, and nothing lasting was written into any. */
async function expectUntouched(rig: Rig): Promise<void> {
	for (const arm of ARMS) {
		const { torque, lastingWrites } = await rig.state(arm);
		expect(torque, `${arm}: no torque`).not.toContain(true);
		expect(lastingWrites, `${arm}: nothing written`).toBe(writes[arm]);
	}
}

/** The pair is shown by hand; afterwards the leader leads. */
async function pairByHand(table: Table): Promise<void> {
	const { rig, page, pupil } = table;
	await wantLeader(table);
	const whichLeads = page.getByRole('heading', { name: pupil.lab.word('pair_title') });
	await expect(whichLeads).toBeVisible({ timeout: 20_000 });
	await expectUntouched(rig);
	await wave(rig, 'leader');
	await expect(whichLeads).toBeHidden({ timeout: 20_000 });
	await pupil.lab.until(({ source }) => source.active === 'leader', 'the leader to lead');
}

/** A busy machine lets the arm hold or locks it; then it is unlocked again, as a person would. */
const MOST_UNLOCKS = 4;

/** The follower does what the leader does, and the leader has no torque. */
async function expectFollows({ rig, pupil }: Table): Promise<void> {
	await pupil.lab.arm();
	await rig.arm('follower', { do: 'hand', pose: null });
	for (const pan of [30, -20]) {
		await rig.arm('leader', { do: 'hand', pose: { shoulder_pan: pan }, overMs: 1500 });
		const away = async (): Promise<number> =>
			Math.abs(((await rig.state('follower')).pose[PAN] ?? Number.NaN) - pan);
		for (let unlocks = 1; ; unlocks++) {
			const { report } = await pupil.lab.until(
				({ report: { status }, state }) =>
					status === 'disarmed' || Math.abs((state?.[PAN] ?? Number.NaN) - pan) < 4,
				`the follower to be read at ${pan}`,
				40_000
			);
			if (report.status !== 'disarmed') break;
			if (unlocks === MOST_UNLOCKS) throw new Error(`the arm was locked again ${unlocks} times`);
			await pupil.lab.arm();
		}
		await expect.poll(away, { timeout: 20_000 }).toBeLessThan(4);
	}
	expect((await rig.state('leader')).torque).not.toContain(true);
}

for (const place of ['before', 'after'] as const) {
	test(`the leader comes second and is listed ${place} the follower: met by hand, then it leads; next time both are known`, async ({
		lab,
		rig,
		site
	}) => {
		const chooser = await answerChooser(lab);
		await rig.port('leader', { do: 'unplug' });
		const page = await lab.newPage();
		const pupil = await ConnectPage.open(page, site.url);
		const table = { rig, page, pupil };
		await pupil.connect();
		await plugBeside(table, 'leader', place);
		await pairByHand(table);
		await expectFollows(table);

		// The next lesson: nobody shows anything by hand.
		await pupil.lab.button('arm_lock').click();
		for (const arm of ARMS) {
			await rig.arm(arm, { do: 'power', on: false });
			// Without power for a moment, or nothing was switched off.
			await expect.poll(async () => (await rig.state(arm)).torque).not.toContain(true);
			await rig.arm(arm, { do: 'power', on: true });
			await rig.arm(arm, { do: 'hand', pose: REST });
		}
		const again = await ConnectPage.open(page, site.url);
		await again.chooseReal();
		await again.click(again.lab.button('connect_start_go_known'));
		if (place === 'before') {
			// The first port of the list is the leader's: known, and refused as the arm that is driven.
			await again.expectStep('swapped');
			await expectUntouched(rig);
			chooser.choice = 'last';
			await again.click(again.firstOffer('swapped'));
		}
		await again.untilConnected();
		await wantLeader({ rig, page, pupil: again });
		await again.lab.until(({ source }) => source.active === 'leader', 'the known leader to lead');
		await expect(page.getByRole('heading', { name: again.lab.word('pair_title') })).toBeHidden();
		await expectFollows({ rig, page, pupil: again });
	});
}

test('swapped: the leader was plugged in first and taken for the follower; a hand on it says so, before torque', async ({
	lab,
	rig,
	site
}) => {
	await answerChooser(lab);
	await rig.port('follower', { do: 'unplug' });
	const page = await lab.newPage();
	const pupil = await ConnectPage.open(page, site.url);
	const table = { rig, page, pupil };
	await pupil.connect();
	await plugBeside(table, 'follower', 'anywhere');
	await wantLeader(table);
	const whichLeads = page.getByRole('heading', { name: pupil.lab.word('pair_title') });
	await expect(whichLeads).toBeVisible({ timeout: 20_000 });
	await wave(rig, 'leader');
	await pupil.expectStep('swapped');
	await expectUntouched(rig);
	// They change places: which one leads was shown already, nobody shows it again.
	await pupil.firstOffer('swapped').click();
	await pupil.lab.until(({ source }) => source.active === 'leader', 'the leader to lead', 40_000);
	await expectUntouched(rig);
	await expectFollows(table);
});

test('foreign_arm: the leader of another pair is refused before torque', async ({ lab, rig, site }) => {
	await answerChooser(lab);
	await rig.port('leader', { do: 'unplug' });
	const page = await lab.newPage();
	const pupil = await ConnectPage.open(page, site.url);
	const table = { rig, page, pupil };
	await pupil.connect();
	await plugBeside(table, 'leader', 'anywhere');
	await pairByHand(table);
	// Another school's follower comes to this computer.
	await rig.port('leader', { do: 'unplug' });
	await rig.port('follower', { do: 'unplug' });
	await rig.arm('follower', { do: 'heal', as: 'another' });
	await rig.port('follower', { do: 'plug' });
	const other = await ConnectPage.open(page, site.url);
	await other.chooseReal();
	await other.click(other.lab.button('connect_start_go_known'));
	await other.untilConnected();
	await plugBeside({ rig, page, pupil: other }, 'leader', 'anywhere');
	await wantLeader({ rig, page, pupil: other });
	await other.expectStep('foreign_arm');
	await expectUntouched(rig);
	expect((await other.lab.snapshot()).source.active).not.toBe('leader');
	// Moved by hand, the two are a pair from now on.
	await other.firstOffer('foreign_arm').click();
	await expect(page.getByRole('heading', { name: other.lab.word('pair_title') })).toBeVisible({
		timeout: 20_000
	});
	await expectUntouched(rig);
	await wave(rig, 'leader');
	await other.lab.until(({ source }) => source.active === 'leader', 'the leader of the new pair to lead');
	await expectFollows({ rig, page, pupil: other });
});

test('a leader that is pulled and put back leads again when a person chooses it; the follower holds meanwhile', async ({
	lab,
	rig,
	site
}) => {
	await answerChooser(lab);
	await rig.port('leader', { do: 'unplug' });
	const page = await lab.newPage();
	const pupil = await ConnectPage.open(page, site.url);
	const table = { rig, page, pupil };
	await pupil.connect();
	await plugBeside(table, 'leader', 'anywhere');
	await pairByHand(table);
	await expectFollows(table);
	await rig.port('leader', { do: 'unplug' });
	await pupil.expectStep('unplugged');
	const held = (await rig.state('follower')).pose[PAN] ?? Number.NaN;
	await plugBeside(table, 'leader', 'anywhere');
	await expect(pupil.sheet('unplugged')).toBeHidden({ timeout: 20_000 });
	const { heardBytes } = await rig.state('leader');
	await expect
		.poll(async () => (await rig.state('leader')).heardBytes - heardBytes, { timeout: 30_000 })
		.toBeGreaterThan(SEEN_BYTES);
	expect(Math.abs(((await rig.state('follower')).pose[PAN] ?? Number.NaN) - held)).toBeLessThan(2);
});
