// A pupil with the school's arm: from an empty profile to a calibrated arm that moves, two cameras, an episode, the cable out
// and in, then the leader, met by hand.
import { connected, sheet, toChooser } from './connect.mjs';
import { enter, firstReading, move, record, unlock } from './lab.mjs';
import { until } from './real-world.mjs';

/** From the lab to the unlocked arm; the browser's own list of ports comes on top. */
const MOST_CLICKS = 4;
const MOST_SECONDS = 60;
const REST = {
	shoulder_pan: 0,
	shoulder_lift: 0,
	elbow_flex: 0,
	wrist_flex: 0,
	wrist_roll: 0,
	gripper: 30
};
const PAN = 0;

/**
 * @param {import('./lab.mjs').Lab} lab
 * @param {{ site: string, real: import('./real-world.mjs').RealWorld, chooser: import('./real-world.mjs').Chooser }} world
 */
export async function pupilReal(lab, { site, real, chooser }) {
	const { page, person, words, picture, button, walk } = lab;
	const { rig } = real;
	const isPhone = walk.size.name === 'phone';
	await enter(lab, site);
	const startedAt = Date.now();
	const before = { clicks: person.clicks, keys: person.keys };
	await toChooser(lab, 3);
	await connected(lab);
	await picture('4-connected');
	await unlock(lab);
	const row = { clicks: person.clicks - before.clicks, keys: person.keys - before.keys };
	await firstReading(lab);
	await move(lab);
	const seconds = (Date.now() - startedAt) / 1000;
	await picture('5-moved');

	await person.press(button('camera_panel_title'));
	for (const role of ['top', 'wrist'])
		await page.locator(`[data-camera="${role}"][data-condition="live"]`).waitFor();
	await picture('6-cameras');
	await person.press(button('connect_do_close'));
	await record(lab, 7);

	await rig.port('follower', { do: 'unplug' });
	await sheet(lab, 'unplugged').waitFor();
	await picture('10-unplugged');
	await rig.port('follower', { do: 'plug' });
	await connected(lab);
	await picture('11-back');

	// Both arms rest on the table, limp and alike.
	await rig.arm('follower', { do: 'power', on: false });
	await until(async () => !(await rig.state('follower')).torque.includes(true), 'the follower to be limp');
	await rig.arm('follower', { do: 'power', on: true });
	await real.hold('follower', REST);
	await real.hold('leader', REST);
	await connected(lab);
	await rig.port('leader', { do: 'plug' });
	if (isPhone) await person.choose(words['drive_title'] ?? '');
	await person.choose(words['source_leader'] ?? '');
	await sheet(lab, 'start').waitFor();
	await picture('12-leader');
	await person.press(button('connect_start_go_known'));
	await page.getByRole('heading', { name: words['pair_title'] ?? '' }).waitFor();
	await picture('13-which-leads');
	for (const pan of [45, -45, 45, 0]) await real.hold('leader', { ...REST, shoulder_pan: pan }, 600);
	await page.getByRole('heading', { name: words['pair_title'] ?? '' }).waitFor({ state: 'detached' });
	await unlock(lab);
	await rig.arm('follower', { do: 'hand', pose: null });
	await real.hold('leader', { ...REST, shoulder_pan: 30 }, 1500);
	await until(async () => ((await rig.state('follower')).pose[PAN] ?? 0) > 25, 'the follower to follow');
	await picture('14-leads');
	return {
		...row,
		seconds,
		lists: chooser.shown,
		'all clicks': person.clicks,
		'all keys': person.keys,
		promise: row.clicks <= MOST_CLICKS && seconds <= MOST_SECONDS
	};
}
