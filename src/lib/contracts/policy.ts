// A trained policy as the lab sees it: the package it comes in, what it is shown, what it answers, and the seam behind which
// it runs (in this tab, on a server, in a script of a test). Knows nothing of ONNX.
//
// [Note: policy package] One zip, stored without compression: `manifest.json` (PolicyManifest), the model in fp32 and, where
// it was made, fp16, `reference.safetensors` (observations with the actions that the exporting program computed for them,
// by which any reader checks itself) and `README.md` (the card). Inputs of the model, all float32 and of static shape:
// `observation.state` [1, N] and, per camera in the manifest's order, `observation.images.<name>` [1, 3, height, width], RGB
// 0..1. Output: `action` [1, chunk_size, N]. State and action are in dataset units; normalisation is inside the model.
// Keys of the manifest are LeRobot's words as LeRobot writes them.

import type { Result } from '$lib/core';

export const POLICY_SCHEMA_VERSION = 1;

export type PolicyKind = 'onnx' | 'weights' | 'remote';
export type PolicyPrecision = 'fp32' | 'fp16';

export interface PolicyJoint {
	/** LeRobot's name without `.pos`. */
	readonly name: string;
	/** `degrees`, or `percent` of the range (0 to 100, the gripper). */
	readonly unit: 'degrees' | 'percent';
}

export interface PolicyCamera {
	readonly name: string;
	/** Of the tensor the model wants, pixels. */
	readonly width: number;
	readonly height: number;
}

export interface PolicyFile {
	/** In the zip. */
	readonly path: string;
	readonly bytes: number;
	/** Lower-case hex. */
	readonly sha256: string;
}

/** Counted, never estimated; absent where nobody measured. */
export interface PolicySuccess {
	readonly trials: number;
	readonly successes: number;
	/** The starts were those of seeds `first_seed` and following. */
	readonly first_seed: number;
	readonly speed: 'normal' | 'first_minute';
}

export interface PolicyTraining {
	/** Name of the dataset, as people know it. */
	readonly dataset: string;
	/** SHA-256 over what the exporter read of the dataset; '' when it did not see it. */
	readonly dataset_fingerprint: string;
	/** Of the follower arms that the dataset was recorded with. */
	readonly calibration_fingerprints: readonly string[];
	readonly simulated: boolean;
	readonly task: string;
	readonly episodes: number;
	readonly frames: number;
	readonly steps: number;
	/** Wall time of the training, s; null when not known. */
	readonly seconds: number | null;
	/** Program and version, such as `lerobot 0.6.1`. */
	readonly tool: string;
	/** Per joint, over the dataset, dataset units: for "this start pose was never shown". Empty when not known. */
	readonly state_min: readonly number[];
	readonly state_max: readonly number[];
	/**
	 * First state of some episodes of the dataset, dataset units, drawn evenly over it: for "this start pose was never shown".
	 * Absent when not known.
	 */
	readonly starts?: readonly (readonly number[])[];
}

export interface PolicyManifest {
	readonly schema_version: typeof POLICY_SCHEMA_VERSION;
	readonly kind: PolicyKind;
	readonly name: string;
	/** `act`, `patch_keypoint`, ... */
	readonly architecture: string;
	/** As in the dataset's info.json. */
	readonly robot_type: string;
	readonly joints: readonly PolicyJoint[];
	readonly cameras: readonly PolicyCamera[];
	readonly fps: number;
	/** Actions in one answer. */
	readonly chunk_size: number;
	/** After how many actions a new chunk is wanted. */
	readonly n_action_steps: number;
	readonly files: {
		readonly fp32: PolicyFile;
		readonly fp16?: PolicyFile;
		readonly reference: PolicyFile;
		/** One training picture per camera, PNG, to be laid beside the live one. */
		readonly pictures?: readonly PolicyFile[];
		/**
		 * What stands still in the training's pictures, per camera, PNG with alpha: per pixel the middle value over pictures of
		 * many episodes, alpha 255 where at least half of them agree within 8 levels of brightness, else 0. For "the camera
		 * moved".
		 */
		readonly backgrounds?: readonly PolicyFile[];
	};
	readonly training: PolicyTraining;
	/** Figures by name, such as `final_loss`; measured ones only. */
	readonly metrics: Readonly<Record<string, number>>;
	readonly success: readonly PolicySuccess[];
	/** SPDX. */
	readonly licence: string;
	/** What it cannot do, in plain words; '' when nobody said. */
	readonly limits: string;
}

/** What the policy sees at one instant. */
export interface PolicyObservation {
	/** Record tick that the answer counts from. */
	readonly tick: number;
	/** [N], dataset units, order of the manifest's joints. */
	readonly state: Float32Array;
	/** Per camera in the manifest's order: [3, height, width], RGB 0..1. */
	readonly images: readonly Float32Array[];
}

/** Joint targets, dataset units: action k, joint j at `actions[k * joints + j]`, meant for `observationTick + k`. */
export interface ActionChunk {
	readonly observationTick: number;
	readonly fps: number;
	readonly joints: number;
	readonly actions: Float32Array;
}

export type PolicyBackend = 'wasm' | 'webgpu' | 'remote' | 'scripted';

export type PolicyFailureCode =
	/** Outputs that are not numbers, or far outside anything an arm can reach. */
	| 'policy_output_invalid'
	/** The graphics card is gone; the runtime has to be opened anew on another backend. */
	| 'policy_gpu_lost'
	/** The runtime threw, ran out of memory or took longer than its limit. */
	| 'policy_run_failed'
	/** `close` was called. */
	| 'policy_closed'
	/** The observation does not have the manifest's shapes. */
	| 'policy_observation_wrong';

export interface PolicyFailure {
	readonly code: PolicyFailureCode;
	/** For the log, never shown to a pupil as it is. */
	readonly detail: string;
}

/** Where a policy runs. One observation at a time: a call while one is under way waits for it. */
export interface PolicyRuntime {
	readonly backend: PolicyBackend;
	readonly precision: PolicyPrecision;
	readonly manifest: PolicyManifest;
	/** The observation's arrays are free again when this resolves. Never rejects. */
	run(observation: PolicyObservation): Promise<Result<ActionChunk, PolicyFailure>>;
	/** Idempotent; whatever is under way answers `policy_closed`. */
	close(): Promise<void>;
}
