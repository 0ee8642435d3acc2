// Starts the WHY worker for one look, and ends it: a model and an episode in memory are given back at once.

import { proxy, releaseProxy, wrap } from 'comlink';
import whyUrl from '../../../workers/why.worker.ts?worker&url';
import type { WhyApi } from '../hosts/why-api';
import { spawnWorker } from '../spawn-worker';
import type { RunningLook, StartLook, WhyDeskOptions } from './why-desk';

/** @param build of this page: a worker of another one is not asked */
export function lookStarter(build: string): StartLook {
	return (request, tell): RunningLook => {
		const worker = spawnWorker(whyUrl, 'why');
		const api = wrap<WhyApi>(worker);
		const broken = new Promise<null>((resolve) =>
			worker.addEventListener('error', () => resolve(null), { once: true })
		);
		const asked = async (): Promise<Awaited<RunningLook['answer']>> => {
			const hello = await api.hello();
			if (hello.build !== build) return { ok: false, code: 'build_mismatch', details: {} };
			return api.analyse(request, proxy(tell));
		};
		return {
			answer: Promise.race([asked().catch(() => null), broken]),
			end() {
				api[releaseProxy]();
				worker.terminate();
			}
		};
	};
}

export const PNG_URLS: WhyDeskOptions['urls'] = {
	make: (png) => URL.createObjectURL(new Blob([png as Uint8Array<ArrayBuffer>], { type: 'image/png' })),
	drop: (url) => URL.revokeObjectURL(url)
};
