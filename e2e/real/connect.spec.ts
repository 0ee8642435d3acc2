// A real arm, through real Web Serial, from the first visit to motion: clicks and time, the cable, two tabs.
import type { ArmState } from '../../tools/real-rig/commands';
import { answerChooser } from './chooser';
import { ConnectPage } from './connect-page';
import { expect, test } from './fixtures';
import type { Rig } from './rig-client';

/** What may be asked of a person between the lab and a moving arm. */
const MOST_CLICKS = 4;

/** Degrees of the pan joint, as the arm itself stands. */
const PAN = 0;
/** Hundreds of questions to six servos. */
const SEEN_BYTES = 5000;

/** The arm once it has come to where it was sent. */
async function restOf(rig: Rig): Promise<ArmState> {
	let last = await rig.state('follower');
	await expect
		.poll(async () => {
			const now = await rig.state('follower');
			const moved = Math.max(...now.pose.map((value, joint) => Math.abs(value - (last.pose[joint] ?? 0))));
			last = now;
			return moved;
		})
		.toBeLessThan(0.02);
	return last;
}

test.beforeEach(async ({ rig }) => {
	// One arm on the table; the other comes where a test needs it.
	await rig.port('leader', { do: 'unplug' });
});

test(`an empty profile moves the arm after at most ${MOST_CLICKS} clicks`, async ({ lab, rig, site }) => {
	const chooser = await answerChooser(lab);
	const page = await lab.newPage();
	const pupil = await ConnectPage.open(page, site.url);
	const startMs = Date.now();
	await pupil.connect();
	await pupil.click(pupil.lab.button('arm_unlock'));
	await pupil.lab.until(({ report }) => report.status === 'armed', 'the arm to be armed');
	const before = (await rig.state('follower')).pose[PAN] ?? Number.NaN;
	await pupil.lab.nudge(PAN, 'PageUp', 2);
	await expect
		.poll(async () => Math.abs(((await rig.state('follower')).pose[PAN] ?? before) - before), {
			timeout: 20_000
		})
		.toBeGreaterThan(10);
	test.info().annotations.push({
		type: 'figure',
		description: `${pupil.clicks} clicks, ${chooser.shown} list, ${Math.round((Date.now() - startMs) / 100) / 10} s to motion`
	});
	expect(chooser.shown).toBe(1);
	expect(pupil.clicks).toBeLessThanOrEqual(MOST_CLICKS);
});

test('what the page shows is what the servos say', async ({ lab, rig, site }) => {
	await answerChooser(lab);
	await rig.arm('follower', {
		do: 'hand',
		pose: { shoulder_pan: 25, shoulder_lift: -30, elbow_flex: 40, wrist_flex: -15, gripper: 60 }
	});
	const pupil = await ConnectPage.open(await lab.newPage(), site.url);
	await pupil.connect();
	const { pose, lastingWrites } = await rig.state('follower');
	const { state } = await pupil.lab.until(
		(now) => now.state !== null && Math.abs((now.state[PAN] ?? 0) - 25) < 1,
		'the pose to be read'
	);
	state?.forEach((value, joint) =>
		expect(Math.abs(value - (pose[joint] ?? Number.NaN)), `joint ${joint}`).toBeLessThan(1)
	);
	// Looking writes nothing into a finished arm.
	expect(lastingWrites).toBe(0);
});

test('a pulled cable is said at once; plugged in again the arm comes back by itself, locked and without a jump', async ({
	lab,
	rig,
	site
}) => {
	test.setTimeout(120_000);
	test.skip(!rig.hotplug, 'hot plugging: a udevd runs on this machine, and it alone may speak for devices');
	await answerChooser(lab);
	const page = await lab.newPage();
	const pupil = await ConnectPage.open(page, site.url);
	await pupil.connect();
	await pupil.drive(rig);
	await rig.port('follower', { do: 'unplug' });
	await pupil.expectStep('unplugged');
	expect((await pupil.lab.snapshot()).report.status).toBe('lost');
	const before = await restOf(rig);
	const pluggedMs = performance.now();
	await rig.port('follower', { do: 'plug' });
	await pupil.untilConnected();
	await expect(pupil.sheet('unplugged')).toBeHidden();
	const backMs = performance.now() - pluggedMs;
	const { heardBytes } = before;
	await expect
		.poll(async () => (await rig.state('follower')).heardBytes - heardBytes, { timeout: 30_000 })
		.toBeGreaterThan(SEEN_BYTES);
	const after = await rig.state('follower');
	// The servos had power all the time and hold what they held; nobody has sent them anywhere.
	expect(after.torque).toEqual(before.torque);
	for (const [joint, value] of before.pose.entries())
		expect(Math.abs((after.pose[joint] ?? Number.NaN) - value), `joint ${joint}`).toBeLessThan(0.5);
	expect((await pupil.lab.snapshot()).report.status).toBe('disarmed');
	test.info().annotations.push({
		type: 'figure',
		description: `back at most ${Math.round(backMs)} ms after the cable went in (goal 1500)`
	});
});

test('a second tab is told who has the arm, and takes it over', async ({ lab, site }) => {
	await answerChooser(lab);
	const first = await ConnectPage.open(await lab.newPage(), site.url);
	await first.connect();
	const page = await lab.newPage();
	const second = await ConnectPage.open(page, site.url);
	await second.lab.until(({ otherTab }) => otherTab, 'the other tab to be seen');
	await second.chooseReal();
	await second.click(second.lab.button('connect_start_go_known'));
	await second.expectStep('other_tab');
	// Which one is said by the name that its tab bears.
	await expect(second.sheet('other_tab')).toContainText(`„${second.lab.word('lab_title')}“`);
	expect(await page.title()).toContain(`${second.lab.word('lab_title')} 2`);
	await second.click(second.lab.button('connect_do_take_over'));
	await second.untilConnected();
	expect((await first.lab.snapshot()).report.status).not.toBe('armed');
	await first.expectStep('other_tab');
});
