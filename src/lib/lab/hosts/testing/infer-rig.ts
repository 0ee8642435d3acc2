// INFER over real message ports, with engines in this realm whose policies are scripts and a clock that a test moves. Test
// code only.

import { rgbaToI420 } from '$lib/camera';
import {
	PROTOCOL_VERSION,
	readInferToRobot,
	type ConsumerToRender,
	type InferToRobot,
	type PolicyWant
} from '$lib/contracts';
import { createVirtualScheduler, type VirtualScheduler } from '$lib/core';
import { answerCrossings, crossing } from '$lib/core/testing/crossing';
import {
	createScriptedRuntime,
	type DeviceFacts,
	type EngineLine,
	type OpenOptions,
	type PolicyScript
} from '$lib/inference/run';
import { engineHere, openScripted } from '$lib/inference/run/testing/engine-here';
import { LOOK, LOOK_REFERENCE, lookByHeart } from '$lib/inference/run/testing/small-nets';
import type { InferEvent, LoadPolicy } from '../infer-api';
import { InferHost } from '../infer-host';

export const DEVICE: DeviceFacts = { cores: 2, memoryGb: 4, isolated: true, gpu: '' };
const REQUEST: LoadPolicy = {
	policyId: 'look-1',
	manifest: LOOK,
	model: new Uint8Array([1, 2, 3]),
	precision: 'fp32',
	reference: LOOK_REFERENCE,
	backend: 'auto',
	remembered: null
};
const [FIRST] = LOOK_REFERENCE.observations;
export const STATE = FIRST?.state ?? new Float32Array();
export const CHUNK = LOOK_REFERENCE.actions[0] ?? new Float32Array();

const cleanUp: (() => void)[] = [];

/** After each test: open ports would keep the process. */
export function closePorts(): void {
	for (const one of cleanUp.splice(0)) one();
}

/** A flat grey picture, 16x12. */
export const grey = (value: number): Uint8Array =>
	rgbaToI420(new Uint8Array(16 * 12 * 4).fill(value), 16, 12);

export class Rig {
	readonly virtual: VirtualScheduler = createVirtualScheduler();
	readonly events: InferEvent[] = [];
	readonly heard: InferToRobot[] = [];
	readonly asked: ConsumerToRender[] = [];
	readonly opened: OpenOptions[] = [];
	readonly host: InferHost;
	/** What an engine's policy answers; by heart until a test says otherwise. */
	script: PolicyScript = lookByHeart;
	/** Takes the graphics card away from each engine, in the order in which they were started. */
	readonly losses: ((detail: string) => void)[] = [];
	/** The next engine does not open. */
	refuse = false;
	terminated = 0;
	readonly #robot: MessagePort;
	readonly #render: MessagePort;
	#seq = 0;
	#sequence = 0;

	constructor(device: DeviceFacts = DEVICE) {
		this.host = new InferHost(
			{ build: 'b', isolated: true },
			{
				spawnEngine: () => this.#engine(),
				device: () => Promise.resolve(device),
				scheduler: this.virtual
			}
		);
		const robot = new MessageChannel();
		const render = new MessageChannel();
		this.#robot = robot.port1;
		this.#render = render.port1;
		this.host.attachRobot(robot.port2);
		this.host.attachFrames(render.port2);
		this.#robot.onmessage = ({ data }: MessageEvent<unknown>) => {
			const message = readInferToRobot(data);
			if (message !== null) this.heard.push(message);
		};
		this.#render.onmessage = ({ data }: MessageEvent<ConsumerToRender>) => {
			if ('v' in data) this.asked.push(data);
		};
		answerCrossings(robot.port2);
		answerCrossings(render.port2);
		cleanUp.push(() => {
			for (const port of [robot.port1, robot.port2, render.port1, render.port2]) port.close();
		});
	}

	#engine(): EngineLine {
		if (this.refuse)
			return engineHere(() =>
				Promise.resolve({ ok: false, error: { code: 'policy_did_not_open', detail: 'refused' } })
			);
		const lost = new Promise<string>((resolve) => this.losses.push(resolve));
		const line = engineHere(
			openScripted((options) => {
				this.opened.push(options);
				return createScriptedRuntime(options.manifest, (observation) => this.script(observation));
			}, lost)
		);
		const end = line.terminate.bind(line);
		return Object.assign(line, {
			terminate: () => {
				this.terminated++;
				end();
			}
		});
	}

	/** Of the engine that was started last. */
	loseGpu(detail: string): void {
		this.losses.at(-1)?.(detail);
	}

	load(more: Partial<LoadPolicy> = {}) {
		return this.host.load({ ...REQUEST, ...more }, (event) => this.events.push(event));
	}

	/** Open, with both cameras watched. */
	async driving(more: Partial<LoadPolicy> = {}): Promise<void> {
		const answer = await this.load(more);
		if (!answer.ok) throw new Error(answer.error.detail);
		this.host.watch(['top', 'wrist'].map((name) => ({ name, source: 'virtual' })));
	}

	picture(camera: string, tMs: number, value = 128): void {
		const frame = { width: 16, height: 12, data: grey(value), tMs, sequence: this.#sequence++ };
		this.#render.postMessage({ v: PROTOCOL_VERSION, ch: 'frame', seq: 0, t: tMs, body: { camera, frame } });
	}

	/** Everything posted to INFER has been heard there, and its answers here. */
	async crossed(): Promise<void> {
		for (let hops = 0; hops < 6; hops++) {
			await crossing(this.#render);
			await crossing(this.#robot);
		}
	}

	async pictures(tMs: number, value = 128): Promise<void> {
		this.picture('top', tMs, value);
		this.picture('wrist', tMs, value);
		await this.crossed();
	}

	want(tick: number, more: Partial<PolicyWant> = {}, t = more.tMs ?? 0): void {
		const body: PolicyWant = {
			policyId: 'look-1',
			tick,
			tMs: t,
			state: STATE,
			picturesAtMs: null,
			...more
		};
		this.#robot.postMessage({ v: PROTOCOL_VERSION, ch: 'policy-want', seq: this.#seq++, t, body });
	}

	/** The next answer beyond those already heard. */
	async answer(): Promise<InferToRobot> {
		const already = this.heard.length;
		for (let turns = 0; turns < 1000; turns++) {
			await this.crossed();
			const message = this.heard[already];
			if (message !== undefined) return message;
		}
		throw new Error('no answer');
	}

	async ask(tick: number, more: Partial<PolicyWant> = {}, t?: number): Promise<InferToRobot> {
		const answer = this.answer();
		this.want(tick, more, t);
		return answer;
	}
}

/** A script that stops at a gate until the test opens it. */
export function gated(script: PolicyScript): {
	script: PolicyScript;
	open: () => void;
	started: Promise<void>;
} {
	let open = (): void => undefined;
	let start = (): void => undefined;
	const opened = new Promise<void>((resolve) => (open = resolve));
	const started = new Promise<void>((resolve) => (start = resolve));
	return {
		script: async (observation) => {
			start();
			await opened;
			return script(observation);
		},
		open: () => open(),
		started
	};
}
