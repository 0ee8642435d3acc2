// The patch-keypoint network in jax-js, for training: what tools/policy/net.py says in PyTorch, line for line. Works in
// normalised numbers. Knows tensors; knows no data, no optimiser and no file.

import type { Jax, Tensor } from './jax';
import { featuresOf, patchesOf, patchValuesOf, placesOf, type NetShape } from './shape';

/** Per camera: embed, position, mix, attend, offer; two tensors each but for the position. */
const PER_EYE = 9;
const PER_LINEAR = 2;

export interface Batch {
	/** Per camera [batch, patches, patchValues], -1..1. */
	readonly patches: readonly Tensor[];
	/** [batch, joints], normalised. */
	readonly state: Tensor;
}

export interface PolicyNet {
	/** -> [batch, chunk * joints]. Consumes everything it is given. */
	forward(parameters: readonly Tensor[], batch: Batch, places: Tensor): Tensor;
	/** Mean absolute difference from `wanted` [batch, chunk * joints]. Consumes everything it is given. */
	loss(parameters: readonly Tensor[], batch: Batch, wanted: Tensor, places: Tensor): Tensor;
	/** [patches, 1, features], the constant that `forward` wants. */
	places(): Tensor;
}

export function createPolicyNet(jax: Jax, shape: NetShape, batch: number): PolicyNet {
	const { numpy: np, nn } = jax;
	const { width, keypoints } = shape;
	const patches = patchesOf(shape);
	const features = featuresOf(shape);

	const at = (parameters: readonly Tensor[], index: number): Tensor => {
		const found = parameters[index];
		if (found === undefined) throw new RangeError(`no tensor ${index}`);
		return found;
	};
	const linear = (parameters: readonly Tensor[], index: number, x: Tensor): Tensor =>
		np.matmul(x, at(parameters, index)).add(at(parameters, index + 1));

	const eye = (parameters: readonly Tensor[], first: number, picture: Tensor, places: Tensor): Tensor => {
		const flat = picture.reshape([batch * patches, patchValuesOf(shape)]);
		const embedded = linear(parameters, first, flat).reshape([batch, patches, width]);
		let h = nn.relu(embedded.add(at(parameters, first + 2))).reshape([batch * patches, width]);
		h = h.ref.add(nn.relu(linear(parameters, first + 3, h)));
		const scores = linear(parameters, first + 5, h.ref).reshape([batch, patches, keypoints]);
		const weights = nn.softmax(scores, 1).reshape([batch, patches, keypoints, 1]);
		const offers = linear(parameters, first + 7, h)
			.reshape([batch, patches, keypoints, features])
			.add(places);
		return weights
			.mul(offers)
			.sum(1)
			.reshape([batch, keypoints * features]);
	};

	const forward: PolicyNet['forward'] = (parameters, { patches: pictures, state }, places) => {
		const seen = pictures.map((picture, camera) => {
			const last = camera === pictures.length - 1;
			return eye(parameters, camera * PER_EYE, picture, last ? places : places.ref);
		});
		const plan = pictures.length * PER_EYE;
		let h = np.concatenate([...seen, state], 1);
		h = nn.relu(linear(parameters, plan, h));
		h = nn.relu(linear(parameters, plan + PER_LINEAR, h));
		return linear(parameters, plan + 2 * PER_LINEAR, h);
	};

	return {
		forward,
		loss: (parameters, given, wanted, places) =>
			np.abs(forward(parameters, given, places).sub(wanted)).mean(),
		places: () => np.array(placesOf(shape)).reshape([patches, 1, features])
	};
}
