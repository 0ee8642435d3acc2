// Takes ROBOT's wants one at a time and answers each that is not replaced (contracts/policy-protocol.ts): pictures fresh
// enough, tensors, run, answer. Knows neither ports nor where the model runs.

import {
	PICTURE_MAX_AGE_MS,
	STATE_MAX_AGE_MS,
	type InferToRobot,
	type PolicyFailure,
	type PolicyManifest,
	type PolicyRuntime,
	type PolicyWait,
	type PolicyWantMessage
} from '$lib/contracts';
import { emptyObservation } from './model-values';
import { fillImages, type Pictures } from './pictures';

/** A message but for its number; `t` on ROBOT's clock, as far as the want told it. */
export type Answer = {
	[M in InferToRobot as M['ch']]: { readonly ch: M['ch']; readonly body: M['body']; readonly t: number };
}[InferToRobot['ch']];

/** The policy at the desk. */
export interface DeskPolicy {
	readonly policyId: string;
	readonly manifest: PolicyManifest;
	/** `reopening`: a new runtime is on its way. A failure: none will come. */
	readonly runtime: (PolicyRuntime & { readonly lastRunMs: number }) | 'reopening' | PolicyFailure;
}

export interface DeskOptions {
	readonly pictures: Pictures;
	/** Asked at each want; null while no policy is loaded. */
	readonly policy: () => DeskPolicy | null;
	readonly answer: (answer: Answer, transfer: Transferable[]) => void;
	/** ms; only differences count. */
	readonly now: () => number;
}

export interface WantDesk {
	want(message: PolicyWantMessage): void;
	/** Wants that were replaced by a newer one before their turn. */
	readonly replaced: number;
}

interface Waiting {
	readonly message: PolicyWantMessage;
	readonly arrivedMs: number;
}

export function createWantDesk({ pictures, policy, answer, now }: DeskOptions): WantDesk {
	let next: Waiting | null = null;
	let busy = false;
	let replaced = 0;
	let tensors: { readonly manifest: PolicyManifest; readonly images: readonly Float32Array[] } | null = null;

	const imagesFor = (manifest: PolicyManifest): readonly Float32Array[] => {
		if (tensors?.manifest !== manifest) tensors = { manifest, ...emptyObservation(manifest) };
		return tensors.images;
	};

	const robotNow = ({ message, arrivedMs }: Waiting): number => message.t + now() - arrivedMs;

	/** Age of the oldest picture, or why there is no observation. */
	const ageOf = (
		{ message, arrivedMs }: Waiting,
		manifest: PolicyManifest
	): number | Omit<PolicyWait, 'policyId' | 'tick'> => {
		const nowMs = robotNow({ message, arrivedMs });
		const stateAgeMs = nowMs - message.body.tMs;
		if (stateAgeMs > STATE_MAX_AGE_MS) return { reason: 'old-state', camera: '', ageMs: stateAgeMs };
		let oldestMs = 0;
		for (const { name } of manifest.cameras) {
			const picture = pictures.newest(name);
			if (picture === undefined) return { reason: 'no-picture', camera: name, ageMs: 0 };
			const ageMs = nowMs - picture.tMs;
			// From the future: stamped by a clock that is not this ROBOT's any more.
			if (ageMs > PICTURE_MAX_AGE_MS || ageMs < -PICTURE_MAX_AGE_MS)
				return { reason: 'old-picture', camera: name, ageMs: Math.abs(ageMs) };
			oldestMs = Math.max(oldestMs, ageMs);
		}
		return oldestMs;
	};

	const failed = (waiting: Waiting, { code, detail }: PolicyFailure): void => {
		const { policyId, tick } = waiting.message.body;
		answer({ ch: 'policy-failed', t: robotNow(waiting), body: { policyId, tick, code, detail } }, []);
	};

	const serve = async (waiting: Waiting): Promise<void> => {
		const { policyId, tick, state, picturesAtMs } = waiting.message.body;
		const fail = (failure: PolicyFailure): void => failed(waiting, failure);
		const wait = (why: Omit<PolicyWait, 'policyId' | 'tick'>): void =>
			answer({ ch: 'policy-wait', t: robotNow(waiting), body: { policyId, tick, ...why } }, []);

		const at = policy();
		if (at?.policyId !== policyId) {
			fail({ code: 'policy_closed', detail: `loaded is ${at?.policyId ?? 'none'}` });
			return;
		}
		const { manifest, runtime } = at;
		if (runtime === 'reopening') {
			wait({ reason: 'reopening', camera: '', ageMs: 0 });
			return;
		}
		if ('code' in runtime) {
			fail(runtime);
			return;
		}
		let pictureAgeMs = 0;
		if (picturesAtMs === null) {
			const age = ageOf(waiting, manifest);
			if (typeof age !== 'number') {
				wait(age);
				return;
			}
			pictureAgeMs = age;
		} else {
			const past = await pictures.at(manifest.cameras, picturesAtMs);
			if (past !== null) {
				fail({ code: 'policy_observation_wrong', detail: `${past}: no picture of ${picturesAtMs} ms` });
				return;
			}
		}
		const images = imagesFor(manifest);
		fillImages(pictures, manifest.cameras, images);
		const ran = await runtime.run({ tick, state, images });
		if (!ran.ok) {
			fail(ran.error);
			return;
		}
		const { actions } = ran.value;
		const totalMs = now() - waiting.arrivedMs;
		answer(
			{
				ch: 'policy-chunk',
				t: robotNow(waiting),
				body: { policyId, ...ran.value, pictureAgeMs, totalMs, runMs: runtime.lastRunMs }
			},
			[actions.buffer as ArrayBuffer]
		);
	};

	const serveAll = async (): Promise<void> => {
		busy = true;
		while (next !== null) {
			const mine: Waiting = next;
			next = null;
			await serve(mine).catch((error: unknown) =>
				failed(mine, { code: 'policy_run_failed', detail: String(error) })
			);
		}
		busy = false;
	};

	return {
		get replaced() {
			return replaced;
		},
		want(message) {
			if (next !== null) replaced++;
			next = { message, arrivedMs: now() };
			if (!busy) void serveAll();
		}
	};
}
