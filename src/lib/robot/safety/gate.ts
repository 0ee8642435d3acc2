/**
 * The one gate that every command passes before it is written to the servos. A pure step per tick: wish and state in,
 * goal out. Knows limits, speeds, ages and the arm's shape; knows nothing of bytes, ports, workers and people.
 *
 * A goal goes through, in this order: refusal (NaN, length, age, epoch, absurd values) -> joint limits -> step towards
 * the wish, stretched in time -> ahead budget -> speed check of the whole step. The speed check stands last, so that no
 * sent goal is ever further from the one before than the speeds allow; only a fresh start (arming, reset, clock jump)
 * places the goal anew, and then on the state that was read, where it moves nothing.
 *
 * [Note: hold] "Hold" lets the arm come to rest where it is. A joint that stands keeps its goal: it is in balance, any
 * other goal would move it. A joint that moves gets the goal that balances its weight at the present angle, because its
 * old goal still lies ahead by up to the lag, and the bare present angle would let it sag by weight / stiffness. Both are
 * fixed once, at the start of the hold: following the state would let the arm creep down.
 */
import type { RobotSpec, Setpoint, SetpointSource } from '$lib/contracts';
import { LIMITED_BY, SO101 } from '$lib/contracts';
import { createAheadLimiter } from './ahead-limiter';
import type { ArmModel } from './arm-geometry';
import { createArmGeometry, SO101_ARM_MODEL } from './arm-geometry';
import type { GateLimits } from './gate-limits';
import { SO101_GATE_LIMITS } from './gate-limits';
import type { GateInput, SafetyGate, SafetyGateOutput } from './gate-types';
import { createHealth, HEALTH } from './health';
import type { JointRange } from './joint-range';
import { createJointRange } from './joint-range';
import { createStepLimiter } from './step-limiter';
import { createVelocityEstimate } from './velocity-estimate';
import { refusal } from './wish-check';

export interface GateOptions {
	readonly spec?: RobotSpec;
	readonly model?: ArmModel;
	readonly limits?: GateLimits;
}

/** Below this a joint counts as standing, LeRobot units per second. */
const STANDING_PER_S = 4;

interface MutableOutput {
	send: boolean;
	readonly goal: Float32Array;
	limitedBy: number;
	handover: boolean;
	refused: boolean;
	stretch: number;
	health: number;
	policySlowMs: number;
}

/** For one kind of array each, see arm-geometry. */
const at = (values: Float64Array, index: number): number => values[index] ?? Number.NaN;
const at32 = (values: Float32Array, index: number): number => values[index] ?? Number.NaN;
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

export function createGate(options: GateOptions = {}): SafetyGate {
	return new ArmGate(
		options.spec ?? SO101,
		options.model ?? SO101_ARM_MODEL,
		options.limits ?? SO101_GATE_LIMITS
	);
}

class ArmGate implements SafetyGate {
	readonly #spec: RobotSpec;
	readonly #limits: GateLimits;
	readonly #steps;
	readonly #ahead;
	readonly #health;
	readonly #velocity;
	readonly #range: JointRange;
	readonly #wish: Float64Array;
	readonly #next: Float64Array;
	readonly #hold: Float64Array;
	readonly #clipped: Uint8Array;
	/** How far the wish of this step lies from the goal before. */
	readonly #asked: Float64Array;
	/** The last goal of a trajectory that was broken off, NaN when the servos hold none of ours. */
	readonly #inForce: Float32Array;
	readonly #jointPerS: Float64Array;
	readonly #speeds = { tipMmPerS: 0, jointPerS: new Float64Array(0) as ArrayLike<number>, fraction: 1 };
	readonly #out: MutableOutput;
	/** The trajectory has a start: `goal` is what the servos were told last. */
	#anchored = false;
	#lastMs = Number.NEGATIVE_INFINITY;
	#source: SetpointSource | null = null;
	#handover = true;
	#holding = false;
	#heldMs = 0;
	#used = 0;
	#policyMs = 0;

	constructor(spec: RobotSpec, model: ArmModel, limits: GateLimits) {
		const joints = spec.joints.length;
		if (joints !== model.chain.joints.length || joints !== limits.jointPerS.length)
			throw new RangeError(`${spec.robotType}: spec, model and limits speak of different joints`);
		this.#spec = spec;
		this.#limits = limits;
		const geometry = createArmGeometry(model);
		this.#steps = createStepLimiter(geometry);
		this.#ahead = createAheadLimiter(geometry, limits);
		this.#health = createHealth(spec);
		this.#velocity = createVelocityEstimate(joints);
		this.#range = createJointRange(spec, limits);
		this.#wish = new Float64Array(joints);
		this.#next = new Float64Array(joints);
		this.#hold = new Float64Array(joints);
		this.#clipped = new Uint8Array(joints);
		this.#asked = new Float64Array(joints);
		this.#inForce = new Float32Array(joints).fill(Number.NaN);
		this.#jointPerS = new Float64Array(joints);
		this.#out = {
			send: false,
			goal: new Float32Array(joints).fill(Number.NaN),
			limitedBy: 0,
			handover: false,
			refused: false,
			stretch: 0,
			health: 0,
			policySlowMs: limits.newPolicyMs
		};
	}

	get loadShare(): number {
		return this.#ahead.loadShare;
	}

	introducePolicy(slowMs: number = Number.NaN): void {
		const minuteMs = this.#limits.newPolicyMs;
		this.#policyMs = slowMs >= 0 && slowMs <= minuteMs ? minuteMs - slowMs : 0;
		this.#out.policySlowMs = minuteMs - this.#policyMs;
	}

	reset(): void {
		this.#forgetMotion();
		this.#inForce.fill(Number.NaN);
		this.#ahead.reset();
		this.#health.reset();
	}

	/** What was planned does not count any more; the goal that was sent last is still what the servos hold. */
	#forgetMotion(): void {
		if (this.#anchored) this.#inForce.set(this.#out.goal);
		this.#anchored = false;
		this.#handover = true;
		this.#holding = false;
		this.#source = null;
		this.#used = 0;
		this.#velocity.reset();
		this.#ahead.distrust();
	}

	step(input: GateInput): SafetyGateOutput {
		const out = this.#out;
		out.limitedBy = 0;
		out.refused = false;
		out.stretch = 0;
		const dtS = this.#elapsed(input);
		const readable = this.#range.believes(input.state, input.stateAgeMs);
		if (!input.armed) {
			this.reset();
			return this.#silent();
		}
		if (readable && input.state) this.#observe(input, input.state, dtS);
		out.health = this.#health.flags;
		if (!this.#anchored) {
			if (!readable || !input.state) {
				out.limitedBy = LIMITED_BY.hold | (input.stopped ? LIMITED_BY.stopped : 0);
				return this.#silent();
			}
			this.#anchor(input.state);
		}
		const held = this.#reasonsToHold(input, readable);
		out.send = true;
		if (held !== 0) this.#holdStill(held, readable, dtS);
		else if (input.setpoint) this.#follow(input.setpoint, dtS);
		if (out.health & ~(HEALTH.warm | HEALTH.park)) out.limitedBy |= LIMITED_BY.backoff;
		out.handover = this.#handover;
		return out;
	}

	#silent(): SafetyGateOutput {
		this.#out.send = false;
		this.#out.handover = false;
		this.#out.goal.fill(Number.NaN);
		return this.#out;
	}

	/** Seconds of motion this step may make; a clock that jumps or runs backwards voids the trajectory. */
	#elapsed(input: GateInput): number {
		const back = input.nowMs < this.#lastMs;
		const jumpMs = 1000 * this.#limits.clockJumpS;
		const jump = input.nowMs - this.#lastMs > jumpMs || input.dtS > this.#limits.clockJumpS;
		if (this.#lastMs !== Number.NEGATIVE_INFINITY && (back || jump)) this.#forgetMotion();
		if (Number.isFinite(input.nowMs)) this.#lastMs = input.nowMs;
		// Below a millisecond the rounding of a sent goal would count as speed; NaN is not a time.
		return input.dtS >= 0.001 && !back ? Math.min(input.dtS, this.#limits.maxStepS) : 0;
	}

	#observe(input: GateInput, state: Float32Array, dtS: number): void {
		this.#velocity.push(state, input.nowMs - Math.max(0, input.stateAgeMs));
		const { velocity } = this.#velocity;
		const ageS = Math.max(0, input.stateAgeMs) / 1000;
		this.#ahead.observe(state, ageS, this.#anchored ? this.#out.goal : null, velocity, dtS);
		this.#health.observe(input, velocity, dtS);
	}

	/**
	 * The first goal. What is still in force stays in force where the arm is near it, because to repeat it moves nothing;
	 * else it is what holds the arm where it stands. A state outside the limits may stay there, never go further.
	 */
	#anchor(state: Float32Array): void {
		const { goal } = this.#out;
		for (let j = 0; j < goal.length; j++) {
			const centre = at(this.#ahead.centre, j);
			const held = at32(this.#inForce, j);
			const near = Math.abs(held - centre) <= (this.#limits.aheadMargin[j] ?? Number.NaN);
			goal[j] = near ? held : this.#range.inside(j, centre, at32(state, j));
		}
		this.#anchored = true;
	}

	/** Bits of LIMITED_BY; 0 = the wish may be followed. */
	#reasonsToHold(input: GateInput, readable: boolean): number {
		if (input.stopped) return LIMITED_BY.stopped | LIMITED_BY.hold;
		const wish = input.setpoint;
		// Parking is what the arm does when nobody is there, so it does not need the page.
		const pageAlive = input.pageBeatAgeMs <= this.#limits.pageSilentMs;
		if (!readable || (!pageAlive && wish?.source !== 'park')) return LIMITED_BY.hold;
		if (this.#out.health & HEALTH.brownOut) return LIMITED_BY.hold;
		if (!wish) return LIMITED_BY.hold;
		const bits = refusal(wish, this.#spec, this.#limits, input.nowMs, input.epoch);
		if (bits === 0) return 0;
		this.#out.refused = true;
		return bits | LIMITED_BY.hold;
	}

	/** See [Note: hold]. */
	#holdStill(reasons: number, readable: boolean, dtS: number): void {
		const { goal } = this.#out;
		this.#out.limitedBy |= reasons;
		if (!this.#holding) {
			this.#holding = true;
			this.#heldMs = 0;
			for (let j = 0; j < goal.length; j++) {
				const moving = readable && Math.abs(at(this.#velocity.velocity, j)) >= STANDING_PER_S;
				this.#hold[j] = moving
					? this.#range.inside(j, at(this.#ahead.centre, j), at32(goal, j))
					: at32(goal, j);
			}
		}
		this.#heldMs += 1000 * dtS;
		this.#used = 0;
		if (this.#heldMs >= this.#limits.longHoldMs || reasons & LIMITED_BY.stopped) this.#handover = true;
		this.#next.set(this.#hold);
		const pulled = this.#send(readable, this.#limits.tipMmPerS, 1, dtS);
		// Pushed away by a hand: stay there, do not spring back.
		if (pulled) this.#hold.set(goal);
	}

	#follow(wish: Setpoint, dtS: number): void {
		const { goal } = this.#out;
		const limits = this.#limits;
		this.#holding = false;
		if (wish.source !== this.#source) {
			this.#source = wish.source;
			this.#handover = true;
			this.#used = 0;
		}
		for (let j = 0; j < goal.length; j++) {
			const value = at32(wish.q, j);
			this.#wish[j] = this.#range.clamp(j, value);
			if (this.#wish[j] !== value) this.#out.limitedBy |= LIMITED_BY.joint;
			this.#asked[j] = Math.abs(at(this.#wish, j) - at32(goal, j));
		}
		if (wish.source === 'policy') this.#policyMs += 1000 * dtS;
		this.#out.policySlowMs = Math.max(0, limits.newPolicyMs - this.#policyMs);
		const tipMmPerS =
			wish.source === 'park'
				? limits.parkTipMmPerS
				: wish.source === 'policy' && this.#policyMs <= limits.newPolicyMs
					? limits.newPolicyTipMmPerS
					: limits.tipMmPerS;
		this.#next.set(this.#wish);
		const ramp = limits.rampS > 0 ? Math.min(1, this.#used + dtS / limits.rampS) : 1;
		this.#send(true, tipMmPerS, ramp, dtS);
		this.#out.stretch = this.#madeOfStep();
		this.#meet();
	}

	/** Share of the asked step that was made. A hand pressed on what it holds asks for a way that no waiting opens. */
	#madeOfStep(): number {
		const { goal } = this.#out;
		let asked = 0;
		let left = 0;
		for (let j = 0; j < goal.length; j++) {
			if (this.#clipped[j] === 1 && this.#spec.joints[j]?.unit === 'percent') continue;
			asked = Math.max(asked, at(this.#asked, j));
			left = Math.max(left, Math.abs(at(this.#wish, j) - at32(goal, j)));
		}
		return asked > 1e-4 ? clamp(1 - left / asked, 0, 1) : 1;
	}

	/** Moves the goal towards `next` as far as speeds and budgets allow; true if the ahead budget held it back. */
	#send(readable: boolean, tipMmPerS: number, fraction: number, dtS: number): boolean {
		const { goal } = this.#out;
		const slow = this.#health.speedShare;
		const perS = this.#handover ? this.#limits.handoverPerS : this.#limits.jointPerS;
		for (let j = 0; j < goal.length; j++) this.#jointPerS[j] = (perS[j] ?? Number.NaN) * slow;
		this.#speeds.jointPerS = this.#jointPerS;
		// Half of a ceiling that a lagging arm never meets would slow nothing: no faster than it parks.
		const tip = slow < 1 ? Math.min(tipMmPerS, this.#limits.parkTipMmPerS) : tipMmPerS;
		this.#speeds.tipMmPerS = tip;
		this.#speeds.fraction = fraction;
		const factor = this.#steps.limit(goal, this.#next, this.#speeds, dtS);
		if (factor < 1) this.#out.limitedBy |= this.#handover ? LIMITED_BY.handover : LIMITED_BY.speed;
		// A speed is lost no faster than it is won: readings come in whole encoder steps, and a tick without one is no stop.
		this.#used = Math.max(this.#steps.usedFraction, this.#used - dtS / this.#limits.rampS);
		const pulled = readable && this.#ahead.limit(this.#next, this.#health.marginShare, this.#clipped);
		if (pulled) this.#settle(tip, dtS);
		for (let j = 0; j < goal.length; j++) goal[j] = at(this.#next, j);
		return pulled;
	}

	/** The ahead budget moved the goal: back inside the limits, and no faster than any other step. */
	#settle(tipMmPerS: number, dtS: number): void {
		const { goal } = this.#out;
		this.#out.limitedBy |= LIMITED_BY.ahead;
		for (let j = 0; j < goal.length; j++) {
			this.#next[j] = this.#range.inside(j, at(this.#next, j), at32(goal, j));
			// Giving way to a hand is not slowed by a handover.
			this.#jointPerS[j] = this.#limits.jointPerS[j] ?? Number.NaN;
		}
		this.#speeds.tipMmPerS = Math.max(tipMmPerS, this.#limits.parkTipMmPerS);
		this.#speeds.fraction = 1;
		this.#steps.limit(goal, this.#next, this.#speeds, dtS);
	}

	/** Handover is over when every joint is near its wish, or pressed against its own ahead margin (a closed hand). */
	#meet(): void {
		if (!this.#handover) return;
		const { goal } = this.#out;
		for (let j = 0; j < goal.length; j++)
			if (this.#clipped[j] === 0 && Math.abs(at(this.#wish, j) - at32(goal, j)) > this.#limits.handoverMet)
				return;
		this.#handover = false;
	}
}
