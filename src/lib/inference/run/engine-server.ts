// The engine's own side: one model in this realm, opened by the first message, run by the others. Whoever started the
// realm ends it; there is no other way to stop a run that does not end.

import type { PolicyRuntime } from '$lib/contracts';
import type { Result } from '$lib/core';
import type { FromEngine, ToEngine } from './engine-protocol';
import { openOrtRuntime, type OpenFailure, type OpenOptions, type OrtRuntime } from './ort-runtime';

interface ServerPort {
	postMessage(message: FromEngine, transfer: Transferable[]): void;
	onmessage: ((event: MessageEvent<ToEngine>) => void) | null;
}

export type OpenRuntime = (options: OpenOptions) => Promise<Result<OrtRuntime, OpenFailure>>;

export function serveEngine(
	port: ServerPort,
	open: OpenRuntime = (options) => openOrtRuntime(options)
): void {
	let runtime: PolicyRuntime | null = null;
	const tell = (message: FromEngine, transfer: Transferable[] = []): void =>
		port.postMessage(message, transfer);

	const openIt = async ({ model, ...options }: Extract<ToEngine, { do: 'open' }>): Promise<void> => {
		const bytes = new Uint8Array(await model.arrayBuffer());
		const opened = await open({ ...options, model: bytes });
		// ONNX Runtime has its own copy; this one need not wait for the garbage collector. Node 20 cannot.
		if ('transfer' in bytes.buffer) bytes.buffer.transfer(0);
		if (!opened.ok) {
			tell({ did: 'refuse', ...opened.error });
			return;
		}
		runtime = opened.value;
		void opened.value.lost.then((detail) => tell({ did: 'lose', detail }));
		tell({ did: 'open' });
	};

	const runIt = async ({ id, observation }: Extract<ToEngine, { do: 'run' }>): Promise<void> => {
		const startMs = performance.now();
		const answer = await runtime?.run(observation);
		if (answer === undefined) tell({ did: 'fail', id, code: 'policy_run_failed', detail: 'not open' });
		else if (!answer.ok) tell({ did: 'fail', id, ...answer.error });
		else {
			const { actions } = answer.value;
			const runMs = performance.now() - startMs;
			tell({ did: 'run', id, actions, runMs }, [actions.buffer as ArrayBuffer]);
		}
	};

	port.onmessage = ({ data }) => {
		const work = data.do === 'open' ? openIt(data) : runIt(data);
		work.catch((error: unknown) => {
			const detail = String(error);
			if (data.do === 'open') tell({ did: 'refuse', code: 'policy_did_not_open', detail });
			else tell({ did: 'fail', id: data.id, code: 'policy_run_failed', detail });
		});
	};
}
