// Turns push into pull, one value at a time: `push` settles when the reader has taken the value, so the writer goes at
// the reader's pace. One writer, one reader. A failure ends both sides with its reason, also where one is waiting.

interface Offer<T> {
	readonly result: IteratorResult<T, undefined>;
	readonly taken: () => void;
	readonly refused: (reason: unknown) => void;
}

interface Ask<T> {
	readonly answer: (result: IteratorResult<T, undefined>) => void;
	readonly refused: (reason: unknown) => void;
}

export class Channel<T> implements AsyncIterable<T, undefined> {
	#offer: Offer<T> | null = null;
	#ask: Ask<T> | null = null;
	#failure: { readonly reason: unknown } | null = null;

	push(value: T): Promise<void> {
		return this.#give({ done: false, value });
	}

	end(): Promise<void> {
		return this.#give({ done: true, value: undefined });
	}

	/** The first failure counts. */
	fail(reason: unknown): void {
		this.#failure ??= { reason };
		this.#offer?.refused(this.#failure.reason);
		this.#ask?.refused(this.#failure.reason);
		this.#offer = null;
		this.#ask = null;
	}

	[Symbol.asyncIterator](): AsyncIterator<T, undefined> {
		return { next: () => this.#take() };
	}

	#give(result: IteratorResult<T, undefined>): Promise<void> {
		if (this.#failure) return Promise.reject(this.#failure.reason);
		const ask = this.#ask;
		if (ask) {
			this.#ask = null;
			ask.answer(result);
			return Promise.resolve();
		}
		return new Promise((taken, refused) => (this.#offer = { result, taken, refused }));
	}

	#take(): Promise<IteratorResult<T, undefined>> {
		if (this.#failure) return Promise.reject(this.#failure.reason);
		const offer = this.#offer;
		if (offer) {
			this.#offer = null;
			offer.taken();
			return Promise.resolve(offer.result);
		}
		return new Promise((answer, refused) => (this.#ask = { answer, refused }));
	}
}
