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
/** ONNX Runtime, 41 MB: nothing of it is fetched before a policy is opened or a person asks to have it without a network. */
const POLICY_RUNTIME = /\/ort[.-][^/]*$/;
/** The build for graphics cards; the other one runs everywhere. */
const FOR_GRAPHICS_CARDS = /webgpu|asyncify/;
const policyFiles = build.filter((path) => POLICY_RUNTIME.test(path) && !FOR_GRAPHICS_CARDS.test(path));
const largeFiles = build.filter((path) => LARGE.test(path) && !POLICY_RUNTIME.test(path));
const LARGE_CACHE = 'edubotics-binaries';
const POLICY_CACHE = 'edubotics-policies';

const absolute = (path: string): string => new URL(path, self.location.origin).href;

/** Models that come with the lab: fetched when a person asks for one, kept in the seat's own store from then on. */
const MODELS = /^\/policies\//;

/** Pages for whoever works on the lab, not for those who learn with it. */
const WORKSHOP = /\/gallery(\/|$)/;

precacheAndRoute(
	[
		...build
			.filter((path) => !LARGE.test(path) && !POLICY_RUNTIME.test(path))
			.map((url) => ({ url, revision: null })),
		...files.filter((path) => !MODELS.test(path)).map((url) => ({ url, revision: version })),
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
	({ url }) => url.origin === self.location.origin && POLICY_RUNTIME.test(url.pathname),
	new CacheFirst({ cacheName: POLICY_CACHE })
);

registerRoute(
	({ url }) => url.origin === self.location.origin && LARGE.test(url.pathname),
	new CacheFirst({ cacheName: LARGE_CACHE })
);

/** Fetches what is not there yet; what an older build left behind is deleted. */
async function warm(cacheName: string, files: readonly string[], known: RegExp): Promise<void> {
	const cache = await caches.open(cacheName);
	const current = new Set(build.filter((path) => known.test(path)).map(absolute));
	for (const request of await cache.keys()) {
		if (!current.has(request.url)) await cache.delete(request);
	}
	for (const url of files.map(absolute)) {
		if ((await cache.match(url)) === undefined) await cache.add(url);
	}
}

/** How much of what policies run on is here, in bytes as the server tells them; `totalBytes` null where it does not. */
interface PolicyState {
	readonly hereBytes: number;
	readonly totalBytes: number | null;
	readonly ready: boolean;
}

const bytesOf = (response: Response | undefined): number | null => {
	const length = Number.parseInt(response?.headers.get('content-length') ?? '', 10);
	return Number.isFinite(length) ? length : null;
};

async function policyState(): Promise<PolicyState> {
	const cache = await caches.open(POLICY_CACHE);
	let hereBytes = 0;
	let totalBytes: number | null = 0;
	let missing = 0;
	for (const url of policyFiles.map(absolute)) {
		const cached = await cache.match(url);
		const asked = cached ?? (await fetch(url, { method: 'HEAD' }).catch(() => undefined));
		const bytes = bytesOf(asked);
		if (cached === undefined) missing += 1;
		else hereBytes += bytes ?? 0;
		totalBytes = totalBytes === null || bytes === null ? null : totalBytes + bytes;
	}
	return { hereBytes, totalBytes, ready: missing === 0 };
}

/** Fetches what policies run on, telling how far it is. */
async function warmPolicies(tell: (state: PolicyState) => void): Promise<void> {
	await warm(POLICY_CACHE, [], POLICY_RUNTIME);
	const cache = await caches.open(POLICY_CACHE);
	const { hereBytes, totalBytes } = await policyState();
	let bytes = hereBytes;
	for (const url of policyFiles.map(absolute)) {
		if ((await cache.match(url)) !== undefined) continue;
		const response = await fetch(url);
		if (!response.ok || response.body === null) throw new TypeError(`${response.status} for ${url}`);
		const counted = response.body.pipeThrough(
			new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
				transform(chunk, out) {
					bytes += chunk.length;
					tell({ hereBytes: bytes, totalBytes, ready: false });
					out.enqueue(chunk);
				}
			})
		);
		// With its headers: a page that is isolated loads nothing without them.
		await cache.put(url, new Response(counted, { status: 200, headers: response.headers }));
	}
	tell({ hereBytes: bytes, totalBytes, ready: true });
}

type Tell = (state: PolicyState) => void;

const WARMED: Readonly<Record<string, (tell: Tell) => Promise<void>>> = {
	WARM: async () => {
		await warm(POLICY_CACHE, [], POLICY_RUNTIME);
		await warm(LARGE_CACHE, largeFiles, LARGE);
	},
	POLICY_STATE: async (tell) => tell(await policyState()),
	WARM_POLICIES: warmPolicies
};

self.addEventListener('message', (event) => {
	const data = event.data as { type?: unknown } | null;
	if (data?.type === 'SKIP_WAITING') void self.skipWaiting();
	const work = typeof data?.type === 'string' ? WARMED[data.type] : undefined;
	if (work !== undefined) {
		event.waitUntil(
			work((state) => event.ports[0]?.postMessage({ state })).then(
				() => event.ports[0]?.postMessage({ warmed: true }),
				() => event.ports[0]?.postMessage({ warmed: false })
			)
		);
	}
});

// The first visit should be enough: without this the page that installed the worker stays outside it until a reload.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
