// Offline: everything the lab needs is cached on the first visit, with its headers, so that a cold start without a
// network is isolated like any other. It never touches /api and never takes over a running page by itself: the page
// asks for the update when no arm is armed and nothing records.
import { build, files, prerendered, version } from '$service-worker';
import { cleanupOutdatedCaches, precacheAndRoute } from 'workbox-precaching';
import { registerRoute } from 'workbox-routing';
import { CacheFirst } from 'workbox-strategies';

declare const self: ServiceWorkerGlobalScope;

/** Physics and other binaries: large, hashed by name, fetched in the background after the lab already moves. */
const LARGE = /\.wasm$/;
const largeFiles = build.filter((path) => LARGE.test(path));
/** Pages for whoever works on the lab, not for those who learn with it. */
const WORKSHOP = /\/gallery(\/|$)/;

precacheAndRoute(
	[
		...build.filter((path) => !LARGE.test(path)).map((url) => ({ url, revision: null })),
		...files.map((url) => ({ url, revision: version })),
		...prerendered.filter((path) => !WORKSHOP.test(path)).map((url) => ({ url, revision: version }))
	],
	{ ignoreURLParametersMatching: [/.*/], cleanURLs: false }
);
cleanupOutdatedCaches();

/** `/lab/` is `/lab`: the server says so by a redirect, and so does the cache. */
registerRoute(
	({ url, request }) =>
		request.mode === 'navigate' && url.origin === self.location.origin && /.\/$/.test(url.pathname),
	({ url }) => Promise.resolve(Response.redirect(url.pathname.replace(/\/+$/, '') + url.search, 308))
);

registerRoute(
	({ url }) => url.origin === self.location.origin && LARGE.test(url.pathname),
	new CacheFirst({ cacheName: 'edubotics-binaries' })
);

async function warmLargeFiles(): Promise<void> {
	const cache = await caches.open('edubotics-binaries');
	const wanted = new Set(largeFiles.map((path) => new URL(path, self.location.origin).href));
	for (const request of await cache.keys()) {
		if (!wanted.has(request.url)) await cache.delete(request);
	}
	for (const url of wanted) {
		if ((await cache.match(url)) === undefined) await cache.add(url);
	}
}

self.addEventListener('message', (event) => {
	const data = event.data as { type?: unknown } | null;
	if (data?.type === 'SKIP_WAITING') void self.skipWaiting();
	if (data?.type === 'WARM') {
		event.waitUntil(
			warmLargeFiles().then(
				() => event.ports[0]?.postMessage({ warmed: true }),
				() => event.ports[0]?.postMessage({ warmed: false })
			)
		);
	}
});

// The first visit should be enough: without this the page that installed the worker stays outside it until a reload.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
