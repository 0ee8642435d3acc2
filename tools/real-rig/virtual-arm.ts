// One arm of the rig: a virtual SO-101 on its wire, the faults that were put into it, and whatever else may hang on a serial
// port in its place. Bytes in, bytes out, at stamps it is handed; knows no terminals and reads no clock.

import { SO101, SO101_CHAIN, type JointPlant } from '$lib/contracts';
import {
	createSo101Chain,
	createSo101Plant,
	PRESETS_OUT_OF_THE_BOX,
	Wire,
	type FaultRates,
	type ServoChain
} from '$lib/sim';
import type { ArmAction, ArmState } from './commands';

type HealAs = Extract<ArmAction, { do: 'heal' }>['as'];

/** Addresses of the servos' table that faults write on the bench, past every lock. */
const FIRMWARE = 0;
const MODEL = 3;
const ID = 5;
const BAUD = 6;
const MIN_LIMIT = 9;
const MAX_LIMIT = 11;
const OFFSET = 31;
const TORQUE = 40;
const RATED_VOLTS = 7.4;
/** Steps by which another arm's horns sit otherwise. */
const OTHER_MOUNTING = 137;
const GPS_EVERY_MS = 100;
const GPS_LINE = '$GPGGA,092725.00,4717.11399,N,00833.91590,E,1,08,1.01,499.6,M,48.0,M,,*5B\r\n';

export interface VirtualArm {
	/** Bytes from the host at its rate, at `atMs` of the rig's clock; answers go to `say`. */
	hear(bytes: Uint8Array, baudRate: number, atMs: number): void;
	/** Time goes on without bytes. */
	advanceTo(atMs: number): void;
	apply(action: ArmAction): void;
	state(): Omit<ArmState, 'plugged'>;
}

/** Radians (0 = middle of the range) of a LeRobot value of joint `j`. */
function radiansOf(j: number, value: number): number {
	const { minRad = 0, maxRad = 0 } = SO101_CHAIN.joints[j] ?? {};
	const percent = SO101.joints[j]?.unit === 'percent';
	return percent ? minRad + ((maxRad - minRad) * value) / 100 : (value * Math.PI) / 180;
}

function valueOf(j: number, radians: number): number {
	const { minRad = 0, maxRad = 0 } = SO101_CHAIN.joints[j] ?? {};
	const percent = SO101.joints[j]?.unit === 'percent';
	return percent ? ((radians - minRad) / (maxRad - minRad)) * 100 : (radians * 180) / Math.PI;
}

/** Brings joints somewhere and holds them, stronger than any motor. */
class Hand {
	readonly #ways: { joint: number; from: number; to: number; startMs: number; overMs: number }[] = [];

	take(pose: Readonly<Record<string, number>> | null, overMs: number, atMs: number, q: Float64Array): void {
		if (pose === null) this.#ways.length = 0;
		for (const [name, value] of Object.entries(pose ?? {})) {
			const joint = SO101.joints.findIndex((spec) => spec.name === name);
			if (joint < 0) throw new RangeError(`no joint ${name}`);
			const before = this.#ways.findIndex((way) => way.joint === joint);
			if (before >= 0) this.#ways.splice(before, 1);
			this.#ways.push({ joint, from: q[joint] ?? 0, to: radiansOf(joint, value), startMs: atMs, overMs });
		}
	}

	hold({ q, qd }: JointPlant, atMs: number): void {
		for (const { joint, from, to, startMs, overMs } of this.#ways) {
			const share = overMs <= 0 ? 1 : Math.min(1, (atMs - startMs) / overMs);
			q[joint] = from + (to - from) * share;
			qd[joint] = 0;
		}
	}
}

/** A plant in a hand's reach. */
function inHand(plant: JointPlant, hand: Hand): JointPlant {
	let ms = 0;
	return {
		jointCount: plant.jointCount,
		q: plant.q,
		qd: plant.qd,
		step(dtS, torqueNm) {
			plant.step(dtS, torqueNm);
			ms += dtS * 1000;
			hand.hold(plant, ms);
		},
		reset: (q) => plant.reset(q)
	};
}

export interface VirtualArmOptions {
	/** How its horns are mounted; also its calibration. */
	readonly homingOffsets: readonly number[];
	readonly say: (bytes: Uint8Array) => void;
}

class RigArm implements VirtualArm {
	readonly #options: VirtualArmOptions;
	readonly #hand = new Hand();
	readonly #plant: JointPlant;
	readonly #warm = new Map<number, number>();
	#chain: ServoChain;
	#wire: Wire;
	#device: 'arm' | 'gps' | 'printer' = 'arm';
	#echo = false;
	#spokeMs = 0;
	#heardBytes = 0;
	#lastingBefore = 0;

	constructor(options: VirtualArmOptions) {
		this.#options = options;
		this.#plant = inHand(createSo101Plant(), this.#hand);
		this.#chain = this.#servos('calibrated', 0);
		this.#wire = new Wire({ chain: this.#chain });
	}

	#servos(as: HealAs, startMs: number): ServoChain {
		const { homingOffsets } = this.#options;
		return createSo101Chain({
			plant: this.#plant,
			homingOffsets: as === 'another' ? homingOffsets.map((steps) => steps + OTHER_MOUNTING) : homingOffsets,
			holdsOnTorque: true,
			startMs,
			...(as === 'calibrated' || as === 'another' ? {} : { calibration: null }),
			...(as === 'new' ? { configured: false, presets: PRESETS_OUT_OF_THE_BOX } : {})
		});
	}

	hear(bytes: Uint8Array, baudRate: number, atMs: number): void {
		this.#heardBytes += bytes.length;
		this.advanceTo(atMs);
		if (this.#device !== 'arm') return;
		if (this.#echo) this.#options.say(bytes.slice());
		this.#wire.baudRate = baudRate;
		const { startMs } = this.#wire.reserve(bytes.length, atMs);
		this.#wire.hear(bytes, startMs);
		this.#handOver(this.#wire.horizonMs);
	}

	advanceTo(atMs: number): void {
		for (const [j, celsius] of this.#warm) {
			const motor = this.#chain.servos[j]?.motor;
			if (motor !== undefined) motor.temperatureC = celsius;
		}
		this.#chain.advanceTo(atMs);
		this.#handOver(atMs);
		if (this.#device !== 'gps') return;
		if (atMs - this.#spokeMs < GPS_EVERY_MS) return;
		this.#spokeMs = atMs;
		this.#options.say(Buffer.from(GPS_LINE));
	}

	/** Wire time is charged to the stamps, not waited for; late answers wait for their time. */
	#handOver(untilMs: number): void {
		for (let due = this.#wire.nextHandoverMs(); due !== undefined && due <= untilMs;) {
			const chunk = this.#wire.take(due);
			if (chunk === null) return;
			this.#options.say(chunk);
			due = this.#wire.nextHandoverMs();
		}
	}

	apply(action: ArmAction): void {
		const chain = this.#chain;
		const at = 'servo' in action && action.servo !== undefined ? action.servo - 1 : -1;
		const servo = chain.servos[at];
		switch (action.do) {
			case 'missing':
				if (servo !== undefined) servo.missing = action.on;
				return;
			case 'power':
				chain.supplyVolts = action.on ? RATED_VOLTS : 0;
				return;
			case 'volts':
				chain.supplyVolts = action.volts ?? RATED_VOLTS;
				return;
			case 'id':
				servo?.memory.preset(ID, action.to, 1);
				return;
			case 'baud':
				for (const each of servo === undefined ? chain.servos : [servo])
					each.memory.preset(BAUD, action.register, 1);
				return;
			case 'firmware':
				servo?.memory.preset(FIRMWARE, action.major, 1);
				servo?.memory.preset(FIRMWARE + 1, action.minor, 1);
				return;
			case 'model':
				servo?.memory.preset(MODEL, action.number, 2);
				return;
			case 'temperature':
				if (action.celsius === null) this.#warm.delete(at);
				else this.#warm.set(at, action.celsius);
				return;
			case 'status':
				if (servo !== undefined) servo.motor.stuckStatus = action.bits;
				return;
			case 'block':
				if (servo !== undefined) servo.blockedAt = action.on ? (this.#plant.q[at] ?? 0) : null;
				return;
			case 'noise':
				this.#wire.dice.rates = ratesOf(action);
				return;
			case 'echo':
				this.#echo = action.on;
				return;
			case 'device':
				this.#device = action.is;
				return;
			case 'hand':
				this.#hand.take(action.pose, action.overMs, chain.nowMs, this.#plant.q);
				return;
			case 'heal':
				this.#heal(action.as);
				return;
		}
	}

	/** Other servos in the same arm: it stays where it is. */
	#heal(as: HealAs): void {
		this.#lastingBefore = this.state().lastingWrites;
		this.#chain = this.#servos(as, this.#chain.nowMs);
		this.#wire = new Wire({ chain: this.#chain });
		this.#warm.clear();
		this.#device = 'arm';
		this.#echo = false;
	}

	state(): Omit<ArmState, 'plugged'> {
		const { servos, volts } = this.#chain;
		return {
			positions: servos.map((_servo, j) => this.#chain.presentPosition(j)),
			pose: [...this.#plant.q].map((radians, j) => valueOf(j, radians)),
			torque: servos.map(({ memory }) => memory.byte(TORQUE) === 1),
			ids: servos.map(({ id }) => id),
			offsets: servos.map(({ memory }) => memory.signed(OFFSET, 11)),
			limits: servos.map(({ memory }) => [memory.word(MIN_LIMIT), memory.word(MAX_LIMIT)]),
			lastingWrites: servos.reduce((sum, { memory }) => sum + memory.lastingWrites, this.#lastingBefore),
			volts,
			heardBytes: this.#heardBytes
		};
	}
}

function ratesOf(action: Extract<ArmAction, { do: 'noise' }>): FaultRates {
	const { do: _do, ...rates } = action;
	const given = Object.entries(rates).filter(([, value]) => value !== undefined);
	return Object.fromEntries(given);
}

export function createVirtualArm(options: VirtualArmOptions): VirtualArm {
	return new RigArm(options);
}
