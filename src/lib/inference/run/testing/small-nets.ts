// The small nets of fixtures/ as a runtime is given them: manifests, PyTorch's own answers, and the scripts that answer the
// same without a model. Bytes are fetched by whoever knows how (Node or a browser).

import { POLICY_SCHEMA_VERSION, type PolicyManifest } from '$lib/contracts';
import type { Reference } from '../check-reference';
import look from '../fixtures/look.json';
import type { PolicyScript } from '../scripted-runtime';

const NO_FILE = { path: 'policy.fp32.onnx', bytes: 0, sha256: '' };

const COMMON = {
	schema_version: POLICY_SCHEMA_VERSION,
	kind: 'onnx',
	architecture: 'test',
	robot_type: 'so101_follower',
	fps: 10,
	n_action_steps: 1,
	files: { fp32: NO_FILE, reference: NO_FILE },
	training: {
		dataset: '',
		dataset_fingerprint: '',
		calibration_fingerprints: [],
		simulated: true,
		task: '',
		episodes: 0,
		frames: 0,
		steps: 0,
		seconds: null,
		tool: look.tool,
		state_min: [],
		state_max: []
	},
	metrics: {},
	success: [],
	licence: 'Apache-2.0',
	limits: ''
} as const;

const degrees = (name: string) => ({ name, unit: 'degrees' as const });

/** Six joints, two pictures, a chunk of four. */
export const LOOK: PolicyManifest = {
	...COMMON,
	name: 'look',
	joints: [
		...['shoulder_pan', 'shoulder_lift', 'elbow_flex', 'wrist_flex', 'wrist_roll'].map(degrees),
		{ name: 'gripper', unit: 'percent' }
	],
	cameras: ['top', 'wrist'].map((name) => ({ name, width: look.side, height: look.side })),
	chunk_size: look.chunk
};

/** One joint, no picture, one action. */
export const HAZARD: PolicyManifest = {
	...COMMON,
	name: 'hazard',
	joints: [{ name: 'gripper', unit: 'percent' }],
	cameras: [],
	chunk_size: 1
};

function floats(base64: string): Float32Array {
	const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
	return new Float32Array(bytes.buffer);
}

/** What PyTorch answered. */
export const LOOK_REFERENCE: Reference = {
	observations: look.observations.map(({ state, top, wrist }, tick) => ({
		tick,
		state: floats(state),
		images: [floats(top), floats(wrist)]
	})),
	actions: look.observations.map(({ action }) => floats(action))
};

const sameNumbers = (a: Float32Array, b: Float32Array): boolean =>
	a.length === b.length && a.every((value, at) => value === b[at]);

/** Knows the answers by heart. */
export const lookByHeart: PolicyScript = ({ state }) => {
	const at = LOOK_REFERENCE.observations.findIndex((one) => sameNumbers(one.state, state));
	return (LOOK_REFERENCE.actions[at] ?? new Float32Array()).slice();
};

export const hazardByHeart: PolicyScript = ({ state: [value = NaN] }) =>
	Float32Array.of(Math.sqrt(value) ** 2);
