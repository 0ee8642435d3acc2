// Ring of the loop's newest ticks, preallocated, and the way out of it as TickBatch. The slowest consumer loses the oldest
// ticks, never the loop its pace. Knows nothing of the bus.

import type { TickBatch } from '$lib/contracts';

export class TickRing {
	/** Ticks that were overwritten before anybody took them. */
	overwritten = 0;

	readonly tick: Float64Array;
	readonly tMs: Float64Array;
	readonly flags: Uint16Array;
	readonly limitedBy: Uint16Array;
	readonly state: Float32Array;
	readonly goal: Float32Array;
	readonly load: Float32Array;
	readonly voltage: Float32Array;
	readonly temperature: Float32Array;
	readonly current: Float32Array;
	readonly faults: Uint8Array;
	readonly #armId: string;
	readonly #joints: number;
	readonly #capacity: number;
	#first = 0;
	#count = 0;

	constructor(armId: string, joints: number, capacity: number) {
		this.#armId = armId;
		this.#joints = joints;
		this.#capacity = capacity;
		const values = (): Float32Array => new Float32Array(capacity * joints);
		this.tick = new Float64Array(capacity);
		this.tMs = new Float64Array(capacity);
		this.flags = new Uint16Array(capacity);
		this.limitedBy = new Uint16Array(capacity);
		this.state = values();
		this.goal = values();
		this.load = values();
		this.voltage = values();
		this.temperature = values();
		this.current = values();
		this.faults = new Uint8Array(capacity * joints);
	}

	get count(): number {
		return this.#count;
	}

	/** Opens the next slot, everything NaN or 0, and returns its index. */
	push(tick: number): number {
		if (this.#count === this.#capacity) {
			this.#first = (this.#first + 1) % this.#capacity;
			this.#count -= 1;
			this.overwritten += 1;
		}
		const slot = (this.#first + this.#count) % this.#capacity;
		this.#count += 1;
		this.tick[slot] = tick;
		this.tMs[slot] = Number.NaN;
		this.flags[slot] = 0;
		this.limitedBy[slot] = 0;
		for (let index = slot * this.#joints; index < (slot + 1) * this.#joints; index++) {
			this.state[index] = Number.NaN;
			this.goal[index] = Number.NaN;
			this.load[index] = Number.NaN;
			this.voltage[index] = Number.NaN;
			this.temperature[index] = Number.NaN;
			this.current[index] = Number.NaN;
			this.faults[index] = 0;
		}
		return slot;
	}

	/** Takes the oldest ticks out, up to the first gap in their numbers and at most `limit`; null when there are none. */
	take(limit: number): TickBatch | null {
		const firstTick = this.tick[this.#first] ?? 0;
		let count = 0;
		while (
			count < Math.min(limit, this.#count) &&
			this.tick[(this.#first + count) % this.#capacity] === firstTick + count
		)
			count += 1;
		if (count === 0) return null;
		const batch = this.#batch(firstTick, count);
		this.#first = (this.#first + count) % this.#capacity;
		this.#count -= count;
		return batch;
	}

	/** The oldest `count` ticks. All arrays lie in one buffer: ten of their own cost more than what is in them. */
	#batch(firstTick: number, count: number): TickBatch {
		const values = count * this.#joints;
		const floats = 4 * values;
		const buffer = new ArrayBuffer(8 * count + 6 * floats + 4 * count + values);
		let at = 8 * count;
		const next = (): Float32Array<ArrayBuffer> => {
			at += floats;
			return new Float32Array(buffer, at - floats, values);
		};
		return {
			v: 1,
			armId: this.#armId,
			joints: this.#joints,
			count,
			firstTick,
			tMs: this.#copy(this.tMs, new Float64Array(buffer, 0, count)),
			state: this.#copy(this.state, next()),
			goal: this.#copy(this.goal, next()),
			load: this.#copy(this.load, next()),
			voltage: this.#copy(this.voltage, next()),
			temperature: this.#copy(this.temperature, next()),
			current: this.#copy(this.current, next()),
			flags: this.#copy(this.flags, new Uint16Array(buffer, at, count)),
			limitedBy: this.#copy(this.limitedBy, new Uint16Array(buffer, at + 2 * count, count)),
			faults: this.#copy(this.faults, new Uint8Array(buffer, at + 4 * count, values))
		};
	}

	/** Fills `into` with the oldest values of one of the arrays. */
	#copy<T extends Float64Array | Float32Array | Uint16Array | Uint8Array>(from: T, into: T): T {
		const begin = (from.length / this.#capacity) * this.#first;
		const head = Math.min(into.length, from.length - begin);
		into.set(from.subarray(begin, begin + head));
		if (head < into.length) into.set(from.subarray(0, into.length - head), head);
		return into;
	}
}
