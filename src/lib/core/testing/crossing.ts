// Waiting for messages without waiting for time: ports keep their order, so a mark that comes back has pushed everything
// before it through, there and back. Works over ports of one thread and of two.

export interface CrossedPort {
	postMessage(message: unknown): void;
	addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
	removeEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
	start(): void;
}

interface Mark {
	readonly crossing: 'there' | 'back';
}

const isMark = (data: unknown, crossing: Mark['crossing']): boolean =>
	typeof data === 'object' && data !== null && (data as Partial<Mark>).crossing === crossing;

/** Makes this end send marks back. */
export function answerCrossings(port: CrossedPort): void {
	port.addEventListener('message', ({ data }) => {
		if (isMark(data, 'there')) port.postMessage({ crossing: 'back' } satisfies Mark);
	});
	port.start();
}

/** Resolves when all that was posted into `port` was heard at its far end, and all that the far end posted meanwhile here. */
export function crossing(port: CrossedPort): Promise<void> {
	return new Promise((resolve) => {
		const hear = ({ data }: MessageEvent): void => {
			if (!isMark(data, 'back')) return;
			port.removeEventListener('message', hear);
			resolve();
		};
		port.addEventListener('message', hear);
		port.start();
		port.postMessage({ crossing: 'there' } satisfies Mark);
	});
}
