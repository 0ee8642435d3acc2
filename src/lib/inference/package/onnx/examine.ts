// What is found in a policy's ONNX file before a runtime sees it.

/** An input or output of the graph: float32, static. */
export interface OnnxValue {
	readonly name: string;
	readonly shape: readonly number[];
}

export interface OnnxFacts {
	readonly opset: number;
	readonly inputs: readonly OnnxValue[];
	readonly outputs: readonly OnnxValue[];
	/** Nodes by operator. */
	readonly operators: Readonly<Record<string, number>>;
	readonly nodes: number;
	readonly modelBytes: number;
	/** Of all initialisers and constants. */
	readonly weightBytes: number;
	/** Multiply-adds of one inference. */
	readonly multiplyAdds: number;
	/** Most that intermediate results take at one time, if each is freed after its last use. */
	readonly peakActivationBytes: number;
}
