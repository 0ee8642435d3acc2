// The fixed reference loop of the tick bench: a control tick for this arm in straight-line code. It checks and decodes
// the same answer, asks the same questions of the arm's geometry (five hand points before and after the step, how the tip
// moves, what its weights ask of each joint), slows the step to 250 mm/s, keeps the goal near the arm, writes the same two
// packets and keeps the same numbers. No resynchronising, no retries, no late replies, no handover, no hold, no health,
// no doubt about the load. It must not change: figures of different days stand against each other through it.

import { ReferenceArm } from './reference-arm';

const JOINTS = 6;
const STATE_BYTES = 15;
const PACKET = STATE_BYTES + 6;
const RING = 1024;
const STEP_DEGREES = 360 / 4095;
const STEP_M_PER_S = 0.25;
/** Degrees a goal may stand ahead of what the weight asks; steps per N*m of a servo. */
const AHEAD = 12;
const DEGREES_PER_NM = 2.2;
const LOAD_KG = 0.05;

export class ReferenceTick {
	readonly #ring = new Float32Array(RING * JOINTS * 6);
	readonly #goal = new Float64Array(JOINTS);
	readonly #next = new Float64Array(JOINTS);
	readonly #state = new Float64Array(JOINTS);
	readonly #before = new Float64Array(15);
	readonly #after = new Float64Array(15);
	readonly #arm = new ReferenceArm();
	readonly #tx = new Uint8Array(64);
	#slot = 0;

	/** Bytes written; throws when the answer is not whole. */
	step(answer: Uint8Array, wish: Float32Array, dtS: number): number {
		this.#decode(answer);
		const arm = this.#arm;
		arm.solve(this.#goal);
		arm.points(this.#before);
		arm.solve(wish);
		arm.points(this.#after);
		let farthest = 0;
		for (let k = 0; k < 15; k += 3) {
			const x = (this.#after[k] ?? 0) - (this.#before[k] ?? 0);
			const y = (this.#after[k + 1] ?? 0) - (this.#before[k + 1] ?? 0);
			const z = (this.#after[k + 2] ?? 0) - (this.#before[k + 2] ?? 0);
			farthest = Math.max(farthest, x * x + y * y + z * z);
		}
		const share = Math.min(1, (STEP_M_PER_S * dtS) / Math.max(1e-9, Math.sqrt(farthest)));
		arm.solve(this.#state);
		arm.weigh(LOAD_KG);
		for (let j = 0; j < JOINTS; j++) {
			const from = this.#goal[j] ?? 0;
			const to = from + share * ((wish[j] ?? 0) - from);
			const centre = (this.#state[j] ?? 0) + DEGREES_PER_NM * (arm.torque[j] ?? 0);
			this.#next[j] = Math.min(100, Math.max(-100, Math.min(centre + AHEAD, Math.max(centre - AHEAD, to))));
		}
		this.#goal.set(this.#next);
		for (let j = 0; j < JOINTS; j++) this.#ring[(this.#slot * JOINTS + j) * 6 + 5] = this.#goal[j] ?? 0;
		this.#slot = (this.#slot + 1) % RING;
		return this.#encode();
	}

	#decode(answer: Uint8Array): void {
		for (let j = 0; j < JOINTS; j++) {
			const at = j * PACKET;
			if (answer[at] !== 0xff || answer[at + 1] !== 0xff || answer[at + 2] !== j + 1)
				throw new Error('header');
			let sum = 0;
			for (let k = at + 2; k < at + PACKET - 1; k++) sum += answer[k] ?? 0;
			if ((~sum & 0xff) !== answer[at + PACKET - 1]) throw new Error('check');
			const word = (offset: number): number =>
				(answer[at + offset] ?? 0) | ((answer[at + offset + 1] ?? 0) << 8);
			const out = (this.#slot * JOINTS + j) * 6;
			this.#state[j] = (word(5) - 2048) * STEP_DEGREES;
			this.#ring[out] = this.#state[j] ?? 0;
			this.#ring[out + 1] = (word(9) & 0x3ff) / 10;
			this.#ring[out + 2] = (answer[at + 11] ?? 0) / 10;
			this.#ring[out + 3] = answer[at + 12] ?? 0;
			this.#ring[out + 4] = word(18) * 6.5;
		}
	}

	#encode(): number {
		const tx = this.#tx;
		let end = this.#header(0, 0x83, 4 + 3 * JOINTS);
		tx[end++] = 42;
		tx[end++] = 2;
		for (let j = 0; j < JOINTS; j++) {
			const steps = Math.round(2048 + (this.#goal[j] ?? 0) / STEP_DEGREES);
			tx[end++] = j + 1;
			tx[end++] = steps & 0xff;
			tx[end++] = steps >> 8;
		}
		end = this.#finish(0, end);
		const begin = end;
		end = this.#header(begin, 0x82, 4 + JOINTS);
		tx[end++] = 56;
		tx[end++] = STATE_BYTES;
		for (let j = 0; j < JOINTS; j++) tx[end++] = j + 1;
		return this.#finish(begin, end);
	}

	#header(at: number, instruction: number, length: number): number {
		this.#tx[at] = 0xff;
		this.#tx[at + 1] = 0xff;
		this.#tx[at + 2] = 0xfe;
		this.#tx[at + 3] = length;
		this.#tx[at + 4] = instruction;
		return at + 5;
	}

	#finish(from: number, end: number): number {
		let sum = 0;
		for (let k = from + 2; k < end; k++) sum += this.#tx[k] ?? 0;
		this.#tx[end] = ~sum & 0xff;
		return end + 1;
	}
}
