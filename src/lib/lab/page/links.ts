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
}

/** ROBOT and PLANT share a fate: bytes in flight cannot be resumed. */
export interface ArmSide {
	readonly robot: RunningWorker<RobotApi>;
	readonly plant: RunningWorker<PlantApi>;
	/** Beats out, tick batches in. */
	readonly robotPort: MessagePort;
	/** Poses in. */
	readonly posesPort: MessagePort;
}

export async function startArmSide(set: WorkerSet, options: LinkOptions): Promise<ArmSide> {
	const [robot, plant] = await Promise.all([set.start<RobotApi>('robot'), set.start<PlantApi>('plant')]);
	const page = new MessageChannel();
	const poses = new MessageChannel();
	const follower = new MessageChannel();
	const leader = new MessageChannel();
	const sync = new MessageChannel();
	const { clock, fps, seed } = options;
	const plantPorts = { follower: follower.port2, leader: leader.port2, page: poses.port2, sync: sync.port2 };
	await plant.api.attach(transfer(plantPorts, Object.values(plantPorts)), { clock, seed });
	const robotPorts = { page: page.port2, follower: follower.port1, leader: leader.port1, sync: sync.port1 };
	await robot.api.attach(transfer(robotPorts, Object.values(robotPorts)), { clock, fps });
	return { robot, plant, robotPort: page.port1, posesPort: poses.port1 };
}

/**
 * Joins poses -> pictures -> store, and record ticks -> store; to be called again when any of the ends is new.
 * @returns the port on which RENDER reports its figures
 */
export async function joinPictures(
	arm: ArmSide,
	render: RunningWorker<RenderApi>,
	recorder: RunningWorker<RecorderApi>,
	options: LinkOptions
): Promise<MessagePort> {
	const poses = new MessageChannel();
	const frames = new MessageChannel();
	const ticks = new MessageChannel();
	const figures = new MessageChannel();
	const { scene, cameras, width, height, fps, clock, stampNumbers } = options;
	await arm.plant.api.attachRender(transfer(poses.port1, [poses.port1]));
	const ports = { plant: poses.port2, consumers: [frames.port1], page: figures.port2 };
	await render.api.attach(transfer(ports, [poses.port2, frames.port1, figures.port2]), {
		scene,
		cameras,
		width,
		height,
		fps,
		clock,
		stampNumbers
	});
	await recorder.api.attachFrames(transfer(frames.port2, [frames.port2]));
	await recorder.api.attachRobot(transfer(ticks.port1, [ticks.port1]));
	await arm.robot.api.attachRecorder(transfer(ticks.port2, [ticks.port2]));
	return figures.port1;
}
