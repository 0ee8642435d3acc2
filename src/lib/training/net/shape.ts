// The sizes of the patch-keypoint network, and the names and shapes of what is trained in it. They are those of
// tools/policy/net.py and of the initialisers that tools/policy/onnx_graph.py writes: a tensor trained here goes into that
// graph by its name. Knows numbers; knows no arithmetic.

export interface NetShape {
	/** In the order of the policy's inputs. */
	readonly cameras: readonly string[];
	/** Pictures are square. */
	readonly sizePx: number;
	readonly patchPx: number;
	readonly width: number;
	readonly keypoints: number;
	/** Offered by each patch to each keypoint beside its place. */
	readonly values: number;
	readonly hidden: number;
	readonly joints: number;
	/** Actions in one answer. */
	readonly chunk: number;
}

/** The bundled policy's, which the templates in static/training are made for. */
export const PATCH_KEYPOINT = {
	sizePx: 48,
	patchPx: 6,
	width: 64,
	keypoints: 16,
	values: 4,
	hidden: 256,
	joints: 6,
	chunk: 10
} as const satisfies Omit<NetShape, 'cameras'>;

export const gridOf = (shape: NetShape): number => shape.sizePx / shape.patchPx;
export const patchesOf = (shape: NetShape): number => gridOf(shape) ** 2;
export const patchValuesOf = (shape: NetShape): number => 3 * shape.patchPx ** 2;
/** x, y and the offered values. */
export const featuresOf = (shape: NetShape): number => 2 + shape.values;

export interface TensorShape {
	/** Of the initialiser in the ONNX graph. */
	readonly name: string;
	/** Matrices are [inputs, outputs]. */
	readonly dims: readonly number[];
	/** How it starts: uniform in +-1/sqrt(fanIn) as PyTorch's linear layers do, or normal with this deviation. */
	readonly start: { readonly fanIn: number } | { readonly deviation: number };
}

const linear = (name: string, inputs: number, outputs: number): TensorShape[] => [
	{ name: `${name}.weight`, dims: [inputs, outputs], start: { fanIn: inputs } },
	{ name: `${name}.bias`, dims: [outputs], start: { fanIn: inputs } }
];

/** Everything that is trained, in the order in which the trainer holds it. */
export function trainedTensors(shape: NetShape): readonly TensorShape[] {
	const { width, keypoints, hidden, joints, chunk } = shape;
	const offered = keypoints * featuresOf(shape);
	const eyes = shape.cameras.flatMap((camera) => [
		...linear(`${camera}.embed`, patchValuesOf(shape), width),
		{ name: `${camera}.position`, dims: [patchesOf(shape), width], start: { deviation: 0.02 } },
		...linear(`${camera}.mix`, width, width),
		...linear(`${camera}.attend`, width, keypoints),
		...linear(`${camera}.offer`, width, offered)
	]);
	return [
		...eyes,
		...linear('plan.0', shape.cameras.length * offered + joints, hidden),
		...linear('plan.1', hidden, hidden),
		...linear('plan.2', hidden, chunk * joints)
	];
}

export const sizeOf = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/**
 * Place of every patch, [patches, features]: x and y from -1 to 1, then zeros. What a keypoint of a patch starts from; a
 * constant of the graph (`places`), repeated there for every keypoint.
 */
export function placesOf(shape: NetShape): Float32Array<ArrayBuffer> {
	const grid = gridOf(shape);
	const features = featuresOf(shape);
	const places = new Float32Array(patchesOf(shape) * features);
	const line = (k: number): number => (2 * k) / (grid - 1) - 1;
	for (let patch = 0; patch < patchesOf(shape); patch++) {
		places[patch * features] = line(patch % grid);
		places[patch * features + 1] = line(Math.floor(patch / grid));
	}
	return places;
}
