// The page's heartbeat to ROBOT: thirty times a second, with what the person's hands do. Silence is a message too: without
// a beat for 100 ms the arm holds. A hidden page says so once and falls silent.

import { PROTOCOL_VERSION, type Wish } from '$lib/contracts';
import { createRecordTriggers, type RecordTrigger } from '$lib/teleop';
import { watchBattery } from './battery';
import { readStandardGamepad, type Inputs } from './inputs';

const BEAT_MS = 33;

export interface BeatOptions {
	readonly inputs: Inputs;
	/** Where ROBOT listens now; null while there is none. */
	readonly port: () => MessagePort | null;
	/** False: this tab only watches. */
	readonly mayDrive: () => boolean;
	/** A button of the gamepad asked to start, stop or throw away a recording. */
	readonly onTrigger: (trigger: RecordTrigger) => void;
}

export class PageBeat {
	readonly #options: BeatOptions;
	readonly #triggers = createRecordTriggers();
	#batteryLevel: number | null = null;
	#seq = 0;
	#timer: ReturnType<typeof setInterval> | null = null;

	constructor(options: BeatOptions) {
		this.#options = options;
	}

	start(): void {
		this.#timer = setInterval(() => this.beat(), BEAT_MS);
		document.addEventListener('visibilitychange', this.#onVisibility);
		void watchBattery((level) => (this.#batteryLevel = level));
	}

	stop(): void {
		if (this.#timer !== null) clearInterval(this.#timer);
		document.removeEventListener('visibilitychange', this.#onVisibility);
	}

	/** One beat now; in lockstep one goes with every step. */
	beat(): void {
		const { inputs, mayDrive, onTrigger } = this.#options;
		if (document.visibilityState === 'visible' && mayDrive())
			this.#send(inputs.wish(readStandardGamepad), true);
		const buttons = readStandardGamepad()?.buttons;
		const trigger = buttons === undefined ? null : this.#triggers.gamepad(buttons);
		if (trigger !== null) onTrigger(trigger);
	}

	readonly #onVisibility = (): void => {
		if (document.visibilityState !== 'visible') this.#send(null, false);
	};

	#send(wish: Wish | null, visible: boolean): void {
		const body = { wish, visible, batteryLevel: this.#batteryLevel };
		const message = { v: PROTOCOL_VERSION, ch: 'beat', seq: this.#seq++, t: performance.now(), body };
		this.#options.port()?.postMessage(message);
	}
}
