// The page's half of working offline: registers the service worker, asks it to fetch the large files once the lab runs,
// and lets an update in only when nothing moves and nothing records.

import { Workbox } from 'workbox-window';
import { trustedScriptUrl } from './spawn-worker';

export interface OfflineClient {
	/** Fetches physics and other large files into the cache; true when all are there. */
	warm(): Promise<boolean>;
	/** Fetches what policies run on (14 MB) into the cache, so that they run without a network; true when all of it is there. */
	warmPolicies(): Promise<boolean>;
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
	const warmed = async (type: 'WARM' | 'WARM_POLICIES'): Promise<boolean> => {
		// Until the worker is active the pages themselves are not all there.
		if (!(await installed(workbox))) return false;
		const answer = (await workbox.messageSW({ type }).catch(() => null)) as { warmed?: boolean } | null;
		return answer?.warmed === true;
	};
	return {
		warm: () => warmed('WARM'),
		warmPolicies: () => warmed('WARM_POLICIES'),
		applyUpdate() {
			workbox.addEventListener('controlling', () => location.reload());
			workbox.messageSkipWaiting();
		}
	};
}
