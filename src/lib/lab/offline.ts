// The page's half of working offline: registers the service worker, asks it to fetch the large files once the lab runs,
// and lets an update in only when nothing moves and nothing records.

import { Workbox } from 'workbox-window';
import type { OfflineFiles, OfflineState } from './page/policy-offline';
import { trustedScriptUrl } from './spawn-worker';

export interface OfflineClient {
	/** Fetches physics and other large files into the cache; true when all are there. */
	warm(): Promise<boolean>;
	/** Lets a waiting update take over and reloads. Call only while idle. */
	applyUpdate(): void;
}

/** True once a worker serves this origin; false when the first one could not be installed. */
function installed(workbox: Workbox): Promise<boolean> {
	return new Promise((resolve) => {
		workbox.addEventListener('redundant', () => resolve(false));
		void navigator.serviceWorker.ready.then(() => resolve(true));
	});
}

/** A lab that stays open for days asks for itself whether there is something newer. */
const LOOK_EVERY_MS = 15 * 60_000;

/** @param onUpdateWaiting told once a newer version is installed and waits for an idle moment */
export async function registerOffline(onUpdateWaiting: () => void): Promise<OfflineClient | null> {
	if (!('serviceWorker' in navigator)) return null;
	const workbox = new Workbox(trustedScriptUrl('/service-worker.js') as string, { scope: '/' });
	workbox.addEventListener('waiting', onUpdateWaiting);
	await workbox.register().catch(() => null);
	setInterval(() => void workbox.update().catch(() => undefined), LOOK_EVERY_MS);
	return {
		// Until the worker is active the pages themselves are not all there.
		warm: async () => (await installed(workbox)) && ask('WARM', () => undefined),
		applyUpdate() {
			workbox.addEventListener('controlling', () => location.reload());
			workbox.messageSkipWaiting();
		}
	};
}

/** Asks the worker that serves this origin; true when it did what was asked. Hears of states meanwhile. */
async function ask(type: string, onState: (state: OfflineState) => void): Promise<boolean> {
	const active = (await navigator.serviceWorker.getRegistration('/'))?.active;
	if (!active) return false;
	const { port1, port2 } = new MessageChannel();
	return new Promise((resolve) => {
		port1.onmessage = ({ data }: MessageEvent<{ state?: OfflineState; warmed?: boolean }>) => {
			if (data.state !== undefined) onState(data.state);
			if (data.warmed === undefined) return;
			port1.close();
			resolve(data.warmed);
		};
		active.postMessage({ type }, [port2]);
	});
}

/** What models run on, kept by the service worker; null where there is none. */
export function policyFiles(): OfflineFiles | null {
	if (!('serviceWorker' in navigator)) return null;
	return {
		async state() {
			let told: OfflineState | null = null;
			await ask('POLICY_STATE', (state) => (told = state));
			return told;
		},
		async fetch(onState) {
			const workbox = new Workbox(trustedScriptUrl('/service-worker.js') as string, { scope: '/' });
			await workbox.register();
			return (await installed(workbox)) && ask('WARM_POLICIES', onState);
		}
	};
}
