// Whom the next attempt asks, and for how many bytes: servos that have not answered yet, and a length whose answer cannot
// be mistaken for one that is still owed (reply-debts). Reading a few bytes more than needed costs 10 us each.

import type { ServoProtocol } from '../protocol';
import type { Exchange } from './exchange';
import type { ReplyDebts } from './reply-debts';

const EXTRA_LENGTHS = 15;

export class RequestPlan {
	/** Indices into `exchange.ids` of the servos asked, in the order asked. */
	readonly ask = new Uint8Array(256);
	askCount = 0;
	/** Parameters asked per servo. */
	askedLength = 0;
	/** The request only makes a servo answer, so that every older debt of it is settled; the real one follows. */
	settling = false;
	readonly #ids = new Uint8Array(256);

	/** False: every possible answer is owed, so nothing may be asked now. */
	choose(exchange: Exchange, debts: ReplyDebts, nowMs: number): boolean {
		this.askCount = 0;
		for (let index = 0; index < exchange.ids.length; index++)
			if (exchange.got[index] === 0) this.ask[this.askCount++] = index;
		const reads = exchange.kind === 'read' || exchange.kind === 'syncRead';
		// The reply of a ping or a write has one length only; it cannot be told apart, so the line is settled first.
		this.settling = !reads && debts.owes(exchange.ids[0] ?? 0, 0, nowMs);
		const first = reads ? exchange.length : this.settling ? 1 : 0;
		const last = reads || this.settling ? first + EXTRA_LENGTHS : first;
		for (let length = first; length <= last; length++) {
			if (this.#isOwed(exchange, debts, length, nowMs)) continue;
			this.askedLength = length;
			return true;
		}
		return false;
	}

	#isOwed(exchange: Exchange, debts: ReplyDebts, length: number, nowMs: number): boolean {
		for (let k = 0; k < this.askCount; k++)
			if (debts.owes(exchange.ids[this.ask[k] ?? 0] ?? 0, length, nowMs)) return true;
		return false;
	}

	/** Writes the request at `at` and returns the index after it. */
	encode(exchange: Exchange, protocol: ServoProtocol, out: Uint8Array, at: number): number {
		const id = exchange.ids[this.ask[0] ?? 0] ?? 0;
		// Any register will do to settle debts: reading never changes a servo.
		if (this.settling) return protocol.encodeRead(out, at, id, 0, this.askedLength);
		switch (exchange.kind) {
			case 'ping':
				return protocol.encodePing(out, at, id);
			case 'write':
				return protocol.encodeWrite(out, at, id, exchange.address, exchange.payload);
			case 'read':
				return protocol.encodeRead(out, at, id, exchange.address, this.askedLength);
			case 'syncRead':
				for (let k = 0; k < this.askCount; k++) this.#ids[k] = exchange.ids[this.ask[k] ?? 0] ?? 0;
				return protocol.encodeSyncRead(out, at, exchange.address, this.askedLength, this.#ids, this.askCount);
			case 'send':
				return at;
		}
	}
}
