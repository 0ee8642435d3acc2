// How the readers of this door say no. They are many small steps over hostile bytes, so a refusal is thrown inside and turned
// into a value at the door; whatever else is thrown is a defect of ours and stays one.

import { err, ok, type Result } from '$lib/core';
import type { PackageProblem, PackageProblemCode } from './types';

/** Longest text of a stranger that a problem repeats. */
const QUOTED_CHARS = 120;

class Refusal extends Error {
	override readonly name = 'Refusal';

	constructor(readonly problem: PackageProblem) {
		super(`${problem.part}: ${problem.reason}`);
	}
}

/** Printable and short, for names that strangers chose. */
export function quoted(text: string): string {
	const plain = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
	return plain.length <= QUOTED_CHARS ? plain : `${plain.slice(0, QUOTED_CHARS)}...`;
}

function refuse(code: PackageProblemCode, part: string, reason: string): never {
	throw new Refusal({ code, part: quoted(part), reason: quoted(reason) });
}

export const damaged = (part: string, reason: string): never =>
	refuse('policy_package_damaged', part, reason);
export const unsafe = (part: string, reason: string): never => refuse('policy_package_unsafe', part, reason);
export const fromFuture = (part: string, reason: string): never =>
	refuse('policy_package_from_future', part, reason);
export const tooLarge = (part: string, reason: string): never =>
	refuse('policy_package_too_large', part, reason);

/** Runs readers; their refusals become values. */
export function answer<T>(read: () => T): Result<T, PackageProblem> {
	try {
		return ok(read());
	} catch (error) {
		return refused(error);
	}
}

/** The same for readers that wait for bytes. */
export async function answerLater<T>(read: () => Promise<T>): Promise<Result<T, PackageProblem>> {
	try {
		return ok(await read());
	} catch (error) {
		return refused(error);
	}
}

function refused(error: unknown): Result<never, PackageProblem> {
	if (error instanceof Refusal) return err(error.problem);
	throw error;
}

/** Goes on with the value, or refuses as the one who read it did. */
export function unwrap<T>(result: Result<T, PackageProblem>): T {
	if (!result.ok) throw new Refusal(result.error);
	return result.value;
}
