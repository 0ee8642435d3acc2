// The virtual arm as a stand-in on the bench, where no real port is there: a servo chain behind a message channel, on the
// clock of the wall, answering the same bytes. Its figures say how fast this computer's side is, nothing of a cable.

import { SO101 } from '$lib/contracts';
import type { Scheduler } from '$lib/core';
import { createPortTransport, tapTransport, type TraceRing } from '$lib/robot';
import { createSo101Chain, serveChainPort, Wire, type ServoChain } from '$lib/sim/chain';
import { portLike } from '../hosts/port-like';
import type { BenchArm, VirtualHand } from './arm-line';

/** What an adapter holds bytes back. */
export const USB_FRAME_MS = 1;
const GRIPPER = SO101.joints.findIndex(({ name }) => name === 'gripper');
/** A servo boots. */
const BOOT_MS = 150;

/** What a person's hands would do, done to the chain. `cable` belongs to whatever carries its bytes. */
export function handOf(
	chain: ServoChain,
	cable: { readonly unplug: () => void; readonly replug: () => void }
): VirtualHand {
	const gripper = chain.servos[GRIPPER];
	return {
		pullCable: cable.unplug,
		putCableBack: cable.replug,
		switchOff() {
			for (const servo of chain.servos) servo.missing = true;
		},
		switchOn() {
			for (const servo of chain.servos) {
				servo.missing = false;
				servo.memory.powerUp();
				servo.motor.powerUp();
				servo.deafUntilMs = chain.nowMs + BOOT_MS;
			}
		},
		holdSoftThing() {
			if (gripper !== undefined) gripper.blockedAt = chain.plant.q[GRIPPER] ?? null;
		},
		letGo() {
			if (gripper !== undefined) gripper.blockedAt = null;
		}
	};
}

/** Opened. `ring` null: its bytes are not noted (a second arm). */
export async function createVirtualBenchArm(scheduler: Scheduler, ring: TraceRing | null): Promise<BenchArm> {
	const chain = createSo101Chain({ startMs: scheduler.now() });
	const { port1, port2 } = new MessageChannel();
	const server = serveChainPort(portLike(port2), new Wire({ chain, usbFrameMs: USB_FRAME_MS }), (tMs) =>
		chain.advanceTo(tMs)
	);
	const inner = createPortTransport({ port: portLike(port1), scheduler, id: 'virtual-arm' });
	const transport = ring === null ? inner : tapTransport(inner, scheduler, ring);
	const open = (): Promise<void> => transport.open({ baudRate: SO101.baudRate });
	await open();
	return {
		kind: 'virtual',
		transport,
		hand: handOf(chain, server),
		reopen: () =>
			open().then(
				() => true,
				() => false
			),
		async close() {
			await transport.close();
			port1.close();
		}
	};
}
