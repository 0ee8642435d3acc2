// Bundles TypeScript of this repository for plain Node, with `$lib` resolved: for tools that must answer fast and therefore
// run without a bundler in their process.
import path from 'node:path';
import { root } from './run.mjs';

/**
 * @param {string} entry TypeScript file below the root
 * @param {string} name names the folder in the cache; give each running tool its own
 * @returns {Promise<string>} the bundle
 */
export async function bundleForNode(entry, name) {
	const { build } = await import('vite');
	const outDir = path.join(root, '.cache', name);
	await build({
		configFile: false,
		root,
		logLevel: 'error',
		publicDir: false,
		resolve: { alias: { $lib: path.join(root, 'src/lib') } },
		build: {
			ssr: path.join(root, entry),
			outDir,
			emptyOutDir: true,
			minify: false,
			rollupOptions: { output: { entryFileNames: 'serve.mjs' } }
		}
	});
	return path.join(outDir, 'serve.mjs');
}
