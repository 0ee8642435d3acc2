// The last seconds of joint values for drawing, in typed arrays that are re-used. Knows no chart and no rune: the
// caller pushes at any rate, the chart takes a contiguous window once per animation frame.
//
// Each row is written once; when the store is full the newer half moves to the front, so a window is always one
// subarray and nothing is allocated per sample. NaN (a failed read) is kept as NaN and drawn as a gap.

export class TraceBuffer {
	readonly joints: number;
	/** Samples a window holds at most. */
	readonly capacity: number;
	/** Grows with every push; a chart compares it to know whether to draw. */
	version = 0;
	readonly #times: Float64Array;
	readonly #state: Float32Array[];
	readonly #goal: Float32Array[];
	#length = 0;

	constructor(joints: number, capacity: number) {
		this.joints = joints;
		this.capacity = capacity;
		const room = capacity * 2;
		this.#times = new Float64Array(room);
		this.#state = Array.from({ length: joints }, () => new Float32Array(room));
		this.#goal = Array.from({ length: joints }, () => new Float32Array(room));
	}

	/** One sample: seconds (never decreasing) and `joints` values each, starting at `offset` of a batch. */
	push(timeS: number, state: ArrayLike<number>, goal: ArrayLike<number>, offset = 0): void {
		if (this.#length === this.#times.length) this.#compact();
		const at = this.#length;
		this.#times[at] = timeS;
		for (let joint = 0; joint < this.joints; joint++) {
			const stateColumn = this.#state[joint];
			const goalColumn = this.#goal[joint];
			if (stateColumn) stateColumn[at] = state[offset + joint] ?? NaN;
			if (goalColumn) goalColumn[at] = goal[offset + joint] ?? NaN;
		}
		this.#length = at + 1;
		this.version++;
	}

	clear(): void {
		this.#length = 0;
		this.version++;
	}

	/** The newest samples, at most `capacity`. The arrays are views that the next push may change. */
	window(): { times: Float64Array; state: readonly Float32Array[]; goal: readonly Float32Array[] } {
		const from = Math.max(0, this.#length - this.capacity);
		const to = this.#length;
		return {
			times: this.#times.subarray(from, to),
			state: this.#state.map((column) => column.subarray(from, to)),
			goal: this.#goal.map((column) => column.subarray(from, to))
		};
	}

	#compact(): void {
		const from = this.#length - this.capacity;
		for (const column of [this.#times, ...this.#state, ...this.#goal])
			column.copyWithin(0, from, this.#length);
		this.#length = this.capacity;
	}
}
