// Two transmitters at once on one line: each bit is low when either pulls it low, and the receiver makes of it what a UART
// makes of it (start bit, eight data bits low first, stop bit). What two servos with one id do to each other's answers.

const FRAME_BITS = 10;

/** Level of the line at bit time `at` when only `bytes` are sent; a line at rest is high. */
function level(bytes: Uint8Array, at: number): number {
	if (at < 0) return 1;
	const byte = bytes[Math.floor(at / FRAME_BITS)];
	const bit = at % FRAME_BITS;
	if (byte === undefined || bit === FRAME_BITS - 1) return 1;
	return bit === 0 ? 0 : (byte >> (bit - 1)) & 1;
}

/** What a receiver hears of `first` and of `second`, which begins `shiftBits` bit times later. */
export function overlay(first: Uint8Array, second: Uint8Array, shiftBits: number): Uint8Array {
	const end = Math.max(first.length * FRAME_BITS, shiftBits + second.length * FRAME_BITS);
	const line = (at: number): number => level(first, at) & level(second, at - shiftBits);
	const heard: number[] = [];
	for (let at = 0; at < end;) {
		if (line(at) === 1) {
			at += 1;
			continue;
		}
		let byte = 0;
		for (let bit = 0; bit < 8; bit++) byte |= line(at + 1 + bit) << bit;
		heard.push(byte);
		at += FRAME_BITS;
	}
	return Uint8Array.from(heard);
}
