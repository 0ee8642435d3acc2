// The wiring: which port goes from which worker to which. Makes every channel anew when one of its ends was replaced, so
// that the neighbours of a dead worker can go on. The page keeps only its own ends.

import { transfer } from 'comlink';
import type { SceneDescription } from '$lib/contracts';
import type { ClockMode, PlantApi, RecorderApi, RenderApi, RobotApi } from '../hosts/api';
import type { RunningWorker, WorkerSet } from './worker-set';

export interface LinkOptions {
	readonly clock: ClockMode;
	readonly fps: number;
	readonly seed: number;
	readonly scene: SceneDescription;
	readonly cameras: readonly string[];
	readonly width: number;
	readonly height: number;
	readonly stampNumbers: boolean;
	/** Which tab of the lab this is; null before it is known. */
	readonly tab: number | null;
}

/** What moves: the virtual arm, or a real one at a port that ROBOT opens itself. */
export type ArmKind = 'virtual' | 'real';

export interface ArmSide {
	readonly robot: RunningWorker<RobotApi>;
	/** Beats out, tick batches in. */
	readonly robotPort: MessagePort;
	/** Null for a real arm. ROBOT and PLANT share a fate: bytes in flight cannot be resumed. */
	readonly plant: PlantSide | null;
}

interface PlantSide {
	readonly worker: RunningWorker<PlantApi>;
	/** Poses in. */
	readonly posesPort: MessagePort;
}

export async function startArmSide(set: WorkerSet, kind: ArmKind, options: LinkOptions): Promise<ArmSide> {
	const { clock, fps, tab } = options;
	const page = new MessageChannel();
	if (kind === 'real') {
		const robot = await set.start<RobotApi>('robot');
		await robot.api.attach(transfer({ page: page.port2, virtual: null }, [page.port2]), { clock, fps, tab });
		return { robot, robotPort: page.port1, plant: null };
	}
	const [robot, worker] = await Promise.all([set.start<RobotApi>('robot'), set.start<PlantApi>('plant')]);
	const follower = new MessageChannel();
	const leader = new MessageChannel();
	const sync = new MessageChannel();
	const poses = new MessageChannel();
	const plantPorts = { follower: follower.port2, leader: leader.port2, page: poses.port2, sync: sync.port2 };
	await worker.api.attach(transfer(plantPorts, Object.values(plantPorts)), { clock, seed: options.seed });
	const virtual = { follower: follower.port1, leader: leader.port1, sync: sync.port1 };
	const ports = { page: page.port2, virtual };
	await robot.api.attach(transfer(ports, [page.port2, ...Object.values(virtual)]), { clock, fps });
	return { robot, robotPort: page.port1, plant: { worker, posesPort: poses.port1 } };
}

/** Joins record ticks -> store; to be called again when one of the ends is new. */
export async function joinTicks(arm: ArmSide, recorder: RunningWorker<RecorderApi>): Promise<void> {
	const ticks = new MessageChannel();
	await recorder.api.attachRobot(transfer(ticks.port1, [ticks.port1]));
	await arm.robot.api.attachRecorder(transfer(ticks.port2, [ticks.port2]));
}

/**
 * Joins poses -> pictures -> store; to be called again when any of the ends is new.
 * @param more ports of further consumers of pictures
 * @returns the port on which RENDER reports its figures
 */
export async function joinPictures(
	plant: RunningWorker<PlantApi>,
	render: RunningWorker<RenderApi>,
	recorder: RunningWorker<RecorderApi>,
	options: LinkOptions,
	more: readonly MessagePort[] = []
): Promise<MessagePort> {
	const poses = new MessageChannel();
	const frames = new MessageChannel();
	const figures = new MessageChannel();
	const { scene, cameras, width, height, fps, clock, stampNumbers } = options;
	await plant.api.attachRender(transfer(poses.port1, [poses.port1]));
	const ports = { plant: poses.port2, consumers: [frames.port1, ...more], page: figures.port2 };
	await render.api.attach(transfer(ports, [poses.port2, frames.port1, figures.port2, ...more]), {
		scene,
		cameras,
		width,
		height,
		fps,
		clock,
		stampNumbers
	});
	await recorder.api.attachFrames(transfer(frames.port2, [frames.port2]));
	return figures.port1;
}
