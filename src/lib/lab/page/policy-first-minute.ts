// How much of its slow first minute a model has left on an arm, remembered per pair and past a reload. Knows no gate: the
// gate counts, this only keeps the number. What cannot be kept counts as never seen: then the minute begins anew.

export interface TextPlace {
	getItem(key: string): string | null;
	setItem(key: string, value: string): void;
}

/** Of this browser; asked for at each use: one that keeps nothing may refuse even to hand it out. */
export const PLACE: TextPlace = {
	getItem: (key) => localStorage.getItem(key),
	setItem: (key, value) => localStorage.setItem(key, value)
};

/** ROBOT reports ten times a second; a crash costs at most this much of what was driven. */
const KEEP_EVERY_MS = 1000;

export class FirstMinute {
	readonly #place: TextPlace;
	readonly #kept = new Map<string, number>();

	constructor(place: TextPlace) {
		this.#place = place;
	}

	/** ms; null: this model never drove this arm. */
	left(policyId: string, armId: string): number | null {
		const key = keyOf(policyId, armId);
		const here = this.#kept.get(key);
		if (here !== undefined) return here;
		try {
			const value = Number.parseFloat(this.#place.getItem(key) ?? '');
			return Number.isFinite(value) && value >= 0 ? value : null;
		} catch {
			return null; // a browser that keeps nothing may refuse even to look
		}
	}

	/** What ROBOT says is left. Growing is ignored: a minute that was driven is driven. */
	told(policyId: string, armId: string, leftMs: number): void {
		if (!Number.isFinite(leftMs) || leftMs < 0) return;
		const key = keyOf(policyId, armId);
		const before = this.left(policyId, armId) ?? Number.POSITIVE_INFINITY;
		if (leftMs >= before || (leftMs > 0 && before - leftMs < KEEP_EVERY_MS)) return;
		this.#kept.set(key, leftMs);
		try {
			this.#place.setItem(key, String(Math.ceil(leftMs)));
		} catch {
			// full or forbidden: it is slow again after a reload, which is safe
		}
	}
}

function keyOf(policyId: string, armId: string): string {
	return `edubotics.policy-first-minute.${policyId}.${armId}`;
}
