// The teleop room: hands, sticks, leader arms and recordings turned into wishes for the arm.

export { createGamepad, GAMEPAD_AXES, GAMEPAD_BUTTONS, type GamepadInput } from './gamepad';
export { codeOf, HAND_KEYS, JOINT_KEYS, jogKeyFor, type JogKey, type JogMode } from './jog-keys';
export {
	createJogMotion,
	JOG_SPEEDS,
	type JogMotion,
	type JogMotionOptions,
	type JogSpeeds
} from './jog-motion';
export { createKeyboard } from './keyboard';
export { createLeader, createSqueezeDetector, type SqueezeDetector, type SqueezeGesture } from './leader';
export { createPageDrive, type PageDrive } from './page-drive';
export {
	judgePair,
	judgeRole,
	recognisePair,
	type PairPlace,
	type PairVerdict,
	type Recognition
} from './pair';
export { findLeaderByHand, type PairWatchFailure, type PairWatchOptions } from './pair-watch';
export {
	commandFor,
	createRecordTriggers,
	RECORD_KEYS,
	type RecordCommand,
	type RecordPhase,
	type RecordTrigger,
	type RecordTriggers
} from './record-trigger';
export { createReplay, nominalTimes, type Replay, type ReplayGate, type ReplayRows } from './replay';
export { createSliders } from './sliders';
export type { DriveSource } from './source';
