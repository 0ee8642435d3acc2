// An engine in this realm, behind ports: what is said crosses as it would between threads. For tests.

import type { PolicyRuntime } from '$lib/contracts';
import { ok } from '$lib/core';
import type { EngineLine, FromEngine } from '../engine-protocol';
import { serveEngine, type OpenRuntime } from '../engine-server';
import type { OpenOptions } from '../ort-runtime';

export function engineHere(open: OpenRuntime): EngineLine {
	const { port1, port2 } = new MessageChannel();
	serveEngine(port2, open);
	const line: EngineLine = {
		postMessage: (message) => port1.postMessage(message),
		onMessage: null,
		onBroken: null,
		terminate() {
			port1.close();
			port2.close();
		}
	};
	port1.onmessage = ({ data }: MessageEvent<FromEngine>) => line.onMessage?.(data);
	return line;
}

/** Serves a runtime that is lost when the test says so. */
export function openScripted(
	make: (options: OpenOptions) => PolicyRuntime,
	lost: Promise<string> = new Promise(() => undefined)
): OpenRuntime {
	return (options) => Promise.resolve(ok({ ...make(options), lost }));
}
