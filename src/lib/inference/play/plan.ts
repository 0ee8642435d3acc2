// The chunks in force and the joint targets they mean at an instant of motion: the newest chunk alone, or LeRobot's temporal
// ensemble where enough of them overlap. Knows no seams and no latencies.
//
// Targets between two actions are interpolated: action k is where the goal is at its own instant. The last action of a
// chunk holds for its own period.

export interface PlannedChunk {
	/** Motion time of the observation, s: of action 0. */
	readonly fromS: number;
	/** Action-major, as in ActionChunk. */
	readonly actions: Float32Array;
}

export interface PlanOptions {
	readonly joints: number;
	readonly fps: number;
	readonly chunkSize: number;
	/** `temporal_ensemble_coeff` of LeRobot's ACT; null: the newest chunk alone. */
	readonly ensemble: number | null;
}

/** Fewer chunks than this make no average, only a blur. */
const LEAST_OVERLAP = 3;
/** What sums of periods lose; a chunk that ends now has ended. */
const ROUNDING_S = 1e-9;

export class Plan {
	readonly #options: PlanOptions;
	readonly #lengthS: number;
	/** Oldest first. */
	#chunks: PlannedChunk[] = [];
	#members: readonly PlannedChunk[] = [];

	constructor(options: PlanOptions) {
		this.#options = options;
		this.#lengthS = options.chunkSize / options.fps;
	}

	get empty(): boolean {
		return this.#members.length === 0;
	}

	/** How many chunks the targets are made of. */
	get overlap(): number {
		return this.#members.length;
	}

	/** Motion time at which the newest chunk ends. */
	get endS(): number {
		const newest = this.#chunks.at(-1);
		return newest === undefined ? Number.NEGATIVE_INFINITY : newest.fromS + this.#lengthS;
	}

	/** Would a chunk from `fromS` still have something to say at `atS`? */
	reaches(fromS: number, atS: number): boolean {
		return fromS + this.#lengthS > atS + ROUNDING_S;
	}

	add(chunk: PlannedChunk): void {
		this.#chunks = this.#options.ensemble === null ? [chunk] : [...this.#chunks, chunk];
	}

	/** True when other chunks speak at `atS` than those that `targets` averages now. */
	outdated(atS: number): boolean {
		const next = this.#speaking(atS);
		return (
			next.length !== this.#members.length || next.some((chunk, index) => chunk !== this.#members[index])
		);
	}

	/** From now on those speak that do at `atS`; what has ended is forgotten, the newest excepted. */
	update(atS: number): void {
		this.#members = this.#speaking(atS);
		const newest = this.#chunks.at(-1);
		this.#chunks = this.#chunks.filter((chunk) => chunk === newest || this.reaches(chunk.fromS, atS));
	}

	clear(): void {
		this.#chunks = [];
		this.#members = [];
	}

	/** Joint targets at motion time `atS`, into `out`. The plan must not be empty. */
	targets(atS: number, out: Float64Array): void {
		const { ensemble } = this.#options;
		out.fill(0);
		let total = 0;
		for (const [index, chunk] of this.#members.entries()) {
			const weight = Math.exp(-(ensemble ?? 0) * index);
			total += weight;
			this.#addAction(chunk, atS, weight, out);
		}
		for (let j = 0; j < out.length; j++) out[j] = (out[j] ?? 0) / total;
	}

	#speaking(atS: number): readonly PlannedChunk[] {
		const newest = this.#chunks.slice(-1);
		if (this.#options.ensemble === null) return newest;
		const covering = this.#chunks.filter(
			({ fromS }) => fromS <= atS + ROUNDING_S && this.reaches(fromS, atS)
		);
		return covering.length >= LEAST_OVERLAP ? covering : newest;
	}

	#addAction({ fromS, actions }: PlannedChunk, atS: number, weight: number, out: Float64Array): void {
		const { joints, fps, chunkSize } = this.#options;
		const exact = Math.min(chunkSize - 1, Math.max(0, (atS - fromS) * fps));
		const k = Math.floor(exact);
		const share = exact - k;
		const next = Math.min(chunkSize - 1, k + 1);
		for (let j = 0; j < joints; j++) {
			const a = actions[k * joints + j] ?? Number.NaN;
			const b = actions[next * joints + j] ?? Number.NaN;
			out[j] = (out[j] ?? 0) + weight * (a + share * (b - a));
		}
	}
}
