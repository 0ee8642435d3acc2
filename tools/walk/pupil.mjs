// A pupil with the virtual arm: from the landing page to the first motion that was measured, then an episode and its download.
import { enter, firstReading, move, record, unlock } from './lab.mjs';

const MOST_CLICKS = 4;
const MOST_SECONDS = 60;

/**
 * @param {import('./lab.mjs').Lab} lab
 * @param {{ site: string, traffic: () => { requests: number, bytes: number } }} world
 */
export async function pupil(lab, { site, traffic }) {
	const { person, picture } = lab;
	const before = traffic();
	const startedAt = Date.now();
	await enter(lab, site);
	await unlock(lab);
	await firstReading(lab);
	await move(lab);
	const after = traffic();
	const { clicks } = person;
	const seconds = (Date.now() - startedAt) / 1000;
	const row = {
		clicks,
		keys: person.keys,
		seconds,
		requests: after.requests - before.requests,
		kilobytes: Math.round((after.bytes - before.bytes) / 1024)
	};
	await picture('3-moved');
	await record(lab, 4);
	return {
		...row,
		'all clicks': person.clicks,
		'all keys': person.keys,
		promise: clicks <= MOST_CLICKS && seconds <= MOST_SECONDS
	};
}
