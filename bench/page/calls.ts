// Calls from the bench page into its workers: one request, one answer, both plain messages. No library between, so that
// nothing of it is measured.

export type Calls = Readonly<Record<string, (argument: never) => unknown>>;

interface Request {
	readonly id: number;
	readonly call: string;
	readonly argument: unknown;
}
type Reply = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string });

/** The worker's side. */
export function serveCalls(calls: Calls): void {
	self.addEventListener('message', (event: MessageEvent<Request>) => {
		const { id, call, argument } = event.data;
		const answer = (body: { readonly value: unknown } | { readonly error: string }): void =>
			(self as unknown as Worker).postMessage({ id, ...body });
		void (async () => {
			try {
				const handler = calls[call];
				if (handler === undefined) throw new RangeError(`no call ${call}`);
				answer({ value: await handler(argument as never) });
			} catch (error) {
				answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
			}
		})();
	});
}

/** The page's side. */
export function caller(
	worker: Worker
): (call: string, argument?: unknown, transfer?: Transferable[]) => Promise<unknown> {
	const waiting = new Map<number, (reply: Reply) => void>();
	let next = 1;
	worker.addEventListener('message', (event: MessageEvent<Reply>) => {
		waiting.get(event.data.id)?.(event.data);
		waiting.delete(event.data.id);
	});
	return (call, argument, transfer = []) =>
		new Promise((resolve, reject) => {
			const id = next++;
			waiting.set(id, (reply) => {
				if ('error' in reply) reject(new Error(reply.error));
				else resolve(reply.value);
			});
			worker.addEventListener('error', (event) => reject(new Error(event.message)), { once: true });
			worker.postMessage({ id, call, argument }, transfer);
		});
}
