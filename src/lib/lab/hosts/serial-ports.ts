// Which serial port is meant, in words that page and worker share: a SerialPort cannot be posted, and a worker cannot show
// the browser's list. So the page asks, and ROBOT finds the same port among those it may use.

import type { PortIdentity } from '$lib/contracts';

/** As `getPorts()` lists them: the same order in every thread of one origin. */
export function identitiesOf(ports: readonly SerialPort[]): PortIdentity[] {
	return ports.map((port, index) => {
		const { usbVendorId, usbProductId } = port.getInfo();
		return { index, usbVendorId: usbVendorId ?? null, usbProductId: usbProductId ?? null };
	});
}

/**
 * The port at that place if it is such a board, else the only such board; null when there is none, or when it would be a
 * guess between arms that look alike. A cable that was pulled and put back may have changed every place in the list.
 */
export function findPort(
	ports: readonly SerialPort[],
	wanted: PortIdentity
): { readonly port: SerialPort; readonly identity: PortIdentity } | null {
	const boards = identitiesOf(ports).filter((candidate) => sameBoard(candidate, wanted));
	const [only, ...more] = boards;
	const alone = more.length === 0 ? only : undefined;
	const identity = boards.find(({ index }) => index === wanted.index) ?? alone;
	const port = identity === undefined ? undefined : ports[identity.index];
	return identity === undefined || port === undefined ? null : { port, identity };
}

export function sameBoard(a: PortIdentity, b: PortIdentity): boolean {
	return a.usbVendorId === b.usbVendorId && a.usbProductId === b.usbProductId;
}

/**
 * How an arm at this board comes back once its cable is in again: by itself, or after the person has chosen it once more.
 * Outside Windows Chromium remembers a serial port by the serial number of its USB device only (WICG/serial, issues 128 and
 * 207), and a CH340 has none.
 */
export function comesBack(board: PortIdentity | null): 'auto' | 'ask' {
	const { usbVendorId, usbProductId } = board ?? CH340;
	return usbVendorId === CH340.usbVendorId && usbProductId === CH340.usbProductId ? 'ask' : 'auto';
}

const CH340 = { usbVendorId: 0x1a86, usbProductId: 0x7523 } as const;

/** One arm, one owner in all tabs of this origin. */
export function armLockName({ index, usbVendorId, usbProductId }: PortIdentity): string {
	return `edubotics-arm:${usbVendorId ?? 'x'}:${usbProductId ?? 'x'}:${index}`;
}
