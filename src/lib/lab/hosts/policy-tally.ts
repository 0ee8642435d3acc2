// What a policy run came to so far, counted: answers, latencies, what the gate changed, take-overs. Knows no states.

import { LIMITED_BY, type PolicyChunk, type PolicyReport, type PolicyTakeOver } from '$lib/contracts';
import { createLatencyBook } from '$lib/inference/play';

type Reason = keyof typeof LIMITED_BY;

const REASONS = Object.entries(LIMITED_BY) as [Reason, number][];
const RATE_OVER_MS = 5000;

export class PolicyTally {
	readonly latency = createLatencyBook();
	refused = 0;
	#runMs: number | null = null;
	#pictureAgeMs: number | null = null;
	#sinceMs: number;
	#takenMs: number[] = [];
	#drivenTicks = 0;
	#limited = Object.fromEntries(REASONS.map(([name]) => [name, 0])) as Record<Reason, number>;
	#takeOvers: readonly PolicyTakeOver[] = [];
	/** The same spans on the arm's clock; the last one may be open. */
	#correctedMs: readonly { readonly fromMs: number; readonly untilMs: number }[] = [];

	constructor(nowMs: number) {
		this.#sinceMs = nowMs;
	}

	/** A chunk was taken. */
	chunk(chunk: PolicyChunk, nowMs: number): void {
		this.#runMs = chunk.runMs;
		this.#pictureAgeMs = chunk.pictureAgeMs;
		this.#takenMs = [...this.#takenMs.filter((atMs) => atMs > nowMs - RATE_OVER_MS), nowMs];
	}

	/** The gate judged a wish of the policy. */
	driven(limitedBy: number): void {
		this.#drivenTicks += 1;
		if (limitedBy === 0) return;
		for (const [name, bit] of REASONS) if ((limitedBy & bit) !== 0) this.#limited[name] += 1;
	}

	takenOver(fromTick: number, atMs: number, fromRow: number | null): void {
		this.#takeOvers = [...this.#takeOvers, { fromTick, untilTick: null, atMs, fromRow, untilRow: null }];
		this.#correctedMs = [...this.#correctedMs, { fromMs: atMs, untilMs: Infinity }];
	}

	/** Whether a person had taken over at this time: what is recorded of it is a correction. */
	corrects(tMs: number): boolean {
		return this.#correctedMs.some(({ fromMs, untilMs }) => tMs >= fromMs && tMs < untilMs);
	}

	/** The hand that took over has given back, or the run is over. */
	givenBack(untilTick: number, atMs: number, untilRow: number | null): void {
		this.#correctedMs = this.#correctedMs.map((span) =>
			span.untilMs === Infinity ? { ...span, untilMs: atMs } : span
		);
		this.#takeOvers = this.#takeOvers.map((span) =>
			span.untilTick === null ? { ...span, untilTick, untilRow } : span
		);
	}

	/** The part of the report that is counted here. */
	figures(nowMs: number) {
		const spanMs = Math.min(RATE_OVER_MS, nowMs - this.#sinceMs);
		const recent = this.#takenMs.filter((atMs) => atMs > nowMs - RATE_OVER_MS).length;
		return {
			latencyMs: this.latency.figures(),
			runMs: this.#runMs,
			pictureAgeMs: this.#pictureAgeMs,
			chunksPerS: spanMs < 1000 ? null : (1000 * recent) / spanMs,
			refusedAnswers: this.refused,
			drivenTicks: this.#drivenTicks,
			limited: { ...this.#limited },
			takeOvers: this.#takeOvers
		} satisfies Partial<PolicyReport>;
	}
}
