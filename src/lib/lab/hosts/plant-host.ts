// The PLANT worker's work: a virtual follower and a virtual leader chain on their wires, the mechanics behind them, and
// where everything is, for RENDER and the page. Answers bytes; never draws, never keeps a clock of its own: time is the
// stamp of the bytes it is sent.

import { PROTOCOL_VERSION, isEnvelope, so101ToRad, type JointPlant, type SimTask } from '$lib/contracts';
import { createRandom, type Quat } from '$lib/core';
import {
	armPoses,
	createPoses,
	CUBE_BODY_INDEX,
	setPose,
	startPositions,
	TARGET_BODY_INDEX
} from '$lib/sim/so101-model';
import { createSo101Chain, serveChainPort, Wire, type ServoChain } from '$lib/sim/chain';
import type { ClockMode, PlantApi, PlantPorts, TaskStanding, WorkerHello } from './api';
import { HandPlant } from './hand-plant';
import { portLike } from './port-like';
import { START_POSE } from './start-pose';

const UPRIGHT: Quat = [1, 0, 0, 0];
/** Poses go out this often in the time of the bytes; RENDER and the page draw at their own rate. */
const POSES_EVERY_MS = 1000 / 60;

/**
 * Level 0 or level 1 behind one chain; swapped while the arm stands, never in the middle of a step. Level 0 knows no contact:
 * it would let the folded arm sink into itself, and contact would then throw it apart. So it lies still until it is first
 * energised.
 */
class SwappablePlant implements JointPlant {
	#inner: JointPlant;
	#lying = true;

	constructor(inner: JointPlant) {
		this.#inner = inner;
	}

	get jointCount(): number {
		return this.#inner.jointCount;
	}
	get q(): Float64Array {
		return this.#inner.q;
	}
	get qd(): Float64Array {
		return this.#inner.qd;
	}
	step(dtS: number, torqueNm: Float64Array): void {
		this.#lying &&= torqueNm.every((torque) => torque === 0);
		if (!this.#lying) this.#inner.step(dtS, torqueNm);
	}
	reset(q: ArrayLike<number>): void {
		this.#inner.reset(q);
	}
	/** The new mechanics go on where the old stand. */
	replace(next: JointPlant): void {
		next.reset(this.#inner.q);
		this.#lying = false;
		this.#inner = next;
	}
}

export class PlantHost implements PlantApi {
	readonly #hello: WorkerHello;
	readonly #poses = createPoses();
	#follower: ServoChain | null = null;
	#hand: HandPlant | null = null;
	#plant: SwappablePlant | null = null;
	#task: SimTask | null = null;
	#page: MessagePort | null = null;
	#render: MessagePort | null = null;
	#clock: ClockMode = 'wall';
	#seed = 1;
	#seq = 0;
	#tMs = 0;
	#shot: ((tick: number) => void) | null = null;

	constructor(hello: WorkerHello) {
		this.#hello = hello;
	}

	hello(): WorkerHello {
		return this.#hello;
	}

	attach(ports: PlantPorts, options: { readonly clock: ClockMode; readonly seed: number }): void {
		this.#clock = options.clock;
		this.#seed = options.seed;
		this.#page = ports.page;
		this.#hand = new HandPlant(so101ToRad(START_POSE));
		const leader = createSo101Chain({ plant: this.#hand });
		this.#plant = new SwappablePlant(createSo101Chain().plant);
		this.#plant.reset(so101ToRad(START_POSE));
		const follower = createSo101Chain({ plant: this.#plant, energised: true });
		this.#follower = follower;
		this.#layTable();
		serveChainPort(portLike(ports.follower), new Wire({ chain: follower }), (tMs) => follower.advanceTo(tMs));
		serveChainPort(portLike(ports.leader), new Wire({ chain: leader }), (tMs) => leader.advanceTo(tMs));
		if (options.clock === 'wall') setInterval(() => this.#look(), POSES_EVERY_MS);
		ports.sync.onmessage = (event: MessageEvent<unknown>) => void this.#onSync(ports.sync, event.data);
	}

	attachRender(port: MessagePort): void {
		this.#render?.close();
		this.#render = port;
		this.#shot?.(Number.POSITIVE_INFINITY); // what the one before was asked to draw will not come
		port.onmessage = (event: MessageEvent<unknown>) => {
			if (!isEnvelope(event.data, ['rendered'])) return;
			this.#shot?.((event.data.body as { tick: number }).tick);
		};
	}

	async loadPhysics(): Promise<boolean> {
		const plant = this.#plant;
		if (plant === null) return false;
		try {
			const { createPickPlace } = await import('./physics');
			const { jointPlant, task } = await createPickPlace(this.#seed);
			plant.replace(jointPlant);
			this.#task = task;
			this.#sendPoses();
			return true;
		} catch {
			return false; // level 0 goes on; the page says that nothing can be grasped
		}
	}

	resetTask(seed: number): void {
		this.#seed = seed;
		if (this.#task === null) this.#layTable();
		else this.#task.reset(seed);
		this.#sendPoses();
	}

	/** How the exercise stands; null where no physics can judge it. */
	taskStands(): TaskStanding | null {
		const task = this.#task;
		return task === null ? null : { seed: task.seed, success: task.success(), failed: task.failed() };
	}

	/** The hand on the leader takes its joints where the person wants them, torque off as on a real leader. */
	moveLeader(q: Float32Array): void {
		this.#hand?.move(so101ToRad(q));
	}

	/** Cube and target where the task will have them once physics is there. */
	#layTable(): void {
		const [cube, [x, y]] = startPositions(createRandom(this.#seed));
		setPose(this.#poses, CUBE_BODY_INDEX, cube, UPRIGHT);
		setPose(this.#poses, TARGET_BODY_INDEX, [x, y, 0], UPRIGHT);
	}

	/** Poses go out while time passes; when nobody asks the chain any more, they stop, and so do the pictures. */
	#look(): void {
		const tMs = this.#follower?.nowMs ?? 0;
		if (tMs === this.#tMs) return;
		this.#tMs = tMs;
		this.#sendPoses();
	}

	#currentPoses(): Float64Array {
		if (this.#task !== null) return this.#task.poses().slice();
		const q = this.#follower?.plant.q;
		if (q !== undefined) armPoses(q, this.#poses);
		return this.#poses.slice();
	}

	#sendPoses(): void {
		this.#task?.observe();
		const poses = this.#currentPoses();
		const message = { v: PROTOCOL_VERSION, ch: 'poses', seq: this.#seq++, t: this.#tMs, body: { poses } };
		this.#page?.postMessage(message);
		if (this.#clock === 'wall') this.#render?.postMessage(message);
	}

	/** Lockstep: steps to the record tick, has it drawn, answers when the pictures are on their way. */
	async #onSync(port: MessagePort, data: unknown): Promise<void> {
		if (!isEnvelope(data, ['shoot'])) return;
		const { tick } = data.body as { tick: number };
		this.#follower?.advanceTo(data.t);
		this.#tMs = data.t;
		this.#sendPoses();
		const render = this.#render;
		if (render !== null) {
			const drawn = new Promise<void>((resolve) => {
				this.#shot = (done) => {
					if (done >= tick) resolve();
				};
			});
			const body = { tick, poses: this.#currentPoses() };
			render.postMessage({ v: PROTOCOL_VERSION, ch: 'render', seq: this.#seq++, t: data.t, body });
			await drawn;
		}
		port.postMessage({ v: PROTOCOL_VERSION, ch: 'shot', seq: this.#seq++, t: data.t, body: { tick } });
	}
}
