// What follows when a worker is gone: each death has the outcome that docs/architecture.md states. The arm is disarmed by
// it; nothing is armed again by itself. Knows which parts the lab has, not how they work.

import type { ErrorCode } from '$lib/contracts';
import type { ArmLink } from './arm-link';
import type { Exports } from './exports';
import type { LabCameras } from './lab-cameras';
import { IDLE_REPORT } from './lab-state';
import { deathProblem } from './problems';
import type { RecordingControl } from './recording';
import type { RobotFeed } from './robot-feed';
import type { WorkerName } from './worker-set';

/** A ROBOT that dies again this soon is not started by itself a second time: a person decides. */
const RESTART_PAUSE_MS = 10_000;

export interface DyingParts {
	readonly link: ArmLink;
	readonly feed: RobotFeed;
	readonly cameras: LabCameras;
	readonly recording: RecordingControl;
	readonly exports: Exports;
	readonly fail: (code: ErrorCode) => void;
	/** Nothing is heard of this arm any more; the next one is another. */
	readonly onArmDied: () => void;
	readonly restartArm: () => Promise<void>;
	readonly restartRecorder: () => Promise<void>;
	readonly refreshLibrary: () => Promise<void>;
}

export class WorkerDeaths {
	readonly #parts: DyingParts;
	#selfRestartedAtMs = Number.NEGATIVE_INFINITY;

	constructor(parts: DyingParts) {
		this.#parts = parts;
	}

	/** Resolves when what is started anew by itself is there. */
	async died(name: WorkerName): Promise<void> {
		const { link, cameras, recording, exports, fail, restartRecorder, refreshLibrary } = this.#parts;
		const code = deathProblem(name);
		switch (name) {
			case 'robot':
			case 'plant':
				await this.#armDied(name);
				break;
			case 'render':
			case 'frames':
				cameras.gone(name);
				recording.send({ type: 'interrupt', code });
				fail(code);
				await cameras.join(link.side);
				break;
			case 'recorder':
				recording.lost();
				fail(code);
				await link.side?.robot.api.record(false).catch(() => undefined);
				await restartRecorder();
				await cameras.join(link.side);
				await refreshLibrary();
				break;
			case 'dataset':
				fail(code);
				await exports.start();
				break;
			case 'infer':
				fail(code);
				break;
		}
	}

	/** ROBOT starts anew by itself, disarmed; a dead PLANT is a pulled cable, which a person plugs in again. */
	async #armDied(name: 'robot' | 'plant'): Promise<void> {
		const { link, feed, recording, fail, onArmDied, restartArm } = this.#parts;
		if (link.side === null) return;
		const code = deathProblem(name);
		link.end();
		feed.report = { ...IDLE_REPORT, status: 'lost', reason: name };
		recording.send({ type: 'interrupt', code });
		fail(code);
		onArmDied();
		if (name !== 'robot' || performance.now() - this.#selfRestartedAtMs < RESTART_PAUSE_MS) return;
		this.#selfRestartedAtMs = performance.now();
		await restartArm();
	}
}
