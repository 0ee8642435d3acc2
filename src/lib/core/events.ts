// A typed listener set: the smallest thing that replaces event names in strings.

export type Unsubscribe = () => void;

export interface Signal<T> {
	on(listener: (value: T) => void): Unsubscribe;
	emit(value: T): void;
	readonly listenerCount: number;
}

export function createSignal<T>(): Signal<T> {
	const listeners = new Set<(value: T) => void>();
	return {
		on(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		emit(value) {
			for (const listener of listeners) listener(value);
		},
		get listenerCount() {
			return listeners.size;
		}
	};
}
