// The screen does not sleep while the arm may move or holds itself up by our doing. The browser may refuse (battery saver)
// and lets go of the lock whenever the page is hidden: then it is asked for again. Knows no arm: whoever knows says `keep`.

export interface ScreenAwakeParts {
	/** The browser's; undefined where it has none. */
	readonly wakeLock: () => Pick<WakeLock, 'request'> | undefined;
	readonly isVisible: () => boolean;
}

export class ScreenAwake {
	readonly #parts: ScreenAwakeParts;
	#wanted = false;
	#lock: WakeLockSentinel | null = null;
	/** One request at a time: what is granted beyond that would never be given back. */
	#asking = false;
	/** Not asked again before something has changed. */
	#refused = false;

	constructor(parts: ScreenAwakeParts) {
		this.#parts = parts;
	}

	/** To be said as often as one likes; costs nothing while it is as it should be. */
	keep(wanted: boolean): void {
		this.#wanted = wanted;
		const visible = this.#parts.isVisible();
		if (!wanted || !visible) this.#refused = false;
		if (!wanted) {
			void this.#lock?.release();
			this.#lock = null;
			return;
		}
		if (this.#lock?.released === true) this.#lock = null;
		const wakeLock = this.#parts.wakeLock();
		if (wakeLock === undefined || this.#lock !== null || this.#asking || this.#refused || !visible) return;
		this.#asking = true;
		wakeLock.request('screen').then(
			(lock) => {
				this.#asking = false;
				if (this.#wanted) this.#lock = lock;
				else void lock.release();
			},
			// Refused: the hold after 100 ms of silence stays the guarantee.
			() => {
				this.#asking = false;
				this.#refused = true;
			}
		);
	}
}
