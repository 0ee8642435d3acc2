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
		const batch: TickBatch = {
			v: 1,
			armId: this.#armId,
			joints: this.#joints,
			count,
			firstTick,
			tMs: this.#slice(this.tMs, new Float64Array(count), 1),
			state: this.#slice(this.state, this.#values(count), this.#joints),
			goal: this.#slice(this.goal, this.#values(count), this.#joints),
			flags: this.#slice(this.flags, new Uint16Array(count), 1),
			limitedBy: this.#slice(this.limitedBy, new Uint16Array(count), 1),
			load: this.#slice(this.load, this.#values(count), this.#joints),
			voltage: this.#slice(this.voltage, this.#values(count), this.#joints),
			temperature: this.#slice(this.temperature, this.#values(count), this.#joints),
			current: this.#slice(this.current, this.#values(count), this.#joints),
			faults: this.#slice(this.faults, new Uint8Array(count * this.#joints), this.#joints)
		};
		this.#first = (this.#first + count) % this.#capacity;
		this.#count -= count;
		return batch;
	}

	#values(count: number): Float32Array<ArrayBuffer> {
		return new Float32Array(count * this.#joints);
	}

	#slice<T extends Float64Array | Float32Array | Uint16Array | Uint8Array>(
		from: T,
		into: T,
		width: number
	): T {
		const head = Math.min(into.length, (this.#capacity - this.#first) * width);
		into.set(from.subarray(this.#first * width, this.#first * width + head));
		if (head < into.length) into.set(from.subarray(0, into.length - head), head);
		return into;
	}
}
