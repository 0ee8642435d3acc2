// Where a training begins: weights drawn from a seed, as PyTorch's layers draw theirs.

import { createRandom } from '$lib/core';
import { sizeOf, type TensorShape } from './shape';

export function startWeights(tensors: readonly TensorShape[], seed: number): Float32Array[] {
	const random = createRandom(seed);
	return tensors.map(({ dims, start }) => {
		const values = new Float32Array(sizeOf(dims));
		if ('fanIn' in start) {
			const bound = 1 / Math.sqrt(start.fanIn);
			for (let n = 0; n < values.length; n++) values[n] = random.between(-bound, bound);
		} else for (let n = 0; n < values.length; n++) values[n] = start.deviation * random.normal();
		return values;
	});
}
