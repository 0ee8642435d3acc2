// A browser that lacks something, as far as our code can tell: a piece of script runs before everything else, in every page
// and in every worker. Needs a context without service workers, or workers would come from their cache.
import type { BrowserContext } from '@playwright/test';

const WORKER = /\/_app\/immutable\/workers\/[a-z]+\.worker-[^/]+\.js$/;

/** What a handicapped browser lacks, as script. */
export const LACKS = {
	webCodecs: `for (const name of ['VideoEncoder', 'VideoDecoder', 'VideoFrame']) delete globalThis[name];`,
	h264: `if (globalThis.VideoEncoder) {
		const ask = VideoEncoder.isConfigSupported;
		VideoEncoder.isConfigSupported = (config) =>
			config.codec.startsWith('avc1') ? Promise.resolve({ supported: false, config }) : ask.call(VideoEncoder, config);
	}`,
	indexedDb: `delete globalThis.indexedDB; delete Object.getPrototypeOf(globalThis).indexedDB;`,
	/** A window that has the door but never opens it, as some private windows do. */
	indexedDbRefused: `if (globalThis.IDBFactory) IDBFactory.prototype.open = () => {
		throw new DOMException('not in this window', 'SecurityError');
	};`,
	webgl: `for (const name of ['OffscreenCanvas', 'HTMLCanvasElement']) {
		const canvas = globalThis[name]?.prototype;
		if (canvas === undefined) continue;
		const get = canvas.getContext;
		canvas.getContext = function (kind, ...rest) {
			return kind.startsWith('webgl') ? null : get.call(this, kind, ...rest);
		};
	}`
} as const;

export async function takeAway(context: BrowserContext, lack: keyof typeof LACKS): Promise<void> {
	const script = LACKS[lack];
	await context.addInitScript(script);
	await context.route(WORKER, async (route) => {
		const response = await route.fetch();
		await route.fulfill({ response, body: `${script}\n${await response.text()}` });
	});
}

/** A proxy on the way that strips the headers by which a page is isolated. */
export async function stripIsolation(context: BrowserContext): Promise<void> {
	await context.route('**/*', async (route) => {
		const response = await route.fetch();
		const headers = Object.fromEntries(
			Object.entries(response.headers()).filter(([name]) => !name.startsWith('cross-origin-'))
		);
		await route.fulfill({ response, headers });
	});
}
