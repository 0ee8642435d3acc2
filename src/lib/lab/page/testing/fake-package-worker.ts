// The package worker as a thread of message ports in this one, with whatever host behind it; how it dies is told. Test code only.

import { expose } from 'comlink';
import type { PackageLine } from '../package-reader';

type Listener = (event: Event) => void;

export class FakePackageWorker implements PackageLine {
	terminated = 0;
	readonly #port: MessagePort;
	readonly #far: MessagePort;
	readonly #errors = new Set<Listener>();

	/** @param host what answers behind it; null: nothing ever does */
	constructor(host: object | null) {
		const { port1, port2 } = new MessageChannel();
		this.#port = port1;
		this.#far = port2;
		port1.start();
		if (host !== null) expose(host, port2);
	}

	postMessage(message: unknown, transfer?: unknown): void {
		this.#port.postMessage(message, (transfer ?? []) as Transferable[]);
	}

	addEventListener(name: string, listener: unknown): void {
		if (name === 'error') this.#errors.add(listener as Listener);
		else this.#port.addEventListener(name as 'message', listener as (event: MessageEvent) => void);
	}

	removeEventListener(name: string, listener: unknown): void {
		if (name === 'error') this.#errors.delete(listener as Listener);
		else this.#port.removeEventListener(name as 'message', listener as (event: MessageEvent) => void);
	}

	breakDown(): void {
		for (const listener of this.#errors) listener(new Event('error', { cancelable: true }));
	}

	terminate(): void {
		this.terminated += 1;
		this.#port.close();
		this.#far.close();
	}
}
