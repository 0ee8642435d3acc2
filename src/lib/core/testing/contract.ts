// What every implementation of an interface owes, as plain cases: vitest runs them in Node (describe-contract), a browser
// page runs the same ones over the real thing. No test framework and nothing of Node in here.

import { CodedError } from '../errors';

export interface ContractCase<Harness> {
	readonly name: string;
	/** Resolves when the implementation kept its word, rejects with what it did instead. */
	readonly run: (harness: Harness) => Promise<void>;
}

export type Contract<Harness> = readonly ContractCase<Harness>[];

/** What all harnesses have in common; every case gets a fresh one. */
export interface ContractHarness {
	/** Takes ports, files and timers back, whatever became of the case. */
	readonly dispose?: (() => void | Promise<void>) | undefined;
}

export type MakeHarness<Harness> = () => Harness | Promise<Harness>;

export async function runCase<Harness extends ContractHarness>(
	contractCase: ContractCase<Harness>,
	make: MakeHarness<Harness>
): Promise<void> {
	const harness = await make();
	try {
		await contractCase.run(harness);
	} finally {
		await harness.dispose?.();
	}
}

/** Equal as values: arrays, typed arrays and plain objects by what they hold; a property that is undefined is absent. */
export function same(a: unknown, b: unknown): boolean {
	if (Object.is(a, b)) return true;
	if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
	if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
	if (ArrayBuffer.isView(a) || Array.isArray(a)) {
		const [left, right] = [a as ArrayLike<unknown>, b as ArrayLike<unknown>];
		if (left.length !== right.length) return false;
		for (let i = 0; i < left.length; i++) if (!same(left[i], right[i])) return false;
		return true;
	}
	const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
	return [...Object.keys(left), ...Object.keys(right)].every((key) => same(left[key], right[key]));
}

function print(value: unknown): string {
	const text = JSON.stringify(value, (_, inner: unknown) =>
		ArrayBuffer.isView(inner) ? [...(inner as unknown as Iterable<unknown>)] : inner
	) as string | undefined;
	return (text ?? String(value)).slice(0, 400);
}

export function check(holds: boolean, what: string): asserts holds {
	if (!holds) throw new Error(what);
}

export function equal(actual: unknown, expected: unknown, what: string): void {
	if (!same(actual, expected)) throw new Error(`${what}: ${print(actual)} instead of ${print(expected)}`);
}

/** The promise fails with this error code, or with an error of this name. */
export async function rejects(promise: Promise<unknown>, code: string): Promise<void> {
	const name = (error: unknown): string =>
		error instanceof CodedError ? String(error.code) : error instanceof Error ? error.name : 'other';
	const outcome = await promise.then(() => 'success', name);
	equal(outcome, code, 'rejection');
}
