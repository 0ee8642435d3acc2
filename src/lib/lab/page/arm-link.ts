// The page's end of the arm: ROBOT, and PLANT where the arm is a virtual one. Starts and ends both, passes on what they
// say, and hands the stop pad's port to every new ROBOT. Knows workers and ports; knows nothing of what is shown.

import { transfer } from 'comlink';
import { startArmSide, type ArmKind, type ArmSide, type LinkOptions } from './links';
import type { WorkerSet } from './worker-set';

export interface ArmLinkOptions {
	readonly workers: WorkerSet;
	readonly links: () => LinkOptions;
	readonly onRobot: (data: unknown) => void;
	readonly onPlant: (data: unknown) => void;
}

export class ArmLink {
	readonly #options: ArmLinkOptions;
	#side: ArmSide | null = null;
	#padPort: MessagePort | null = null;
	#generation = 0;

	constructor(options: ArmLinkOptions) {
		this.#options = options;
	}

	get side(): ArmSide | null {
		return this.#side;
	}

	/** Grows with every new ROBOT: who holds a port of an older one needs a new one. */
	get generation(): number {
		return this.#generation;
	}

	async start(kind: ArmKind): Promise<ArmSide> {
		const { workers, links, onRobot, onPlant } = this.#options;
		const side = await startArmSide(workers, kind, links());
		this.#side = side;
		this.#generation += 1;
		side.robotPort.onmessage = (event: MessageEvent<unknown>) => onRobot(event.data);
		if (side.plant !== null)
			side.plant.posesPort.onmessage = (event: MessageEvent<unknown>) => onPlant(event.data);
		this.#givePad();
		return side;
	}

	/** Steps as fast as every part keeps up; the page's beat goes with each step, in virtual time. */
	async driveLockstep(beat: () => void): Promise<void> {
		const side = this.#side;
		while (side !== null && this.#side === side) {
			beat();
			await side.robot.api.step(1).catch(() => new Promise((resolve) => setTimeout(resolve, 200)));
		}
	}

	/** The page goes; its workers are ended by whoever started them. */
	forget(): void {
		this.#side = null;
	}

	/** Both halves: the other one would go on telling of an arm that nobody controls. */
	end(): void {
		const side = this.#side;
		this.#side = null;
		side?.robotPort.close();
		side?.robot.terminate();
		side?.plant?.worker.terminate();
	}

	/** The other end of the pad's port; ROBOT hears it without the page. */
	attachPad(port: MessagePort): void {
		this.#padPort?.close();
		this.#padPort = port;
		this.#givePad();
	}

	#givePad(): void {
		const port = this.#padPort;
		if (port === null || this.#side === null) return;
		this.#padPort = null;
		void this.#side.robot.api.attachPad(transfer(port, [port]));
	}
}
