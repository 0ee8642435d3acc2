// The page's end of INFER: starts it when the first model is opened, joins it to ROBOT and to the cameras, opens one model at
// a time. Pictures, wants and chunks never pass through the page.

import { proxy, transfer } from 'comlink';
import type { PolicyListing, PolicyPrecision } from '$lib/contracts';
import { err, type Result } from '$lib/core';
import { choiceKey, formatChoice, readChoice } from '$lib/inference';
import type { PackageProblem, PolicyPackage } from '$lib/inference/package';
import type { LoadProblem } from '$lib/inference/run';
import type { PictureSource } from '../hosts/api';
import type { InferApi, InferEvent, LoadAnswer, LoadedPolicy } from '../hosts/infer-api';
import type { LabCameras } from './lab-cameras';
import type { TextPlace } from './policy-first-minute';
import type { RunningWorker } from './worker-set';

/** Half the bytes are only worth it where nobody measured which is faster. */
const PRECISION: PolicyPrecision = 'fp32';

export class InferLink {
	readonly #cameras: LabCameras;
	readonly #place: TextPlace;
	#running: RunningWorker<InferApi> | null = null;
	#stopListening: (() => void) | null = null;

	constructor(cameras: LabCameras, place: TextPlace) {
		this.#cameras = cameras;
		this.#place = place;
	}

	/** Opens the model: everything is measured before it answers. */
	async open(
		{ id, manifest }: PolicyListing,
		opened: PolicyPackage,
		source: PictureSource,
		tell: (event: InferEvent) => void
	): Promise<Result<LoadedPolicy, LoadProblem | PackageProblem>> {
		const running = await this.#start();
		const [model, reference] = await Promise.all([opened.model(PRECISION), opened.reference()]);
		if (!model.ok) return model;
		if (!reference.ok) return reference;
		const { api } = running;
		const device = await running.orGone(api.device());
		const key = choiceKey(manifest.files.fp32.sha256, device);
		const request = {
			policyId: id,
			manifest,
			model: new Blob([model.value]),
			precision: PRECISION,
			reference: reference.value,
			backend: 'auto' as const,
			remembered: readChoice(this.#read(key))
		};
		const answer = await running.orGone<LoadAnswer>(api.load(request, proxy(tell)));
		if (!answer.ok) return err(answer.error);
		this.#write(key, formatChoice(answer.value.choice));
		await running.orGone(api.watch(manifest.cameras.map(({ name }) => ({ name, source }))));
		return answer;
	}

	/** Gives the model's memory back; INFER stays for the next one. */
	async close(): Promise<void> {
		const running = this.#running;
		if (running === null) return;
		await running.orGone(running.api.watch([])).catch(() => undefined);
		await running.orGone(running.api.close()).catch(() => undefined);
	}

	/** INFER died. */
	gone(): void {
		this.#running = null;
		this.#stopListening?.();
		this.#stopListening = null;
		this.#cameras.onlooker = null;
		void this.#cameras.side?.robot.api.attachInfer(null);
	}

	async #start(): Promise<RunningWorker<InferApi>> {
		if (this.#running !== null) return this.#running;
		const running = await this.#cameras.workers.start<InferApi>('infer');
		this.#running = running;
		this.#cameras.onlooker = (port, source) =>
			void running.orGone(running.api.attachFrames(transfer(port, [port]), source)).catch(() => undefined);
		this.#stopListening = this.#cameras.joined.on(() => this.#joinRobot());
		await this.#cameras.join(this.#cameras.side);
		return running;
	}

	/** A new ROBOT, or a new INFER. */
	#joinRobot(): void {
		const running = this.#running;
		const side = this.#cameras.side;
		if (running === null || side === null) return;
		const { port1, port2 } = new MessageChannel();
		void side.robot.orGone(side.robot.api.attachInfer(transfer(port1, [port1]))).catch(() => undefined);
		void running.orGone(running.api.attachRobot(transfer(port2, [port2]))).catch(() => undefined);
	}

	#read(key: string): string | null {
		try {
			return this.#place.getItem(key);
		} catch {
			return null; // measured anew
		}
	}

	#write(key: string, text: string): void {
		try {
			this.#place.setItem(key, text);
		} catch {
			// measured anew next time
		}
	}
}
