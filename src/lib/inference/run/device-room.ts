// Whether a model fits into this device, told before anything of it is loaded. Knows sizes only.

/** Weights as they are fetched, in ONNX Runtime's memory, and once more while a session is made. */
const TIMES_WEIGHTS = 3;
/** A policy gets at most this share of the computer's memory: the lab, the browser and the system need the rest. */
const SHARE_OF_MEMORY = 1 / 4;
/** Where the browser does not tell: what a school's Chromebook has at least. */
const USUAL_MEMORY_GB = 4;

export interface DeviceRoom {
	readonly fits: boolean;
	readonly neededBytes: number;
	readonly allowedBytes: number;
}

/** @param weightBytes of the model's fp32 form: fp16 is widened on processors. */
export function roomFor(weightBytes: number, memoryGb: number | null): DeviceRoom {
	const neededBytes = weightBytes * TIMES_WEIGHTS;
	const allowedBytes = (memoryGb ?? USUAL_MEMORY_GB) * 2 ** 30 * SHARE_OF_MEMORY;
	return { fits: neededBytes <= allowedBytes, neededBytes, allowedBytes };
}
