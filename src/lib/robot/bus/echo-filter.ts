// Some adapters hear their own bytes: what was written comes back in front of the answer. The filter drops exactly that
// and gives everything else on unchanged. Knows nothing of packets.

export class EchoFilter {
	readonly #sent: Uint8Array;
	#length = 0;
	#matched = 0;
	/** Whole requests that came back. */
	echoes = 0;

	/** `sent` is the buffer requests are built in; it must not change while an answer is awaited. */
	constructor(sent: Uint8Array) {
		this.#sent = sent;
	}

	/** The first `length` bytes of the buffer were just written. */
	expect(length: number): void {
		this.#length = length;
		this.#matched = 0;
	}

	/** The bytes written came back, whole. */
	get sawEcho(): boolean {
		return this.#length > 0 && this.#matched === this.#length;
	}

	filter(chunk: Uint8Array, pass: (bytes: Uint8Array) => void): void {
		if (this.#matched === this.#length) {
			pass(chunk);
			return;
		}
		const before = this.#matched;
		let index = 0;
		while (index < chunk.length && this.#matched < this.#length) {
			if (chunk[index] !== this.#sent[this.#matched]) {
				this.#length = 0;
				this.#matched = 0;
				if (before > 0) pass(this.#sent.slice(0, before));
				pass(chunk);
				return;
			}
			index += 1;
			this.#matched += 1;
		}
		if (this.sawEcho) this.echoes += 1;
		if (index < chunk.length) pass(chunk.subarray(index));
	}

	/** No more comes: hands out a half echo, which was no echo; and a whole one if it could be an answer after all. */
	release(wholeToo: boolean, pass: (bytes: Uint8Array) => void): void {
		const matched = this.#matched;
		const whole = this.sawEcho;
		this.#length = 0;
		this.#matched = 0;
		if (matched > 0 && (!whole || wholeToo)) pass(this.#sent.slice(0, matched));
	}
}
