// The browser's side of choosing a serial port: whether this page may, which ports it may use already, and the browser's
// own list. Only a page may show that list; the port itself is opened in ROBOT.

import { browserFamily, type ConnectProblem, type PortIdentity } from '$lib/contracts';
import type { Unsubscribe } from '$lib/core';
import { problem } from '../hosts/connect-problems';
import { identitiesOf } from '../hosts/serial-ports';

/** Adapters that SO-101 arms come with: CH343, CH340, STM32. */
const BOARDS: readonly SerialPortFilter[] = [
	{ usbVendorId: 0x1a86, usbProductId: 0x55d3 },
	{ usbVendorId: 0x1a86, usbProductId: 0x7523 },
	{ usbVendorId: 0x0483, usbProductId: 0x5740 }
];

/**
 * Where an administrator forbids serial ports, Chrome shows no list and says at once that nothing was chosen. No hand
 * closes a list that fast.
 */
const FASTER_THAN_A_HAND_MS = 150;

export interface ChosenPort {
	readonly port: PortIdentity;
	readonly ports: readonly PortIdentity[];
}

export interface SerialAccess {
	/** Why this page cannot have a serial port at all; null when it may ask. */
	obstacle(): ConnectProblem | null;
	/** Ports this page may use without asking, the arms' boards first of all. */
	list(): Promise<readonly PortIdentity[]>;
	/** The browser's list; to be called from a click. */
	ask(
		anyBoard: boolean
	): Promise<
		{ readonly ok: true; readonly value: ChosenPort } | { readonly ok: false; readonly error: ConnectProblem }
	>;
	/** The same port by its place in the browser's list as it is now: what ROBOT finds it by. Unchanged when it is not there. */
	placed(port: PortIdentity): Promise<PortIdentity>;
	/** A port came or went. */
	onChange(listener: () => void): Unsubscribe;
}

export function createSerialAccess(): SerialAccess {
	const serial = 'serial' in navigator ? navigator.serial : null;
	const all = async (): Promise<SerialPort[]> => (await serial?.getPorts().catch(() => [])) ?? [];
	/**
	 * A port keeps its number as long as it is there: its place in the browser's list changes when another cable goes in. One
	 * that is plugged in takes the lowest free number, so an only arm that was pulled has its own again.
	 */
	const numbers = new Map<SerialPort, number>();
	const identify = (listed: readonly SerialPort[]): PortIdentity[] => {
		for (const port of numbers.keys()) if (!listed.includes(port)) numbers.delete(port);
		for (const port of listed) {
			const taken = [...numbers.values()];
			if (!numbers.has(port)) numbers.set(port, lowestFree(taken));
		}
		return identitiesOf(listed)
			.map((identity, at) => ({ ...identity, index: numberOf(listed[at]) }))
			.sort((a, b) => a.index - b.index);
	};
	const numberOf = (port: SerialPort | undefined): number =>
		(port === undefined ? undefined : numbers.get(port)) ?? -1;

	return {
		obstacle() {
			if (!isSecureContext) return problem('insecure_context');
			if (serial !== null) return null;
			return problem('no_serial_api', [], {
				browser: browserFamily(navigator.userAgent, navigator.maxTouchPoints)
			});
		},
		async list() {
			return identify(await all());
		},
		async ask(anyBoard) {
			if (serial === null) return { ok: false, error: problem('no_serial_api') };
			const askedMs = performance.now();
			try {
				const chosen = await serial.requestPort(anyBoard ? {} : { filters: [...BOARDS] });
				const open = await all();
				const ports = identify(open);
				const port = ports.find(({ index }) => index === numbers.get(chosen));
				return port === undefined
					? { ok: false, error: problem('unplugged') }
					: { ok: true, value: { port, ports } };
			} catch (error) {
				const forbidden = error instanceof DOMException && error.name === 'SecurityError';
				const unseen = performance.now() - askedMs < FASTER_THAN_A_HAND_MS;
				return { ok: false, error: problem(forbidden || unseen ? 'blocked_by_policy' : 'nothing_chosen') };
			}
		},
		async placed(port) {
			const listed = await all();
			identify(listed);
			const place = listed.findIndex((candidate) => numbers.get(candidate) === port.index);
			return place < 0 ? port : { ...port, index: place };
		},
		onChange(listener) {
			serial?.addEventListener('connect', listener);
			serial?.addEventListener('disconnect', listener);
			return () => {
				serial?.removeEventListener('connect', listener);
				serial?.removeEventListener('disconnect', listener);
			};
		}
	};
}

function lowestFree(taken: readonly number[]): number {
	let number = 0;
	while (taken.includes(number)) number += 1;
	return number;
}
