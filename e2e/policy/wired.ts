// INFER on one side, this page playing ROBOT (wants) and RENDER (pictures) on the other, over the product's own ports and
// messages; and packages as INFER takes them.

import { transfer, wrap } from 'comlink';
import { rgbaToI420 } from '$lib/camera';
import {
	PROTOCOL_VERSION,
	readInferToRobot,
	type I420Frame,
	type InferToRobot,
	type PolicyManifest,
	type PolicyPrecision
} from '$lib/contracts';
import { readPackage } from '$lib/inference/package';
import { LOOK, LOOK_REFERENCE } from '$lib/inference/run/testing/small-nets';
import type { InferEvent, LoadPolicy } from '$lib/lab/hosts/infer-api';
import { spawnWorker } from '$lib/lab/spawn-worker';
import lookUrl from '../../src/lib/inference/run/fixtures/look.onnx?url';
import type { PolicyHost } from './infer.worker';
import inferUrl from './infer.worker.ts?worker&url';
import type { OpenWish } from './names';

export type Loadable = Pick<LoadPolicy, 'policyId' | 'manifest' | 'model' | 'reference'>;

const PICTURE = { width: 320, height: 240 };

export class Wired {
	readonly host = wrap<PolicyHost>(spawnWorker(inferUrl, 'infer'));
	readonly events: InferEvent[] = [];
	manifest: PolicyManifest = LOOK;
	policyId = '';
	readonly #robot = new MessageChannel();
	readonly #render = new MessageChannel();
	readonly #heard: ((message: InferToRobot) => void)[] = [];
	#tick = 0;
	#seq = 0;

	async attach(): Promise<void> {
		const [robot, render] = [this.#robot.port2, this.#render.port2];
		await this.host.attachRobot(transfer(robot, [robot]));
		await this.host.attachFrames(transfer(render, [render]));
		this.#robot.port1.onmessage = ({ data }: MessageEvent<unknown>) => {
			const message = readInferToRobot(data);
			if (message !== null) this.#heard.shift()?.(message);
		};
		this.#render.port1.onmessage = () => undefined;
	}

	/** Flat pictures of now, of every camera the policy looks at. */
	showPictures(): void {
		for (const { name } of this.manifest.cameras) {
			const grey = new Uint8Array(PICTURE.width * PICTURE.height * 4).fill(100 + (this.#seq % 100));
			this.show(name, { ...PICTURE, data: rgbaToI420(grey, PICTURE.width, PICTURE.height) });
		}
	}

	/** What a camera sees now. Its bytes are given away. */
	show(camera: string, picture: Pick<I420Frame, 'width' | 'height' | 'data'>, t = performance.now()): void {
		const frame = { ...picture, tMs: t, sequence: this.#seq };
		const message = { v: PROTOCOL_VERSION, ch: 'frame', seq: this.#seq++, t, body: { camera, frame } };
		this.#render.port1.postMessage(message, [picture.data.buffer]);
	}

	/**
	 * One want for now, and its answer. Without a state: all joints at 1, percent at 50. With an instant, as in lockstep: of the
	 * pictures of that instant and no others.
	 */
	ask(given?: Float32Array, picturesAtMs: number | null = null): Promise<InferToRobot> {
		const answer = new Promise<InferToRobot>((resolve) => this.#heard.push(resolve));
		const t = performance.now();
		const state =
			given ?? Float32Array.from(this.manifest.joints, ({ unit }) => (unit === 'percent' ? 50 : 1));
		const body = { policyId: this.policyId, tick: this.#tick++, tMs: t, state, picturesAtMs };
		this.#robot.port1.postMessage({ v: PROTOCOL_VERSION, ch: 'policy-want', seq: this.#seq++, t, body });
		return answer;
	}

	/** Pictures and wants until there is a chunk; all answers up to it. */
	async untilChunk(): Promise<InferToRobot[]> {
		const answers: InferToRobot[] = [];
		for (;;) {
			this.showPictures();
			const answer = await this.ask();
			answers.push(answer);
			if (answer.ch === 'policy-chunk') return answers;
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
	}
}

export async function loadable(what: OpenWish['what'], precision: PolicyPrecision): Promise<Loadable> {
	if (what === 'look') {
		const model = await (await fetch(lookUrl)).blob();
		return { policyId: 'look', manifest: LOOK, model, reference: LOOK_REFERENCE };
	}
	const read = await readPackage(await (await fetch(what.url)).blob());
	if (!read.ok) throw new Error(`${read.error.code} ${read.error.part}: ${read.error.reason}`);
	const { id: policyId, manifest } = read.value;
	const [model, reference] = [await read.value.model(precision), await read.value.reference()];
	if (!model.ok || !reference.ok) throw new Error('the package did not give its model or reference');
	return { policyId, manifest, model: new Blob([model.value]), reference: reference.value };
}
