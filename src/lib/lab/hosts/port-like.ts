// A MessagePort as the transports want it. TypeScript binds `onmessage` to its own port type; the rooms below stay free of it.

interface PortLike {
	postMessage(message: unknown): void;
	onmessage: ((event: { readonly data: unknown }) => void) | null;
}

export function portLike(port: MessagePort): PortLike {
	let listener: PortLike['onmessage'] = null;
	return {
		postMessage: (message) => port.postMessage(message),
		get onmessage() {
			return listener;
		},
		set onmessage(next) {
			listener = next;
			port.onmessage = next === null ? null : (event: MessageEvent<unknown>) => next({ data: event.data });
		}
	};
}
