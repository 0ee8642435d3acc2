// What one turn of the control loop saw and did, alone and in batches. Struct of arrays, transferable, no objects per tick.

/** Why the gate changed or refused a setpoint; bits, because several may hold at once. */
export const LIMITED_BY = {
	joint: 1,
	speed: 2,
	ahead: 4,
	stale: 8,
	notFinite: 16,
	wrongLength: 32,
	handover: 64,
	hold: 128,
	backoff: 256,
	stopped: 512
} as const;

export const TICK_FLAGS = {
	/** The state of this tick was read; without it every state and telemetry value of the tick is NaN. */
	read: 1,
	/** A goal was sent in this tick. */
	sent: 2,
	armed: 4,
	/** At least one retry was needed. */
	retried: 8
} as const;

/** `count` ticks of an N-joint arm. Arrays are tick-major: value of joint j in tick i at i*N+j. They may share one buffer. */
export interface TickBatch {
	readonly v: 1;
	readonly armId: string;
	readonly joints: number;
	readonly count: number;
	/** Tick number of the first entry; the others follow without gaps. */
	readonly firstTick: number;
	/** Capture time of the state (ROBOT clock, ms). */
	readonly tMs: Float64Array;
	/** LeRobot units. NaN where the read failed. */
	readonly state: Float32Array;
	/** What the gate let through, LeRobot units; NaN while nothing is commanded. */
	readonly goal: Float32Array;
	readonly flags: Uint16Array;
	readonly limitedBy: Uint16Array;
	/** Load in percent of maximum torque (signed), volts, degrees Celsius, milliampere. NaN where not read. */
	readonly load: Float32Array;
	readonly voltage: Float32Array;
	readonly temperature: Float32Array;
	readonly current: Float32Array;
	/** What the servos complain of with their answers: bits of SERVO_FAULTS, 0 where nothing was read. */
	readonly faults: Uint8Array;
}

/** A wish for the arm. Only the newest counts; `epoch` must equal the arbiter's current one. */
export interface Setpoint {
	readonly v: 1;
	readonly source: SetpointSource;
	readonly epoch: number;
	/** When it was wished, ROBOT clock. Older than 100 ms is refused. */
	readonly tMs: number;
	/** Joint targets in LeRobot units, order of the RobotSpec. */
	readonly q: Float32Array;
}

export type SetpointSource =
	'sliders' | 'keyboard' | 'gamepad' | 'leader' | 'policy' | 'replay' | 'expert' | 'park';

/** Running totals of one arm's loop. Every number is counted, none is estimated. */
export interface LoopCounters {
	readonly ticks: number;
	/** Ticks that started more than one period late. */
	readonly missedTicks: number;
	/** Ticks whose state could not be read after all retries. */
	readonly failedTicks: number;
	readonly retries: number;
	readonly badPackets: number;
	readonly refusedSetpoints: number;
	readonly eepromWrites: number;
	/** Wire time charged so far, ms. */
	readonly wireMs: number;
}

/** Lab clock for a recording rate: the smallest multiple of `fps` that is at least `leastHz` (docs/decisions/0003). */
export function labRateHz(fps: number, leastHz = 200): number {
	return Math.ceil(leastHz / fps) * fps;
}
