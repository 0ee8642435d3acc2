// What letting a model drive needs of the lab, and the lab as the check before torque sees it.

import { SO101, labRateHz, type ArmReport, type PolicyManifest, type PolicyReport } from '$lib/contracts';
import { isEnvelope } from '$lib/contracts';
import { comparePolicyWithLab, policyVerdict, type LabFacts } from '$lib/inference/check';
import type { PolicyCheckView } from '$lib/ui/policies';
import type { LabCore } from './lab-core';
import { START_POSE } from '../hosts/start-pose';

/** Degrees or percent: as near as servos with stiction come. */
const NEAR = 5;
const LOOK_EVERY_MS = 100;
/** Looks after which an arm that does not come is left where it is. */
const MOST_LOOKS = 120;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Remembered per arm: every virtual arm is one. */
export function armIdOf(core: LabCore): string {
	if (core.kind === 'virtual') return 'virtual';
	return core.connect.state.fingerprint ?? 'follower';
}

export function isArmed({ status }: ArmReport): boolean {
	return status === 'armed' || status === 'holding';
}

export function isRecording(core: LabCore): boolean {
	const { name } = core.recording.state;
	return name !== 'idle' && name !== 'review';
}

function labFacts(core: LabCore, trainingPictures: LabFacts['trainingPictures']): LabFacts {
	const simulated = core.kind === 'virtual';
	const state = core.telemetry.state;
	return {
		robotType: SO101.robotType,
		joints: SO101.joints,
		cameras: core.cameras.views().map(({ name, status, width, height, fps }) => ({
			name,
			size: status === 'live' ? { width, height } : null,
			// Rendered ones are drawn as often as somebody looks; devices give what they give.
			fps: simulated ? core.options.fps : (fps ?? 0)
		})),
		rateHz: labRateHz(core.options.fps),
		// Which calibration a dataset came from is not told by the arm yet: a person is told that nobody knows.
		calibrationFingerprint: null,
		simulated,
		state: state === null ? null : [...state],
		trainingPictures
	};
}

/** The check before torque. `pictures`: training pictures by camera; those that are missing are said to be. */
export function checkView(
	core: LabCore,
	manifest: PolicyManifest,
	pictures: LabFacts['trainingPictures'] & Readonly<Record<string, { readonly url: string }>>
): PolicyCheckView {
	const comparisons = comparePolicyWithLab(manifest, labFacts(core, pictures));
	return {
		comparisons,
		verdict: policyVerdict(comparisons),
		cameras: manifest.cameras.map(({ name }) => ({ name, trainingUrl: pictures[name]?.url ?? null }))
	};
}

/** The newest report of ROBOT about the model, or null for anything else. */
export function readPolicyReport(data: unknown): PolicyReport | null {
	return isEnvelope(data, ['policy']) ? (data.body as PolicyReport) : null;
}

export function startFacts({
	joints,
	fps,
	chunk_size,
	n_action_steps
}: PolicyManifest): Pick<PolicyManifest, 'joints' | 'fps' | 'chunk_size' | 'n_action_steps'> {
	return { joints, fps, chunk_size, n_action_steps };
}

/** The virtual arm goes to where it stands at first, by the sliders and through the gate. False when it did not come. */
export async function driveHome(core: LabCore): Promise<boolean> {
	await core.selectSource('sliders');
	for (const [joint, value] of START_POSE.entries()) core.inputs.setJoint(joint, value);
	core.changed.emit();
	for (let look = 0; look < MOST_LOOKS && isArmed(core.report); look++) {
		const { state } = core.telemetry;
		if (state !== null && START_POSE.every((value, joint) => Math.abs((state[joint] ?? NaN) - value) <= NEAR))
			return true;
		await pause(LOOK_EVERY_MS);
	}
	return false;
}
