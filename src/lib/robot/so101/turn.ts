// Arithmetic on an encoder that counts 0..4095 and starts again. A servo shows Present = (raw - Homing_Offset) modulo one
// turn; the offset is sign-magnitude with eleven bits, so -2047..2047 can be written and half a turn (2048) cannot.

const TURN = 4096;
const LARGEST_OFFSET = 2047;
/** Where LeRobot puts the middle pose: half of the largest position, rounded down. */
const MIDDLE_TICKS = 2047;

/** Into 0..4095. */
export function intoTurn(ticks: number): number {
	return ((ticks % TURN) + TURN) % TURN;
}

/** The shortest way, -2048..2047. */
export function shortestWay(ticks: number): number {
	return intoTurn(ticks + TURN / 2) - TURN / 2;
}

/**
 * Offset that makes a raw reading the middle: `raw - 2047`, as LeRobot computes it. Where that is half a turn, which a
 * servo cannot hold (LeRobot fails there), the middle is one step off.
 */
export function homingFor(raw: number): number {
	const offset = shortestWay(raw - MIDDLE_TICKS);
	return offset === -TURN / 2 ? LARGEST_OFFSET : offset;
}

export function isStorableOffset(offset: number): boolean {
	return Number.isInteger(offset) && Math.abs(offset) <= LARGEST_OFFSET;
}
