// What the address may say about a lab session. Unknown and malformed values fall back; nothing here needs a server.

import { seatHere } from '../seat-here';
import type { LabOptions } from './lab-state';

const DEFAULT_FPS = 30;

/** `?clock=lockstep` runs in virtual time, `?seed=` places the cube, `?stamp=on` paints picture numbers (proofs only), `?probe=on` opens `probe.ts`. */
export function labOptionsFrom(url: URL, build: string): LabOptions {
	const query = url.searchParams;
	const seed = Number.parseInt(query.get('seed') ?? '', 10);
	return {
		build,
		// A seat's recordings are its own: the next pupil on this computer opens another database.
		seatId: seatHere(),
		clock: query.get('clock') === 'lockstep' ? 'lockstep' : 'wall',
		fps: DEFAULT_FPS,
		seed: Number.isSafeInteger(seed) && seed >= 0 ? seed : 1,
		stampNumbers: query.get('stamp') === 'on',
		probe: query.get('probe') === 'on'
	};
}
