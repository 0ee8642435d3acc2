// The SO-101 and its table as plain data: light enough for the page and for every worker.

export {
	armPoses,
	createPoses,
	CUBE_BODY_INDEX,
	PICK_PLACE_SCENE,
	sceneGeometry,
	setPose,
	TARGET_BODY_INDEX
} from './scene';
export { startPositions } from './start-positions';
