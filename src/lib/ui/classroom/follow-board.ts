// The board's line to the server: a stream that always carries the whole state. Where a proxy swallows streams, a question
// every three seconds. Knows addresses and the shape of the answer; draws nothing.

import type { ClassBoard } from '$lib/contracts';

export interface BoardFollower {
	readonly onBoard: (board: ClassBoard) => void;
	/** `live`: told at once. `asking`: every few seconds. `lost`: what is shown is old. */
	readonly onState: (state: 'live' | 'asking' | 'lost') => void;
}

/** A stream that has said nothing by then is not coming through. */
const STREAM_PATIENCE_MS = 6000;
const ASK_EVERY_MS = 3000;
/** The stream is tried again now and then: the proxy may have been changed. */
const TRY_STREAM_MS = 60_000;

/** Follows until the returned function is called. */
export function followBoard(classroomId: string, { onBoard, onState }: BoardFollower): () => void {
	let stopped = false;
	let stream: EventSource | null = null;
	let asking: ReturnType<typeof setTimeout> | null = null;
	let patience: ReturnType<typeof setTimeout> | null = null;
	let tag = '';

	const ask = async (): Promise<void> => {
		const answer = await fetch(`/api/class/board?classroom=${classroomId}`, {
			headers: tag === '' ? {} : { 'if-none-match': tag }
		}).catch(() => null);
		if (stopped || asking === null) return;
		const isJson = answer?.headers.get('content-type')?.startsWith('application/json') === true;
		if (answer?.status === 200 && isJson) {
			tag = answer.headers.get('etag') ?? '';
			onBoard((await answer.json()) as ClassBoard);
		}
		onState(
			answer !== null && ((answer.status === 200 && isJson) || answer.status === 304) ? 'asking' : 'lost'
		);
		asking = setTimeout(() => void ask(), ASK_EVERY_MS);
	};
	const startAsking = (): void => {
		if (asking !== null || stopped) return;
		asking = setTimeout(() => void ask(), 0);
	};
	const stopAsking = (): void => {
		if (asking !== null) clearTimeout(asking);
		asking = null;
	};
	const listen = (): void => {
		stream?.close();
		stream = new EventSource(`/api/events?classroom=${classroomId}`);
		patience = setTimeout(startAsking, STREAM_PATIENCE_MS);
		stream.onmessage = ({ data }: MessageEvent<string>) => {
			if (patience !== null) clearTimeout(patience);
			stopAsking();
			onState('live');
			onBoard(JSON.parse(data) as ClassBoard);
		};
		stream.onerror = startAsking;
	};
	listen();
	const again = setInterval(() => {
		if (asking !== null) listen();
	}, TRY_STREAM_MS);
	return () => {
		stopped = true;
		stream?.close();
		stopAsking();
		clearInterval(again);
		if (patience !== null) clearTimeout(patience);
	};
}
