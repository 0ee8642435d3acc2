// The part of the Web Locks API that the lab uses, in memory, for tests in Node: exclusive locks, `ifAvailable`, `steal`.

type Callback = (lock: { readonly name: string } | null) => unknown;

interface Holder {
	readonly reject: (reason: DOMException) => void;
}

export class FakeLocks {
	readonly #holders = new Map<string, Holder>();

	async request(name: string, ...rest: [Callback] | [LockOptions, Callback]): Promise<unknown> {
		const [options, run] = rest.length === 1 ? [{}, rest[0]] : rest;
		const before = this.#holders.get(name);
		if (before !== undefined && options.ifAvailable === true) return run(null);
		if (before !== undefined && options.steal !== true)
			throw new TypeError('this stand-in does not wait for a lock');
		before?.reject(new DOMException('stolen', 'AbortError'));
		const stolen = new Promise<never>((_, reject) => this.#holders.set(name, { reject }));
		const mine = this.#holders.get(name);
		try {
			return await Promise.race([run({ name }), stolen]);
		} finally {
			if (this.#holders.get(name) === mine) this.#holders.delete(name);
		}
	}

	/** As if every holder's thread had died. */
	dropAll(): void {
		this.#holders.clear();
	}

	query(): Promise<{ held: { name: string }[] }> {
		return Promise.resolve({ held: [...this.#holders.keys()].map((name) => ({ name })) });
	}
}
