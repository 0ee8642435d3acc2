// Expected outcomes as values. Knows nothing of the domain.

export interface Ok<T> {
	readonly ok: true;
	readonly value: T;
}

export interface Err<E> {
	readonly ok: false;
	readonly error: E;
}

export type Result<T, E> = Ok<T> | Err<E>;

export function ok<T>(value: T): Ok<T> {
	return { ok: true, value };
}

export function err<E>(error: E): Err<E> {
	return { ok: false, error };
}

/** Closes a switch over a union: a new member without a case does not compile. */
export function assertNever(value: never): never {
	throw new TypeError(`unexpected value: ${String(value)}`);
}
