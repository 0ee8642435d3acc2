// Loads TypeScript of this repository into plain Node, with `$lib` resolved; for tools that use the app's own parts.
import { join } from 'node:path';
import { createServer } from 'vite';
import { root } from './run.mjs';

/** @returns {Promise<{ load(path: string): Promise<any>, close(): Promise<void> }>} paths are below the root */
export async function createLoader() {
	const server = await createServer({
		root,
		configFile: false,
		appType: 'custom',
		logLevel: 'error',
		cacheDir: join(root, '.cache', 'vite-tools'),
		optimizeDeps: { noDiscovery: true },
		resolve: { alias: { $lib: join(root, 'src', 'lib') } },
		server: { middlewareMode: true, hmr: false, ws: false, watch: null }
	});
	return {
		load: (path) => server.ssrLoadModule(join(root, path)),
		close: () => server.close()
	};
}
