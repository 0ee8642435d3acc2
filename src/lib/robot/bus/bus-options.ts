// What a bus is made of and what it counts. Types only.

import type { Scheduler } from '$lib/core';
import type { SerialTransport } from '$lib/contracts';
import type { ServoProtocol } from '../protocol';

export interface ServoBusOptions {
	readonly transport: SerialTransport;
	readonly scheduler: Scheduler;
	readonly protocol: ServoProtocol;
	/** True where a write wears the servo's memory; such writes are counted. */
	readonly isPersistent: (address: number) => boolean;
	readonly baudRate?: number;
	/** What one direction of the adapter may hold bytes back, ms. */
	readonly usbFrameMs?: number;
	/** Longest pause of a servo before it answers, ms (Feetech factory setting: 0.5). */
	readonly returnDelayMs?: number;
	/** Patience beyond the arithmetic, for requests that are in no hurry. */
	readonly marginMs?: number;
	/** Patience of the fast lane beyond what it measured lately. */
	readonly fastMarginMs?: number;
	/** How long a servo may still answer a request that was given up. */
	readonly lateMemoryMs?: number;
}

export interface BusCounters {
	requests: number;
	retries: number;
	/** Exchanges that ended without a whole answer. */
	failures: number;
	/** Answers that came after their request was given up; dropped. */
	lateReplies: number;
	/** Packets from servos nobody had asked. */
	strayReplies: number;
	/** Write requests sent to addresses that survive a power cycle. */
	eepromWrites: number;
	bytesOut: number;
	bytesIn: number;
}

export function createBusCounters(): BusCounters {
	return {
		requests: 0,
		retries: 0,
		failures: 0,
		lateReplies: 0,
		strayReplies: 0,
		eepromWrites: 0,
		bytesOut: 0,
		bytesIn: 0
	};
}
