// Bytes to servos: a transport with the bus and the session on it, as patient as what stands at the far end asks for. The
// same parts for the virtual and for the real arm.

import { SO101, type SerialTransport } from '$lib/contracts';
import type { Scheduler } from '$lib/core';
import {
	STS3215_DRIVER,
	createArmSession,
	createBusCommands,
	createFeetechBus,
	type ArmSession,
	type BusCommands,
	type ServoBus
} from '$lib/robot';

export interface FollowerLine {
	readonly transport: SerialTransport & { abandon(reason: string): void };
	readonly bus: ServoBus;
	readonly commands: BusCommands;
	readonly session: ArmSession;
	/** Reads failing for this long are an arm that is gone. */
	readonly lostAfterMs: number;
}

/** What a line is told about the far end. */
interface FarEnd {
	/** What one direction of the adapter may hold bytes back, ms. */
	readonly usbFrameMs: number;
	/** Patience of rare requests; the bus's own when left out. */
	readonly marginMs?: number;
	readonly lostAfterMs: number;
}

/**
 * The virtual arm answers from a thread that a busy computer may keep waiting: that is no pulled cable, the arm holds
 * meanwhile, and a dead PLANT is noticed by its missed pings. For the same reason rare requests are patient.
 */
export const VIRTUAL_FAR_END: FarEnd = { usbFrameMs: 0, marginMs: 250, lostAfterMs: 5000 };

/** Servos answer for themselves: silence of a second with the cable in is a supply that is off. */
export const REAL_FAR_END: FarEnd = { usbFrameMs: 1, lostAfterMs: 1000 };

export function createFollowerLine(
	transport: FollowerLine['transport'],
	scheduler: Scheduler,
	{ lostAfterMs, ...patience }: FarEnd
): FollowerLine {
	const bus = createFeetechBus(transport, scheduler, patience);
	const commands = createBusCommands(bus);
	const session = createArmSession({ spec: SO101, bus: commands, driver: STS3215_DRIVER, scheduler });
	return { transport, bus, commands, session, lostAfterMs };
}
