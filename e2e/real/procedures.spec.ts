// An arm out of its boxes, set up and calibrated by hand through the page, on real Web Serial: what the servos hold afterwards
// is asked of the servos. A cable pulled in between leaves what was there.
import { answerChooser } from './chooser';
import { ConnectPage } from './connect-page';
import { expect, test } from './fixtures';
import type { Rig } from './rig-client';

/** Both ends of every joint's way, degrees (gripper: percent); a person moves them one after the other. */
const WAYS: readonly (readonly [joint: string, low: number, high: number])[] = [
	['shoulder_pan', -108, 108],
	['shoulder_lift', -98, 98],
	['elbow_flex', -95, 95],
	['wrist_flex', -93, 93],
	['wrist_roll', -120, 120],
	['gripper', 0, 100]
];
const MIDDLE = Object.fromEntries(WAYS.map(([joint, low, high]) => [joint, (low + high) / 2]));
/** A hand's way from stop to stop. */
const SWEEP_MS = 400;

test.beforeEach(async ({ rig }) => {
	await rig.port('leader', { do: 'unplug' });
});

/** A few questions to six servos. */
const SEEN_BYTES = 100;

/** Moves one joint from stop to stop and back to the middle; a hand rests at a stop until it was read there. */
async function sweep(rig: Rig, joint: string, low: number, high: number): Promise<void> {
	for (const end of [low, high, MIDDLE[joint] ?? 0]) {
		await rig.arm('follower', { do: 'hand', pose: { [joint]: end }, overMs: SWEEP_MS });
		await expect
			.poll(async () => Math.abs(((await rig.state('follower')).pose[indexOf(joint)] ?? Number.NaN) - end))
			.toBeLessThan(1);
		const { heardBytes } = await rig.state('follower');
		await expect
			.poll(async () => (await rig.state('follower')).heardBytes - heardBytes)
			.toBeGreaterThan(SEEN_BYTES);
	}
}

const indexOf = (joint: string): number => WAYS.findIndex(([name]) => name === joint);

test('an arm that was never calibrated: by hand, until it may be used', async ({ lab, rig, site }) => {
	test.setTimeout(150_000);
	await answerChooser(lab);
	await rig.arm('follower', { do: 'heal', as: 'uncalibrated' });
	await rig.arm('follower', { do: 'hand', pose: MIDDLE });
	const pupil = await ConnectPage.open(await lab.newPage(), site.url);
	await pupil.toChooser();
	await pupil.expectStep('not_calibrated');
	await pupil.lab.button('connect_do_open_calibration').click();
	await pupil.lab.button('calibrate_begin').click();
	await pupil.lab.button('calibrate_middle_go').click();
	for (const [joint, low, high] of WAYS) await sweep(rig, joint, low, high);
	await pupil.lab.button('calibrate_sweep_go').click();
	await pupil.lab.button('calibrate_done_go').click({ timeout: 30_000 });
	await pupil.untilConnected();
	const { limits, offsets } = await rig.state('follower');
	for (const [index, [joint, low, high]] of WAYS.entries()) {
		const [min = 0, max = 0] = limits[index] ?? [];
		// The roll joint may turn all the way; the gripper's percent are of its own travel.
		const wanted = joint === 'wrist_roll' ? 360 : joint === 'gripper' ? 110 : high - low;
		expect(Math.abs(((max - min) * 360) / 4096 - wanted), joint).toBeLessThan(3);
	}
	expect(offsets.some((offset) => offset !== 0)).toBe(true);
});

test('a cable pulled in the middle of calibrating: said, and the servos hold what they held', async ({
	lab,
	rig,
	site
}) => {
	await answerChooser(lab);
	await rig.arm('follower', { do: 'heal', as: 'uncalibrated' });
	await rig.arm('follower', { do: 'hand', pose: MIDDLE });
	const before = await rig.state('follower');
	const page = await lab.newPage();
	const pupil = await ConnectPage.open(page, site.url);
	await pupil.toChooser();
	await pupil.expectStep('not_calibrated');
	await pupil.lab.button('connect_do_open_calibration').click();
	await pupil.lab.button('calibrate_begin').click();
	await pupil.lab.button('calibrate_middle_go').click();
	await rig.arm('follower', { do: 'hand', pose: { shoulder_pan: 100 }, overMs: SWEEP_MS });
	await rig.port('follower', { do: 'unplug' });
	const said = page.getByRole('heading', { name: pupil.lab.word('calibrate_problem_lost_title') });
	await expect(said).toBeVisible({ timeout: 20_000 });
	await rig.port('follower', { do: 'plug' });
	await pupil.lab.button('calibrate_close').click();
	await pupil.expectStep('not_calibrated');
	const { limits, offsets } = await rig.state('follower');
	expect({ limits, offsets }).toEqual({ limits: before.limits, offsets: before.offsets });
});

test('a second tab in the middle of calibrating: told whose the arm is, takes it over, and the servos hold what they held', async ({
	lab,
	rig,
	site
}) => {
	await answerChooser(lab);
	await rig.arm('follower', { do: 'heal', as: 'uncalibrated' });
	await rig.arm('follower', { do: 'hand', pose: MIDDLE });
	const before = await rig.state('follower');
	const first = await ConnectPage.open(await lab.newPage(), site.url);
	await first.toChooser();
	await first.expectStep('not_calibrated');
	await first.lab.button('connect_do_open_calibration').click();
	await first.lab.button('calibrate_begin').click();
	await first.lab.button('calibrate_middle_go').click();
	await first.lab.button('calibrate_sweep_go').waitFor();
	await rig.arm('follower', { do: 'hand', pose: { shoulder_pan: 100 }, overMs: SWEEP_MS });

	const second = await ConnectPage.open(await lab.newPage(), site.url);
	await second.lab.until(({ otherTab }) => otherTab, 'the other tab to be seen');
	await second.chooseReal();
	await second.click(second.lab.button('connect_start_go_known'));
	await second.expectStep('other_tab');
	await expect(second.sheet('other_tab')).toContainText(`„${second.lab.word('lab_title')}“`);
	await second.click(second.lab.button('connect_do_take_over'));
	await second.expectStep('not_calibrated');
	await first.expectStep('other_tab');
	const { limits, offsets, torque } = await rig.state('follower');
	expect({ limits, offsets }).toEqual({ limits: before.limits, offsets: before.offsets });
	expect(torque).not.toContain(true);
});

test('six motors out of their boxes get their numbers, one by one', async ({ lab, rig, site }) => {
	test.setTimeout(150_000);
	await answerChooser(lab);
	await rig.arm('follower', { do: 'heal', as: 'new' });
	const only = async (wanted: number | null): Promise<void> => {
		for (let servo = 1; servo <= 6; servo++)
			await rig.arm('follower', { do: 'missing', servo, on: wanted !== null && servo !== wanted });
	};
	const pupil = await ConnectPage.open(await lab.newPage(), site.url);
	await pupil.toChooser();
	await pupil.lab.button('connect_do_open_setup').click();
	await pupil.lab.button('setup_begin').click();
	for (let servo = 6; servo >= 1; servo--) {
		await only(servo);
		await pupil.lab.button('setup_connect_go').click({ timeout: 20_000 });
		if (servo > 1) await pupil.lab.button('setup_next').click({ timeout: 20_000 });
	}
	const last = pupil.lab.button('setup_next').or(pupil.lab.button('setup_all_done_go')).first();
	// The others are plugged in once the last one has its number.
	await last.waitFor({ timeout: 20_000 });
	await only(null);
	await last.click({ timeout: 20_000 });
	expect((await rig.state('follower')).ids).toEqual([1, 2, 3, 4, 5, 6]);
});
