// What the workers of the lab say to each other (the numbered lines of docs/architecture.md). Commands go by comlink;
// everything in this file travels over raw message ports, in batches, never through a proxy.

import type { Setpoint, TickBatch } from './tick';
import type { I420Frame } from './camera';

export const PROTOCOL_VERSION = 1;

/** Every message on a raw port. `t` is in the ROBOT time base, ms. */
export interface Envelope<C extends string, B> {
	readonly v: typeof PROTOCOL_VERSION;
	readonly ch: C;
	readonly seq: number;
	readonly t: number;
	readonly body: B;
}

/** What the person wants right now, as raw input: turning it into setpoints is ROBOT's work, at its own rate. */
export type Wish =
	/** Joint targets in LeRobot units, order of the RobotSpec. */
	| { readonly source: 'sliders'; readonly q: Float32Array }
	/** Jog keys held down, see teleop's key map. */
	| { readonly source: 'keyboard'; readonly held: readonly string[] }
	/** Standard mapping of the Gamepad API. */
	| { readonly source: 'gamepad'; readonly axes: readonly number[]; readonly buttons: readonly number[] }
	/** The leader arm is read by ROBOT itself. */
	| { readonly source: 'leader' };

/** PAGE -> ROBOT, every 33 ms while the page is visible; a silent page for 100 ms means hold. */
export type BeatMessage = Envelope<'beat', Beat>;

export interface Beat {
	readonly wish: Wish | null;
	/** False once, when the page is hidden; then it falls silent. */
	readonly visible: boolean;
	/** 0..1 while the computer runs on its battery; null when charging or not told. */
	readonly batteryLevel: number | null;
}

export type PageToRobot = BeatMessage;

/** Pad (sandboxed frame) -> ROBOT. Kept flat: the pad is twenty lines of plain script. */
export interface PadStopMessage {
	readonly v: typeof PROTOCOL_VERSION;
	readonly ch: 'stop';
	readonly input: 'pointer' | 'key';
	/** When the finger went down, ms since 1970. */
	readonly atEpochMs: number;
}

/** ROBOT -> PAGE, every 33 ms. */
export type TicksMessage = Envelope<'ticks', TickBatch>;
export type ArmStateMessage = Envelope<'arm', ArmReport>;
/** ROBOT -> PAGE: a squeeze of the leader's trigger asked to start or stop recording. */
export type GestureMessage = Envelope<'gesture', { readonly gesture: 'record' }>;
/** ROBOT -> PAGE: RECORDER has not taken anything for a second; recording must end. */
export type TooSlowMessage = Envelope<'too-slow', object>;
export type RobotToPage = TicksMessage | ArmStateMessage | GestureMessage | TooSlowMessage;

/** Whether the arm may move, as the page shows it. */
export interface ArmReport {
	readonly armId: string;
	readonly status:
		| 'disconnected'
		| 'connecting'
		| 'disarmed'
		| 'arming'
		| 'armed'
		| 'holding'
		| 'stopped'
		| 'resting'
		| 'lost';
	/** Why it holds or stopped; a key of the words shown, '' when it moves freely. */
	readonly reason: string;
	/** The arm is moving slowly to meet its new source. */
	readonly handover: boolean;
	/** Whether the servos hold the arm up: `on` as soon as one joint does, `unknown` where nobody could ask. */
	readonly torque: 'off' | 'on' | 'unknown';
	readonly epoch: number;
	readonly source: Setpoint['source'];
}

/** One record tick, ROBOT -> RECORDER, lossless, in batches of up to 100 ms. */
export interface RecordTick {
	/** 0, 1, 2, ... since recording started; nominal time is index / fps. */
	readonly index: number;
	/** Capture time of the state on the ROBOT clock. */
	readonly tMs: number;
	/** False: the state of this tick could not be read; `state` is empty. */
	readonly read: boolean;
	readonly state: Float32Array;
	readonly action: Float32Array;
	/** A person had taken over from a policy when the state was read. */
	readonly correction?: boolean;
}

export type RecordTicksMessage = Envelope<'record', { readonly ticks: readonly RecordTick[] }>;
/** RECORDER -> ROBOT: how many more batches it will take. */
export type CreditMessage = Envelope<'credit', { readonly batches: number }>;
/** RECORDER -> ROBOT in lockstep: everything of this record tick is encoded and stored or queued. */
export type RecordedMessage = Envelope<'recorded', { readonly index: number }>;
export type RecorderToRobot = CreditMessage | RecordedMessage;

/** Camera worker -> RECORDER. */
export type FrameMessage = Envelope<'frame', { readonly camera: string; readonly frame: I420Frame }>;

/** True for an object that claims to be an envelope of this version on one of `channels`; anything else is dropped and counted. */
export function isEnvelope<C extends string>(
	value: unknown,
	channels: readonly C[]
): value is Envelope<C, unknown> {
	if (typeof value !== 'object' || value === null) return false;
	const candidate = value as { v?: unknown; ch?: unknown };
	return (
		candidate.v === PROTOCOL_VERSION &&
		typeof candidate.ch === 'string' &&
		channels.includes(candidate.ch as C)
	);
}
