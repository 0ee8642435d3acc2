// Failures of the outside world carry a code. The words a learner reads are looked up by code in `lab`/`ui`; the
// list of codes is `contracts/error-codes.ts`.

/** `instanceof` alone would leave the code untyped. */
export function isCoded(error: unknown): error is CodedError {
	return error instanceof CodedError;
}

export class CodedError<C extends string = string> extends Error {
	override readonly name = 'CodedError';
	readonly code: C;
	/** Named facts for the learner's sentence (joint names, megabytes); never personal data. */
	readonly details: Readonly<Record<string, string | number>>;

	constructor(
		code: C,
		message: string,
		options: { cause?: unknown; details?: Record<string, string | number> } = {}
	) {
		super(message, 'cause' in options ? { cause: options.cause } : undefined);
		this.code = code;
		this.details = options.details ?? {};
	}
}
