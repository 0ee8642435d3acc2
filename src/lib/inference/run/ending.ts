// An end that many wait for: whoever is waiting when it comes gets its value instead of what they waited for. Unlike
// Promise.race with one promise that lives for hours, nothing is kept of those that got their answer.

export interface Ending<T> {
	/** What it ended with; undefined before. */
	readonly value: T | undefined;
	/** Only the first call counts. */
	end(value: T): void;
	/** `work`, or the end if that comes first; the end at once when it already came. */
	orEnd(work: Promise<T>): Promise<T>;
}

export function createEnding<T>(): Ending<T> {
	let ended: { readonly value: T } | null = null;
	const waiting = new Set<(value: T) => void>();
	return {
		get value() {
			return ended?.value;
		},
		end(value) {
			if (ended !== null) return;
			ended = { value };
			for (const tell of waiting) tell(value);
			waiting.clear();
		},
		orEnd(work) {
			if (ended !== null) {
				work.catch(() => undefined);
				return Promise.resolve(ended.value);
			}
			return new Promise((resolve, reject) => {
				waiting.add(resolve);
				work.then(resolve, reject).finally(() => waiting.delete(resolve));
			});
		}
	};
}
