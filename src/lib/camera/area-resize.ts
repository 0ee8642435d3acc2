// Area (box) resampling of one 8-bit plane: every target sample is the mean of the source area it covers, with partial
// pixels weighted by their share. Exact for any ratio, no ringing, no phase choice: the same numbers in every place
// that resizes. Knows nothing of colour.

/** For each target sample: first source sample, how many, and their weights (sum 1), back to back. */
interface AxisPlan {
	readonly first: Int32Array;
	readonly count: Int32Array;
	readonly weights: Float32Array;
	/** Largest `count`; the weights of target i start at i*width. */
	readonly width: number;
}

const plans = new Map<string, AxisPlan>();

function planAxis(source: number, target: number): AxisPlan {
	const key = `${source}>${target}`;
	const known = plans.get(key);
	if (known) return known;
	const ratio = source / target;
	const width = Math.ceil(ratio) + 1;
	const first = new Int32Array(target);
	const count = new Int32Array(target);
	const weights = new Float32Array(target * width);
	for (let i = 0; i < target; i++) {
		const from = (i * source) / target;
		const to = Math.min(source, ((i + 1) * source) / target);
		const start = Math.floor(from);
		let used = 0;
		for (let s = start; s < to && s < source; s++) {
			const share = Math.min(to, s + 1) - Math.max(from, s);
			if (share <= 1e-9) continue;
			weights[i * width + used] = share / ratio;
			used += 1;
		}
		first[i] = start;
		count[i] = used;
	}
	// A process meets a handful of sizes; the bound only guards against a caller that invents them.
	if (plans.size > 64) plans.clear();
	const plan = { first, count, weights, width };
	plans.set(key, plan);
	return plan;
}

let rowScratch = new Float32Array(0);

/**
 * Resizes a `sourceWidth` x `sourceHeight` plane to `width` x `height`. Values stay on the source's scale (0..255), not
 * rounded. `out` (width*height) is re-used when given.
 */
export function areaResize(
	source: Uint8Array,
	sourceWidth: number,
	sourceHeight: number,
	width: number,
	height: number,
	out: Float32Array = new Float32Array(width * height)
): Float32Array {
	if (source.length < sourceWidth * sourceHeight) throw new RangeError('plane is too short');
	if (sourceWidth === width && sourceHeight === height) {
		out.set(source.subarray(0, width * height));
		return out;
	}
	const columns = planAxis(sourceWidth, width);
	const rows = planAxis(sourceHeight, height);
	if (rowScratch.length < sourceWidth) rowScratch = new Float32Array(sourceWidth);
	const sum = rowScratch;
	for (let j = 0; j < height; j++) {
		sumRows(source, sourceWidth, rows, j, sum);
		sumColumns(sum, columns, width, out, j * width);
	}
	return out;
}

/** Weighted sum of the source rows under target row `j`, full source width. */
function sumRows(
	source: Uint8Array,
	sourceWidth: number,
	rows: AxisPlan,
	j: number,
	sum: Float32Array
): void {
	const start = rows.first[j] ?? 0;
	const n = rows.count[j] ?? 0;
	for (let r = 0; r < n; r++) {
		const weight = rows.weights[j * rows.width + r] ?? 0;
		const base = (start + r) * sourceWidth;
		if (r === 0) for (let i = 0; i < sourceWidth; i++) sum[i] = weight * (source[base + i] ?? 0);
		else for (let i = 0; i < sourceWidth; i++) sum[i] = (sum[i] ?? 0) + weight * (source[base + i] ?? 0);
	}
}

function sumColumns(
	sum: Float32Array,
	columns: AxisPlan,
	width: number,
	out: Float32Array,
	base: number
): void {
	for (let i = 0; i < width; i++) {
		const start = columns.first[i] ?? 0;
		const n = columns.count[i] ?? 0;
		let value = 0;
		for (let c = 0; c < n; c++)
			value += (columns.weights[i * columns.width + c] ?? 0) * (sum[start + c] ?? 0);
		out[base + i] = value;
	}
}
