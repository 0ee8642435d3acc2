// The byte pipe under the bus. Web Serial, the virtual chain (in process or across a MessagePort) and a PTY implement
// it and pass one contract suite. It knows nothing of packets.

import type { Unsubscribe } from '$lib/core';

export type TransportState = 'closed' | 'open' | 'lost';

export interface SerialTransport {
	/** Stable for one physical or virtual port. */
	readonly id: string;
	readonly state: TransportState;
	/** Opens the pipe; rejects with a coded error (`port_gone`, ...). */
	open(options: { readonly baudRate: number }): Promise<void>;
	/**
	 * Queues bytes for the wire. Never blocks and never throws: a pipe that broke reports through `onLost`. The caller may
	 * re-use the array as soon as the call returns.
	 */
	write(bytes: Uint8Array): void;
	/** Bytes as they arrive, in order, in chunks of any size; `atMs` is the receiver's clock. */
	onBytes(listener: (bytes: Uint8Array, atMs: number) => void): Unsubscribe;
	/** Once, when an open pipe is gone (unplugged, worker dead). The state is `lost` by then. */
	onLost(listener: (reason: string) => void): Unsubscribe;
	close(): Promise<void>;
}
