// Our TypeScript as files a bench can run: one module for Node, or a page with its workers for the browser. Bundled into
// .cache/bench, without the app's own plugins: what is measured is the library, not a page of the product.
import { join } from 'node:path';
import { build } from 'vite';
import { bundlePage } from '../../tools/lib/browser-page.mjs';
import { root } from '../../tools/lib/run.mjs';

export const cache = join(root, '.cache', 'bench');
const alias = { $lib: join(root, 'src', 'lib') };

/**
 * @param {string} entry file name below bench/, e.g. `bus.node.ts`
 * @returns {Promise<string>} path of the bundled module
 */
export async function bundleForNode(entry) {
	const name = entry.replace(/\.ts$/, '');
	const outDir = join(cache, 'node', name);
	await build({
		configFile: false,
		root,
		logLevel: 'error',
		resolve: { alias },
		ssr: { noExternal: true },
		build: {
			ssr: join(root, 'bench', entry),
			outDir,
			emptyOutDir: true,
			target: 'node20',
			minify: false,
			rolldownOptions: { output: { entryFileNames: 'main.mjs' } }
		}
	});
	return join(outDir, 'main.mjs');
}

/** The page in bench/page with the workers it starts. @returns {Promise<string>} folder to serve */
export function bundleForBrowser() {
	return bundlePage({ page: join(root, 'bench', 'page'), outDir: join(cache, 'page') });
}
