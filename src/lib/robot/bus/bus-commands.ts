// The rare commands of the bus as promises: identify, configure, arm. Knows requests and results, no register names.
// Writes to memory that wears out happen only when the servo holds something else.

import { err, ok, type Result } from '$lib/core';
import { busError, type BusError } from './bus-error';
import {
	createExchange,
	missingIds,
	type Exchange,
	type ExchangeKind,
	type ExchangeOptions
} from './exchange';
import type { ServoBus } from './servo-bus';

export interface BusCommands {
	/** Ok when the servo answered; its own fault bits are part of the answer. */
	ping(id: number): Promise<Result<{ readonly bits: number }, BusError>>;
	read(id: number, address: number, length: number): Promise<Result<Uint8Array, BusError>>;
	/** Ok(true) when bytes were written, Ok(false) when the servo's lasting memory already held them. */
	write(id: number, address: number, data: Uint8Array): Promise<Result<boolean, BusError>>;
	/** `length` bytes per servo in the order of `ids`. */
	syncRead(ids: readonly number[], address: number, length: number): Promise<Result<Uint8Array, BusError>>;
	/** Without reply. `data` holds `length` bytes per servo. Refuses lasting memory: nobody would see a failure. */
	syncWrite(
		ids: readonly number[],
		address: number,
		length: number,
		data: Uint8Array
	): Promise<Result<void, BusError>>;
}

export function createBusCommands(bus: ServoBus): BusCommands {
	const run = (
		kind: ExchangeKind,
		ids: readonly number[],
		address: number,
		length: number,
		options: ExchangeOptions = {},
		prefix?: Uint8Array
	): Promise<Exchange> =>
		new Promise((resolve) => {
			const exchange = createExchange(kind, ids, address, length, {
				...options,
				onDone: () => resolve(exchange)
			});
			if (prefix !== undefined) {
				exchange.prefix = prefix;
				exchange.prefixLength = prefix.length;
			}
			bus.submit(exchange);
		});

	const failure = (exchange: Exchange): BusError | null => {
		if (exchange.outcome !== 'ok') return busError(exchange.outcome, missingIds(exchange));
		const faulty = exchange.errorBits.findIndex((bits) => bits !== 0);
		if (faulty < 0 || exchange.kind === 'ping') return null;
		return busError('servo', [exchange.ids[faulty] ?? 0], exchange.errorBits[faulty] ?? 0);
	};

	const read: BusCommands['read'] = async (id, address, length) => {
		const exchange = await run('read', [id], address, length);
		const error = failure(exchange);
		return error === null ? ok(exchange.data) : err(error);
	};

	return {
		read,
		async ping(id) {
			const exchange = await run('ping', [id], 0, 0);
			const error = failure(exchange);
			return error === null ? ok({ bits: exchange.errorBits[0] ?? 0 }) : err(error);
		},
		async write(id, address, data) {
			if (bus.isPersistent(address)) {
				const held = await read(id, address, data.length);
				if (!held.ok) return held;
				if (held.value.every((byte, index) => byte === data[index])) return ok(false);
			}
			const exchange = await run('write', [id], address, 0, { payload: data });
			const error = failure(exchange);
			return error === null ? ok(true) : err(error);
		},
		async syncRead(ids, address, length) {
			const exchange = await run('syncRead', ids, address, length);
			const error = failure(exchange);
			return error === null ? ok(exchange.data) : err(error);
		},
		async syncWrite(ids, address, length, data) {
			if (bus.isPersistent(address)) throw new RangeError(`address ${address} needs an acknowledged write`);
			const packet = new Uint8Array(16 + ids.length * (length + 1));
			const end = bus.protocol.encodeSyncWrite(packet, 0, address, length, Uint8Array.from(ids), data);
			const exchange = await run('send', [], address, 0, {}, packet.subarray(0, end));
			const error = failure(exchange);
			return error === null ? ok(undefined) : err(error);
		}
	};
}
