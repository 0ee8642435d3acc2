// A page of our own for a real browser, outside the product: bundles a folder with an index.html, without the app's
// plugins, and serves it from a loopback port with the product's isolation headers. For benches and contracts.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { build } from 'vite';
import { securityHeaders } from '../../server/headers.js';
import { root } from './run.mjs';

const TYPES = {
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript',
	'.mjs': 'text/javascript',
	'.css': 'text/css',
	'.wasm': 'application/wasm'
};

/**
 * The page in `page` with the workers it starts, minified as the app is.
 * @param {{ page: string, outDir: string }} folders
 * @returns {Promise<string>} folder to serve
 */
export async function bundlePage({ page, outDir }) {
	await build({
		configFile: false,
		root: page,
		logLevel: 'error',
		resolve: { alias: { $lib: join(root, 'src', 'lib') } },
		worker: { format: 'es' },
		build: { outDir, emptyOutDir: true, target: 'esnext', assetsInlineLimit: 0 }
	});
	return outDir;
}

/** Isolation without a Content Security Policy: such a page has no hashes for its own scripts. @type {(request: unknown, response: import('node:http').ServerResponse) => void} */
function isolate(_request, response) {
	for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
}

/**
 * @param {string} folder
 * @param {Readonly<Record<string, string>>} [mounts] further folders by the path they are served under, e.g. `/peers/`
 * @param {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => void} [setHeaders]
 * @returns {Promise<{ url: string, close(): void }>}
 */
export async function serveFolder(folder, mounts = {}, setHeaders = isolate) {
	const server = createServer((request, response) => {
		const path = normalize(new URL(request.url ?? '/', 'http://x').pathname);
		const mount = Object.keys(mounts).find((prefix) => path.startsWith(prefix));
		const file =
			mount === undefined
				? join(folder, path === '/' ? 'index.html' : path)
				: join(mounts[mount] ?? '', path.slice(mount.length));
		setHeaders(request, response);
		readFile(file).then(
			(bytes) => {
				const type = TYPES[/** @type {keyof typeof TYPES} */ (extname(file))] ?? 'application/octet-stream';
				response.setHeader('content-type', type).end(bytes);
			},
			() => response.writeHead(404).end()
		);
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
	const address = server.address();
	const port = typeof address === 'object' && address !== null ? address.port : 0;
	return { url: `http://localhost:${port}`, close: () => void server.close() };
}
