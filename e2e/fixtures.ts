// One server per worker of the test runner, on a free loopback port, serving the built app through the real entry.
import { test as base } from '@playwright/test';
import { serve } from '../server/serve.js';

/** A copy of the build may be named, so that one can be tested while the next is made. */
const buildDir = process.env['E2E_BUILD_DIR'];
const build = buildDir === undefined ? {} : { buildDir };

export interface Site {
	readonly url: string;
	/** Stops answering, as a dead network would; `resume` listens again on the same port. */
	stop(): Promise<void>;
	resume(): Promise<void>;
}

async function startSite(): Promise<Site & { close(): Promise<void> }> {
	let running = await serve({ host: '127.0.0.1', port: 0, ...build });
	const url = running.url.replace('127.0.0.1', 'localhost');
	const port = Number(new URL(url).port);
	const stop = async (): Promise<void> => {
		running.server.closeAllConnections();
		await running.close();
	};
	return {
		url,
		stop,
		close: stop,
		async resume() {
			running = await serve({ host: '127.0.0.1', port, ...build });
		}
	};
}

export const test = base.extend<object, { site: Site }>({
	site: [
		// eslint-disable-next-line no-empty-pattern -- the runner reads the parameter list
		async ({}, use) => {
			const site = await startSite();
			await use(site);
			await site.close().catch(() => undefined);
		},
		{ scope: 'worker' }
	]
});

export { expect } from '@playwright/test';
