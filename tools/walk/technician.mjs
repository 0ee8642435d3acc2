// A technician with a new arm out of its box: motor by motor set-up, then calibrated by hand, then moving.
import { connected, firstOffer, sheet, toChooser } from './connect.mjs';
import { enter, firstReading, move, unlock } from './lab.mjs';
import { WAYS } from './real-world.mjs';

const MOTORS = 6;
const MIDDLE = Object.fromEntries(WAYS.map(([joint, low, high]) => [joint, (low + high) / 2]));

/**
 * @param {import('./lab.mjs').Lab} lab
 * @param {{ site: string, real: import('./real-world.mjs').RealWorld, chooser: import('./real-world.mjs').Chooser }} world
 */
export async function technician(lab, { site, real, chooser }) {
	const { person, picture, button } = lab;
	const { rig } = real;
	await rig.arm('follower', { do: 'heal', as: 'new' });
	await rig.arm('follower', { do: 'hand', pose: MIDDLE });
	await enter(lab, site);
	const startedAt = Date.now();
	await toChooser(lab, 3);
	// Six motors with the same number, as they come.
	await sheet(lab, 'not_set_up').waitFor();
	await picture('4-out-of-the-box');
	await person.press(button('connect_do_open_setup'));
	await button('setup_begin').waitFor();
	await picture('5-set-up');
	await person.press(button('setup_begin'));
	for (let motor = MOTORS; motor >= 1; motor--) {
		await button('setup_connect_go').waitFor();
		if (motor === MOTORS) await forgetsToUnplug(lab, real);
		await real.onlyMotor('follower', motor);
		await picture(`7-motor-${motor}`);
		await person.press(button('setup_connect_go'));
		await button('setup_next').or(button('setup_all_done_go')).first().waitFor();
		if (motor === MOTORS || motor === 1) await picture(`8-motor-${motor}-done`);
		if (motor > 1) await person.press(button('setup_next'));
	}
	// The others are plugged in once the last one has its number.
	await real.onlyMotor('follower', 7);
	if (await button('setup_next').isVisible()) await person.press(button('setup_next'));
	await button('setup_all_done_go').waitFor();
	await picture('9-all-motors');
	await person.press(button('setup_all_done_go'));

	await sheet(lab, 'not_calibrated').waitFor();
	await picture('10-not-calibrated');
	await person.press(firstOffer(lab, 'not_calibrated'));
	await button('calibrate_begin').waitFor();
	await picture('11-calibrate');
	await person.press(button('calibrate_begin'));
	await button('calibrate_middle_go').waitFor();
	await picture('12-middle');
	await person.press(button('calibrate_middle_go'));
	await button('calibrate_sweep_go').waitFor();
	await real.hold('follower', { ...MIDDLE, shoulder_pan: 60 });
	await picture('13-sweep');
	await real.sweep('follower');
	await picture('14-swept');
	await person.press(button('calibrate_sweep_go'));
	await button('calibrate_done_go').waitFor();
	await picture('15-calibrated');
	await person.press(button('calibrate_done_go'));
	await connected(lab);
	await unlock(lab);
	await rig.arm('follower', { do: 'hand', pose: null });
	await firstReading(lab);
	await move(lab);
	await picture('16-moved');
	const { ids } = await rig.state('follower');
	return {
		clicks: person.clicks,
		keys: person.keys,
		seconds: (Date.now() - startedAt) / 1000,
		lists: chooser.shown,
		numbers: ids.join(' '),
		promise: ids.join(' ') === '1 2 3 4 5 6'
	};
}

/** Two motors at once, the most likely slip: said, and nothing is written. @param {import('./lab.mjs').Lab} lab @param {import('./real-world.mjs').RealWorld} real */
async function forgetsToUnplug({ person, picture, button }, real) {
	await picture('6-first-motor');
	const { lastingWrites } = await real.rig.state('follower');
	await person.press(button('setup_connect_go'));
	await button('setup_retry').waitFor();
	await picture('6-two-motors');
	if ((await real.rig.state('follower')).lastingWrites !== lastingWrites)
		throw new Error('something was written although several motors were plugged in');
	await real.onlyMotor('follower', MOTORS);
	await person.press(button('setup_retry'));
	await button('setup_connect_go').or(button('setup_next')).first().waitFor();
}
