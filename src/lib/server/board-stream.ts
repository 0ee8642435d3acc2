// Server-sent events that always carry the whole state: at the start, at every piece of news (many at once count as one),
// and now and then where no news can be heard. The stream ends itself after ten minutes: the browser comes back by itself,
// and whether it may still watch is asked anew. Knows no board; the caller gives what to send.

export interface StateStream<T> {
	/** The whole state now; null: this person may not watch (any more), the stream ends. */
	readonly state: () => Promise<T | null>;
	/** Calls back at news; returns how to stop. */
	readonly watch: (onNews: () => void) => () => void;
	/** false: nothing announces changes, the stream looks by itself. */
	readonly hearsNews: boolean;
	/** News closer together than this are told once. */
	readonly gatherMs: number;
}

const PING_MS = 20_000;
const LIFETIME_MS = 10 * 60_000;
const LOOK_EVERY_MS = 3000;
/** What nobody announces: silence of a lab, the end of a hold. */
const LOOK_ANYWAY_MS = 15_000;

export const STREAM_HEADERS = {
	'content-type': 'text/event-stream',
	'cache-control': 'no-store',
	'x-accel-buffering': 'no'
} as const;

export function stateStream<T>({
	state,
	watch,
	hearsNews,
	gatherMs
}: StateStream<T>): ReadableStream<Uint8Array> {
	const encoder = new TextEncoder();
	let stop = (): void => undefined;
	return new ReadableStream<Uint8Array>({
		start(controller) {
			let open = true;
			let asking = false;
			let askAgain = false;
			let gather: ReturnType<typeof setTimeout> | null = null;

			const send = (text: string): void => {
				if (open) controller.enqueue(encoder.encode(text));
			};
			const end = (): void => {
				if (!open) return;
				stop();
				controller.close();
			};
			const tell = async (): Promise<void> => {
				if (asking) {
					askAgain = true;
					return;
				}
				asking = true;
				const now = await state().catch(() => undefined);
				asking = false;
				if (now === null) end();
				else if (now !== undefined) send(`data: ${JSON.stringify(now)}\n\n`);
				if (askAgain) soon();
				askAgain = false;
			};
			const soon = (): void => {
				gather ??= setTimeout(() => {
					gather = null;
					void tell();
				}, gatherMs);
			};
			const unwatch = watch(soon);
			const ping = setInterval(() => send(': still here\n\n'), PING_MS);
			const look = setInterval(() => void tell(), hearsNews ? LOOK_ANYWAY_MS : LOOK_EVERY_MS);
			const life = setTimeout(end, LIFETIME_MS);
			stop = () => {
				open = false;
				unwatch();
				clearInterval(ping);
				clearInterval(look);
				clearTimeout(life);
				if (gather !== null) clearTimeout(gather);
			};
			send('retry: 2000\n\n');
			void tell();
		},
		cancel: () => stop()
	});
}
