// What a servo language must offer to the bus: framing and the sync instructions. Feetech implements it; a Dynamixel
// chain would be a second implementation. It knows nothing of registers, timing or transports.

/** Receives what a parser finds, in the order of the bytes. */
export interface StatusHandler {
	/** A whole packet whose checksum holds. `data[offset, offset + length)` is valid only during the call. */
	onStatus(id: number, errorBits: number, data: Uint8Array, offset: number, length: number): void;
	/** `count` bytes that belong to no packet. */
	onGarbage(count: number): void;
}

/** Incremental parser of status packets. Holds at most one packet's worth of bytes plus the chunk at hand. */
export interface StatusParser {
	push(chunk: Uint8Array): void;
	/** Nothing more will come: what is half received is garbage, packets behind a false header are found. */
	flush(): void;
	/** Bytes held back because they may be the start of a packet. */
	readonly heldBytes: number;
	readonly counters: ParserCounters;
}

export interface ParserCounters {
	packets: number;
	checksumErrors: number;
	/** Headers with an impossible length or id. */
	badHeaders: number;
	garbageBytes: number;
}

/** All encoders write at `at` and return the index after the packet. `out` must have room; ids are not repeated. */
export interface ServoProtocol {
	readonly name: string;
	readonly broadcastId: number;
	/** Bytes of a status packet around its parameters. */
	readonly statusOverhead: number;
	/** Most parameters a status packet may carry. */
	readonly maxStatusParams: number;
	encodePing(out: Uint8Array, at: number, id: number): number;
	encodeRead(out: Uint8Array, at: number, id: number, address: number, length: number): number;
	encodeWrite(out: Uint8Array, at: number, id: number, address: number, data: Uint8Array): number;
	encodeSyncRead(
		out: Uint8Array,
		at: number,
		address: number,
		length: number,
		ids: Uint8Array,
		count: number
	): number;
	/** `data` holds `length` bytes per id, in the order of `ids`. */
	encodeSyncWrite(
		out: Uint8Array,
		at: number,
		address: number,
		length: number,
		ids: Uint8Array,
		data: Uint8Array
	): number;
	createParser(handler: StatusHandler): StatusParser;
}
