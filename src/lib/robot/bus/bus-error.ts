// What can go wrong between asking a servo and knowing the answer. Values, not exceptions: a failed read is an ordinary
// outcome of a noisy line, and nobody may put a number in its place.

export type BusErrorCode =
	/** No answer, or an incomplete one, after all retries. */
	| 'timeout'
	/** Answers came but were damaged. */
	| 'checksum'
	/** Some servos of a sync read answered; `missing` names the others. */
	| 'partial'
	/** Somebody answered whom nobody had asked. */
	| 'wrong_id'
	/** The servo answered and reports a fault of its own; `bits` tells which. */
	| 'servo'
	/** The port is gone. */
	| 'lost'
	/** The bus was closed before the answer. */
	| 'closed';

export interface BusError {
	readonly code: BusErrorCode;
	/** Servos without a believable answer (or, for `servo`, the one that complains). */
	readonly ids: readonly number[];
	/** Error bits of the status packet; 0 unless `code` is `servo`. */
	readonly bits: number;
}

export function busError(code: BusErrorCode, ids: readonly number[] = [], bits = 0): BusError {
	return { code, ids, bits };
}
