// Feetech's signed numbers: magnitude in the low bits, the sign in bit `signBit`. Same rules as LeRobot's
// `encode_sign_magnitude`: what does not fit is refused, never wrapped.

/** Throws RangeError when `value` is no integer or its magnitude needs the sign bit. */
export function encodeSignMagnitude(value: number, signBit: number): number {
	const limit = (1 << signBit) - 1;
	const magnitude = Math.abs(value);
	if (!Number.isInteger(value) || magnitude > limit)
		throw new RangeError(
			`${value} does not fit into sign-magnitude with sign bit ${signBit} (limit ${limit})`
		);
	return (value < 0 ? 1 << signBit : 0) | magnitude;
}

export function decodeSignMagnitude(encoded: number, signBit: number): number {
	const magnitude = encoded & ((1 << signBit) - 1);
	// `0 -` keeps a negative zero out of the world.
	return (encoded >> signBit) & 1 ? 0 - magnitude : magnitude;
}
