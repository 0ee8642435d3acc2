// Blends from one plan into the next: the difference between the two at the seam is carried along and let go smoothly, so
// that the targets go on where they were. Knows numbers only.

export interface Seam {
	/** The plan changed: at this instant the old one said `before`, the new one says `after`. */
	change(before: ArrayLike<number>, after: ArrayLike<number>): void;
	/** Lets time pass. */
	advance(seconds: number): void;
	/** Adds what is still carried. */
	apply(targets: Float64Array): void;
	reset(): void;
}

export interface SeamOptions {
	readonly joints: number;
	/** Shortest blend, s. */
	readonly blendS: number;
	/** Most that the blend may add to the targets between two calls of `advance`, per joint, dataset units. */
	readonly mostPerStep: number;
	/** Most seconds that one call of `advance` lets pass. */
	readonly stepS: number;
}

/** Steepest slope of the smooth step below. */
const STEEPEST = 1.5;
const letGo = (share: number): number => 1 - share * share * (3 - 2 * share);

export function createSeam({ joints, blendS, mostPerStep, stepS }: SeamOptions): Seam {
	const first = new Float64Array(joints);
	const carried = new Float64Array(joints);
	let passedS = 0;
	let lengthS = blendS;

	return {
		change(before, after) {
			let largest = 0;
			for (let j = 0; j < joints; j++) {
				first[j] = (carried[j] ?? 0) + (before[j] ?? 0) - (after[j] ?? 0);
				largest = Math.max(largest, Math.abs(first[j] ?? 0));
			}
			carried.set(first);
			passedS = 0;
			lengthS = Math.max(blendS, (STEEPEST * largest * stepS) / mostPerStep);
		},
		advance(seconds) {
			passedS += seconds;
			const share = letGo(Math.min(1, passedS / lengthS));
			for (let j = 0; j < joints; j++) {
				const step = (first[j] ?? 0) * share - (carried[j] ?? 0);
				carried[j] = (carried[j] ?? 0) + Math.min(mostPerStep, Math.max(-mostPerStep, step));
			}
		},
		apply(targets) {
			for (let j = 0; j < joints; j++) targets[j] = (targets[j] ?? 0) + (carried[j] ?? 0);
		},
		reset() {
			first.fill(0);
			carried.fill(0);
			passedS = 0;
			lengthS = blendS;
		}
	};
}
