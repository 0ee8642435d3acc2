// Have two cameras changed places? Their ids cannot always tell (on some systems an id names the socket), so what they
// see is compared with what they saw when all was well, as thumbnails of brightness. Sure only if each shows the other's
// view much better than its own; a view that resembles neither is no swap. Pure.

/** Mean correlation of the crossed pair, at least. */
const ALIKE = 0.6;
/** And better than the straight pair by this. */
const BETTER = 0.35;
/** In a row, at a few looks per second. */
const SURE_AFTER = 4;
/** Share of a new view in what is remembered, per look. */
const LEARN = 0.05;

/** Correlation of two thumbnails, -1..1; 0 where one is flat. Independent of brightness and contrast. */
export function likeness(a: Float32Array, b: Float32Array): number {
	const n = Math.min(a.length, b.length);
	const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / n;
	const [meanA, meanB] = [mean(a), mean(b)];
	let dot = 0;
	let normA = 0;
	let normB = 0;
	for (let i = 0; i < n; i++) {
		const [x, y] = [(a[i] ?? 0) - meanA, (b[i] ?? 0) - meanB];
		dot += x * y;
		normA += x * x;
		normB += y * y;
	}
	// A picture of one grey resembles nothing.
	return normA > n && normB > n ? dot / Math.sqrt(normA * normB) : 0;
}

export interface SwapWatch {
	/** What each camera shows now, by role; only those that are well. Call a few times a second. */
	look(views: ReadonlyMap<string, Float32Array>): void;
	/** Two roles whose cameras stand in each other's place, or null. */
	readonly swapped: readonly [string, string] | null;
	/** What each role normally shows, to be remembered for the next visit. */
	readonly usual: ReadonlyMap<string, Float32Array>;
	/** A person says that the cameras are right as they are: what they show now is usual. */
	forget(): void;
}

export function createSwapWatch(remembered: ReadonlyMap<string, Float32Array>): SwapWatch {
	const usual = new Map<string, Float32Array>(remembered);
	let suspect: readonly [string, string] | null = null;
	let times = 0;

	const crossed = (views: ReadonlyMap<string, Float32Array>): readonly [string, string] | null => {
		const roles = [...views.keys()].filter((role) => usual.has(role));
		for (const [at, a] of roles.entries())
			for (const b of roles.slice(at + 1)) if (swappedPair(views, usual, a, b)) return [a, b];
		return null;
	};

	return {
		look(views) {
			const found = crossed(views);
			times = found && (suspect === null || same(found, suspect)) ? times + 1 : found ? 1 : 0;
			suspect = found;
			if (found) return;
			for (const [role, view] of views) {
				const known = usual.get(role);
				usual.set(
					role,
					known ? known.map((value, i) => value + LEARN * ((view[i] ?? 0) - value)) : view.slice()
				);
			}
		},
		get swapped() {
			return times >= SURE_AFTER ? suspect : null;
		},
		usual,
		forget() {
			usual.clear();
			suspect = null;
			times = 0;
		}
	};
}

const same = (a: readonly [string, string], b: readonly [string, string]): boolean =>
	a[0] === b[0] && a[1] === b[1];

function swappedPair(
	views: ReadonlyMap<string, Float32Array>,
	usual: ReadonlyMap<string, Float32Array>,
	a: string,
	b: string
): boolean {
	const [nowA, nowB, wasA, wasB] = [views.get(a), views.get(b), usual.get(a), usual.get(b)];
	if (!nowA || !nowB || !wasA || !wasB) return false;
	const straight = (likeness(nowA, wasA) + likeness(nowB, wasB)) / 2;
	const cross = (likeness(nowA, wasB) + likeness(nowB, wasA)) / 2;
	return cross >= ALIKE && cross - straight >= BETTER;
}
