// A policy on the virtual follower: real line, control, gate, loop, bus and session over the servo chain, on virtual time. Only
// INFER is a double, behind its port. Test code only.

import {
	PROTOCOL_VERSION,
	SO101,
	labRateHz,
	so101FromRad,
	so101ToRad,
	type PolicyReport,
	type PolicyWantMessage,
	type Setpoint
} from '$lib/contracts';
import { STS3215_DRIVER, createArmSession } from '$lib/robot';
import { createGate, type GateInput } from '$lib/robot/safety';
import { fastestPoint } from '$lib/robot/safety/testing/tip-speed';
import { createVirtualArm, createVirtualLoop } from '$lib/robot/testing/virtual-arm';
import { createSo101Plant } from '$lib/sim';
import { ArmControl } from '../arm-control';
import { PolicyLine } from '../policy-line';
import type { StartPolicy } from '../policy-start';

export const HOME = [0, -60, 60, 30, 0, 50];
export const FPS = 10;
export const CHUNK = 10;
const LAB_FPS = 30;

export const START: StartPolicy = {
	policyId: 'reach',
	manifest: {
		joints: SO101.joints.map(({ name, unit }) => ({ name, unit })),
		fps: FPS,
		chunk_size: CHUNK,
		n_action_steps: 3
	},
	slowLeftMs: 0,
	speed: 1,
	ensemble: null,
	latencyTicks: 0
};

type Body = Record<string, unknown>;
/** What INFER says to a want; null: nothing. */
export type Answer = { readonly ch: string; readonly body: Body } | null;

/** The chunk of a policy that moves the first joint at `perS` from where it is, towards `target`; the others stay at `rest`. */
export function reach(message: PolicyWantMessage, target: number, perS = 30, rest = HOME): Answer {
	const { state, tick, policyId } = message.body;
	const from = state[0] ?? 0;
	const way = Math.sign(target - from) * perS;
	const actions = Float32Array.from({ length: CHUNK * 6 }, (_, i) => {
		if (i % 6 !== 0) return rest[i % 6] ?? 0;
		const there = from + (way * Math.floor(i / 6)) / FPS;
		return way > 0 ? Math.min(target, there) : Math.max(target, there);
	});
	const figures = { pictureAgeMs: 20, totalMs: 30, runMs: 25 };
	return {
		ch: 'policy-chunk',
		body: { policyId, observationTick: tick, fps: FPS, joints: 6, actions, ...figures }
	};
}

/** The page's end of nothing: a port whose far end is in this thread, and answers on virtual time. */
export class InferDouble {
	readonly wants: PolicyWantMessage[] = [];
	/** What to answer, and how late. */
	answer: (message: PolicyWantMessage) => Answer = () => null;
	latencyMs = 50;
	closed = false;
	onmessage: ((event: { readonly data: unknown }) => void) | null = null;
	readonly #at: (inMs: number, run: () => void) => void;

	constructor(at: (inMs: number, run: () => void) => void) {
		this.#at = at;
	}

	postMessage(message: PolicyWantMessage): void {
		this.wants.push(message);
		const said = this.answer(message);
		if (said !== null) this.#at(this.latencyMs, () => this.say(said));
	}

	say(said: Exclude<Answer, null>): void {
		this.onmessage?.({ data: { v: PROTOCOL_VERSION, seq: 0, t: 0, ...said } });
	}

	close(): void {
		this.closed = true;
	}

	get port(): MessagePort {
		return this as unknown as MessagePort;
	}
}

export async function createPolicyRig({ lockstep = false } = {}) {
	const plant = createSo101Plant();
	plant.reset(so101ToRad(HOME));
	const arm = await createVirtualArm({ plant, energised: true });
	const { scheduler } = arm;
	const gate = createGate();
	const sliders = [...HOME];
	const reports: PolicyReport[] = [];
	const page = { beats: true };
	/** Extra age of the state that the policy's line sees, ms. */
	const stale = { byMs: 0 };
	const recording = { nextRow: null as number | null };
	const control: ArmControl = new ArmControl({
		armId: 'follower',
		scheduler,
		gate,
		parkAllowed: true,
		wishOf: (source, tMs, epoch): Setpoint | null =>
			source === 'policy'
				? line.next(tMs, loop.periodMs / 1000)
				: { v: 1, source, epoch, tMs, q: Float32Array.from(sliders) }
	});
	let before: Float32Array | null = null;
	const seen = { fastestMmPerS: 0, goals: [] as number[] };
	const watched = {
		reset: () => gate.reset(),
		step: (input: GateInput) => {
			if (page.beats) control.pageBeatMs = scheduler.now();
			const output = gate.step(input);
			control.gateSaid(output);
			line.gateSaid(output);
			control.watch();
			if (output.send && before !== null)
				seen.fastestMmPerS = Math.max(
					seen.fastestMmPerS,
					fastestPoint(before, output.goal, loop.periodMs / 1000)
				);
			before = output.send ? output.goal.slice() : null;
			if (output.send) seen.goals.push(output.goal[0] ?? Number.NaN);
			return output;
		}
	};
	const loop = createVirtualLoop(arm, { gate: watched, inputs: control, rateHz: labRateHz(LAB_FPS) });
	loop.committed.on(() => void loop.takeBatch());
	const line = new PolicyLine({
		now: () => scheduler.now(),
		fps: LAB_FPS,
		lockstep,
		arm: control,
		gate,
		pose: () => (loop.state === null ? null : { q: loop.state, atMs: loop.stateMs - stale.byMs }),
		periodS: () => loop.periodMs / 1000,
		nextRow: () => recording.nextRow,
		onReport: (report) => reports.push(report)
	});
	control.changed.on(() => line.armChanged());
	const session = createArmSession({ spec: SO101, bus: arm.commands, driver: STS3215_DRIVER, scheduler });
	const found = await arm.settle(session.connect());
	if (!found.ok) throw new Error(found.error.code);
	loop.start(Math.ceil((scheduler.now() * LAB_FPS) / 1000 + 1) * (1000 / LAB_FPS));
	control.connected(loop, session, found.value.energised);
	const run = async (seconds: number): Promise<void> => {
		const until = scheduler.now() + 1000 * seconds;
		while (scheduler.now() < until) {
			for (let k = 0; k < 10; k++) await Promise.resolve();
			scheduler.advanceTo(Math.min(until, scheduler.now() + 1));
		}
	};
	const infer = (): InferDouble =>
		new InferDouble((inMs, action) => void scheduler.at(scheduler.now() + inMs, action));
	await run(0.2);
	return {
		arm,
		control,
		line,
		page,
		stale,
		recording,
		sliders,
		reports,
		seen,
		infer,
		run,
		last: () => reports.at(-1),
		now: () => scheduler.now(),
		pan: () => so101FromRad(plant.q)[0] ?? Number.NaN,
		/** Armed, INFER attached, the policy started and answering by `answer`. */
		async drive(answer: InferDouble['answer'], start: Partial<StartPolicy> = {}): Promise<InferDouble> {
			if (!(await arm.settle(control.arm()))) throw new Error('not armed');
			await run(0.2);
			const double = infer();
			double.answer = answer;
			line.attach(double.port);
			const answered = line.start({ ...START, ...start });
			if (!answered.ok) throw new Error(answered.code);
			return double;
		},
		/** What choosing a source in the page comes to. */
		choose(source: 'sliders' | 'policy'): void {
			line.selected(source);
			control.select(source);
		}
	};
}
