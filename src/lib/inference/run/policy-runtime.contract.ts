// What every PolicyRuntime owes, wherever the model runs: scripted, in this realm, in a worker, on a server. The same cases
// run in Node and in a browser, on the small nets of fixtures/ (made by PyTorch, conformance/make_runtime_nets.py).

import type { PolicyObservation, PolicyRuntime } from '$lib/contracts';
import { check, equal, type Contract, type ContractHarness } from '$lib/core/testing/contract';
import { checkReference, type Reference } from './check-reference';

export interface RuntimeHarness extends ContractHarness {
	/** A net with state and pictures whose answers are known. */
	readonly runtime: PolicyRuntime;
	readonly reference: Reference;
	/** A net of one joint in percent and one action: sqrt(state) * sqrt(state). No number below 0, out of reach above 1000. */
	readonly hazard: () => Promise<PolicyRuntime>;
}

function observationOf({ reference }: RuntimeHarness, at = 0): PolicyObservation {
	const observation = reference.observations[at];
	check(observation !== undefined, `the reference has no observation ${at}`);
	return observation;
}

const ofOne = (value: number): PolicyObservation => ({ tick: 7, state: Float32Array.of(value), images: [] });

async function codeOf(runtime: PolicyRuntime, observation: PolicyObservation): Promise<string> {
	const answer = await runtime.run(observation);
	return answer.ok ? 'a chunk' : answer.error.code;
}

export const policyRuntimeContract: Contract<RuntimeHarness> = [
	{
		name: 'gives the answers of the program that made the model',
		async run({ runtime, reference }) {
			const answer = await checkReference(runtime, reference);
			check(answer.ok, answer.ok ? '' : answer.error.detail);
			equal(answer.value.observations, reference.observations.length, 'observations compared');
			check(answer.value.observations >= 2, 'fewer than two observations prove little');
		}
	},
	{
		name: 'ties its chunk to the observation, at the rate and with the joints of the manifest',
		async run(harness) {
			const { manifest } = harness.runtime;
			const answer = await harness.runtime.run({ ...observationOf(harness), tick: 4711 });
			check(answer.ok, 'no chunk');
			const { observationTick, fps, joints, actions } = answer.value;
			equal(
				[observationTick, fps, joints],
				[4711, manifest.fps, manifest.joints.length],
				'tick, fps, joints'
			);
			equal(actions.length, manifest.chunk_size * joints, 'numbers');
		}
	},
	{
		name: 'answers several calls in their order, each with its own',
		async run(harness) {
			const { runtime, reference } = harness;
			const order: number[] = [];
			const answers = await Promise.all(
				[0, 1, 0].map(async (at, tick) => {
					const answer = await runtime.run({ ...observationOf(harness, at), tick });
					order.push(tick);
					return answer;
				})
			);
			equal(order, [0, 1, 2], 'order of the answers');
			for (const [tick, at] of [0, 1, 0].entries()) {
				const answer = answers[tick];
				check(answer?.ok === true, `no chunk ${tick}`);
				equal(answer.value.observationTick, tick, 'tick');
				const expected = reference.actions[at] ?? new Float32Array();
				const worst = Math.max(
					...answer.value.actions.map((value, k) => Math.abs(value - (expected[k] ?? NaN)))
				);
				check(worst < 1e-3, `chunk ${tick} is off by ${worst}`);
			}
		}
	},
	{
		name: 'leaves the observation alone and gives it back',
		async run(harness) {
			const { tick, state, images } = observationOf(harness);
			const own = { tick, state: state.slice(), images: images.map((image) => image.slice()) };
			const first = await harness.runtime.run(own);
			equal(own.state, state, 'state');
			equal(own.images, images, 'pictures');
			own.state.fill(0);
			for (const image of own.images) image.fill(0);
			const again = await harness.runtime.run({ tick, state, images });
			equal(first, again, 'an answer that was already given');
		}
	},
	{
		name: 'refuses an observation of other shapes or without numbers, and goes on',
		async run(harness) {
			const { runtime } = harness;
			const good = observationOf(harness);
			const [first = new Float32Array(), ...others] = good.images;
			const bad: PolicyObservation[] = [
				{ ...good, state: good.state.subarray(1) },
				{ ...good, state: good.state.map((value, at) => (at === 0 ? NaN : value)) },
				{ ...good, images: others },
				{ ...good, images: [...good.images, first] },
				{ ...good, images: [first.subarray(1), ...others] }
			];
			for (const observation of bad)
				equal(await codeOf(runtime, observation), 'policy_observation_wrong', 'answer');
			equal(await codeOf(runtime, good), 'a chunk', 'answer to a good one');
		}
	},
	{
		name: 'never gives what is no number or out of all reach, and goes on',
		async run({ hazard }) {
			const runtime = await hazard();
			equal(await codeOf(runtime, ofOne(81)), 'a chunk', 'in reach');
			equal(await codeOf(runtime, ofOne(-81)), 'policy_output_invalid', 'the root of a negative number');
			equal(await codeOf(runtime, ofOne(1100)), 'policy_output_invalid', 'eleven times the range');
			equal(await codeOf(runtime, ofOne(900)), 'a chunk', 'nine times the range');
			await runtime.close();
		}
	},
	{
		name: 'answers everything under way and all that comes later once it is closed, and closes twice',
		async run(harness) {
			const { runtime } = harness;
			const good = observationOf(harness);
			const underWay = [codeOf(runtime, good), codeOf(runtime, good)];
			const closed = runtime.close();
			equal(await Promise.all(underWay), ['policy_closed', 'policy_closed'], 'what was under way');
			await closed;
			await runtime.close();
			equal(await codeOf(runtime, good), 'policy_closed', 'a later call');
		}
	}
];
