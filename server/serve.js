// The product's own server entry: adapter-node's handler behind the headers every answer must carry. Knows nothing of
// routes. Also keeps the immutable chunks of the last builds reachable, so that a tab opened before an update works on.
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, normalize, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseConfig } from './config.js';
import { applyHeaders } from './headers.js';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..');
const contentTypes = {
	'.js': 'text/javascript',
	'.css': 'text/css',
	'.wasm': 'application/wasm',
	'.json': 'application/json'
};

/**
 * @param {string} url request path
 * @param {string} previousDir folder with chunks of earlier builds
 * @returns {string | undefined} a file below it, or nothing
 */
export function previousChunk(url, previousDir) {
	const path = normalize(decodeURIComponent(new URL(url, 'http://local').pathname));
	if (!path.startsWith(`${sep}_app${sep}immutable${sep}`)) return undefined;
	const file = join(previousDir, path);
	if (!file.startsWith(previousDir + sep) || !existsSync(file) || !statSync(file).isFile()) return undefined;
	return file;
}

/** @param {{ host: string, port: number, cert?: string, key?: string, buildDir?: string, previousDir?: string }} options */
export async function serve({
	host,
	port,
	cert = '',
	key = '',
	buildDir = join(root, 'build'),
	previousDir = join(root, '.cache', 'chunks')
}) {
	// Kit compares where a form comes from with its own address; without this it takes plain http for https.
	process.env['PROTOCOL_HEADER'] ??= 'x-forwarded-proto';
	const { handler } = await import(pathToFileURL(join(buildDir, 'handler.js')).href);
	/** @type {import('node:http').RequestListener} */
	const listener = (request, response) => {
		applyHeaders(request, response);
		request.headers['x-forwarded-proto'] ??= cert === '' ? 'http' : 'https';
		const url = request.url ?? '/';
		// Kit answers 404 for chunks it does not know and passes nothing on: earlier ones come before it.
		const isPresent = safePreviousChunk(url, join(buildDir, 'client')) !== undefined;
		const file = isPresent ? undefined : safePreviousChunk(url, previousDir);
		if (file !== undefined) {
			const type = contentTypes[/** @type {keyof typeof contentTypes} */ (extname(file))];
			response.writeHead(200, {
				'content-type': type ?? 'application/octet-stream',
				'cache-control': 'public,max-age=31536000,immutable'
			});
			createReadStream(file).pipe(response);
			return;
		}
		handler(request, response, () => {
			response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
			response.end('Not found');
		});
	};
	const secure = cert !== '';
	const server = secure
		? createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) }, listener)
		: createServer(listener);
	await new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, host, () => resolve(undefined));
	});
	const address = server.address();
	const actualPort = typeof address === 'object' && address !== null ? address.port : port;
	return {
		server,
		url: `${secure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${actualPort}`,
		close: () => new Promise((resolve) => server.close(resolve))
	};
}

/**
 * @param {string} url
 * @param {string} previousDir
 */
function safePreviousChunk(url, previousDir) {
	try {
		return previousChunk(url, previousDir);
	} catch {
		return undefined; // a path that does not decode names no file
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const config = parseConfig(process.env);
	if (!config.ok) {
		console.error(config.message);
		process.exit(1);
	}
	const running = await serve({ host: config.value.HOST, port: config.value.PORT });
	console.log(running.url);
}
