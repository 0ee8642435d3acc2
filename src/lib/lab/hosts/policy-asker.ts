// ROBOT's end of the port to INFER: sends wants, reads answers with suspicion, and in lockstep lets the lab wait for the
// answer before time goes on. Knows messages; knows nothing of how chunks are played or why the arm may hold.

import {
	PROTOCOL_VERSION,
	readInferToRobot,
	type InferToRobot,
	type PolicyWant,
	type PolicyWantMessage
} from '$lib/contracts';

export interface PolicyAskerOptions {
	readonly now: () => number;
	/** A readable answer of the policy that is meant; null: one that could not be read. */
	readonly onAnswer: (message: InferToRobot | null, latencyMs: number | null) => void;
}

interface Sent {
	readonly tick: number;
	readonly atMs: number;
}

export class PolicyAsker {
	/** Answers of another policy: dropped. */
	foreign = 0;
	/** Which policy is meant; null: nobody is asked. */
	policyId: string | null = null;
	readonly #options: PolicyAskerOptions;
	#port: MessagePort | null = null;
	#sent: Sent[] = [];
	#seq = 0;
	#answered: (() => void) | null = null;

	constructor(options: PolicyAskerOptions) {
		this.#options = options;
	}

	get attached(): boolean {
		return this.#port !== null;
	}

	/** The port to a worker that is new, or null when the old one is gone. Nothing of the old one is heard any more. */
	attach(port: MessagePort | null): void {
		if (this.#port !== null) {
			this.#port.onmessage = null;
			this.#port.close();
		}
		this.#port = port;
		this.forget();
		if (port !== null) port.onmessage = (event: MessageEvent<unknown>) => this.#hear(event.data);
	}

	ask(want: Omit<PolicyWant, 'policyId'>): void {
		if (this.#port === null || this.policyId === null) return;
		const t = this.#options.now();
		this.#sent = [...this.#sent.slice(-15), { tick: want.tick, atMs: t }];
		const body = { policyId: this.policyId, ...want };
		const message: PolicyWantMessage = { v: PROTOCOL_VERSION, ch: 'policy-want', seq: this.#seq++, t, body };
		this.#port.postMessage(message);
	}

	/** Resolves with the next answer, or when there will be none. */
	whenAnswered(): Promise<void> {
		return new Promise((resolve) => (this.#answered = resolve));
	}

	/** What was asked does not count any more. */
	forget(): void {
		this.#sent = [];
		this.#release();
	}

	#hear(data: unknown): void {
		const message = readInferToRobot(data);
		if (message !== null && message.body.policyId !== this.policyId) {
			this.foreign += 1;
			return;
		}
		this.#options.onAnswer(message, this.#latency(message));
		this.#release();
	}

	#latency(message: InferToRobot | null): number | null {
		if (message === null) return null;
		const tick = message.ch === 'policy-chunk' ? message.body.observationTick : message.body.tick;
		const sent = this.#sent.find((want) => want.tick === tick);
		this.#sent = this.#sent.filter((want) => want !== sent);
		return sent === undefined ? null : this.#options.now() - sent.atMs;
	}

	#release(): void {
		this.#answered?.();
		this.#answered = null;
	}
}
