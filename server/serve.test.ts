import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { previousChunk, serve } from './serve.js';

const CHUNK = '/_app/immutable/chunks/old.js';
let folder = '';
let kept = '';

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'serve-'));
	kept = join(folder, 'chunks');
	mkdirSync(join(kept, '_app', 'immutable', 'chunks'), { recursive: true });
	writeFileSync(join(kept, CHUNK), 'export const old = 1;');
	writeFileSync(join(kept, '_app', 'version.json'), '{}');
	writeFileSync(join(folder, 'secret.js'), 'no');
	mkdirSync(join(folder, 'chunks-of-another', '_app', 'immutable'), { recursive: true });
	writeFileSync(join(folder, 'chunks-of-another', '_app', 'immutable', 'a.js'), 'no');
	// A build as adapter-node leaves it: a handler that knows one page and passes everything else on.
	mkdirSync(join(folder, 'build'));
	writeFileSync(
		join(folder, 'build', 'handler.js'),
		"export const handler = (request, response, next) => request.url === '/' ? response.end('page') : next();"
	);
	writeFileSync(join(folder, 'build', 'package.json'), '{"type":"module"}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('chunks of earlier builds', () => {
	it('are found, whatever the query', () => {
		expect(previousChunk(CHUNK, kept)).toBe(join(kept, CHUNK));
		expect(previousChunk(`${CHUNK}?x=/../..`, kept)).toBe(join(kept, CHUNK));
	});

	it.each([
		['nothing kept under that name', '/_app/immutable/chunks/gone.js'],
		['a folder', '/_app/immutable/chunks'],
		['what is not immutable', '/_app/version.json'],
		['another root', '/secret.js'],
		['a step up', '/_app/immutable/../../../secret.js'],
		['a step up within the name', '/_app/immutable/chunks/../../../../secret.js'],
		['a coded step up', '/_app/immutable/%2e%2e/%2e%2e/%2e%2e/secret.js'],
		['coded slashes', '/_app/immutable/..%2f..%2f..%2fsecret.js'],
		['a twice coded step up', '/_app/immutable/%252e%252e/%252e%252e/%252e%252e/secret.js'],
		['a neighbour whose name begins alike', '/_app/immutable/../../../chunks-of-another/_app/immutable/a.js'],
		['coded backslashes', '/_app/immutable/..%5c..%5c..%5csecret.js'],
		['a NUL', '/_app/immutable/chunks/old.js%00.png'],
		['a foreign host', '//evil/_app/immutable/../../secret.js']
	])('refuse %s', (_, url) => {
		expect(previousChunk(url, kept)).toBeUndefined();
	});
});

describe('the server', () => {
	let close: (() => Promise<unknown>) | null = null;
	afterEach(() => close?.());

	/** As a careless client sends it: `fetch` would tidy the path first. */
	function ask(
		base: string,
		path: string
	): Promise<{ status: number; headers: NodeJS.Dict<unknown>; body: string }> {
		const { hostname, port } = new URL(base);
		return new Promise((resolve, reject) => {
			get({ hostname, port, path, agent: false }, (response) => {
				let body = '';
				response.setEncoding('utf8');
				response.on('data', (piece: string) => (body += piece));
				response.on('end', () =>
					resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
				);
			}).on('error', reject);
		});
	}

	async function start(): Promise<string> {
		const running = await serve({
			host: '127.0.0.1',
			port: 0,
			buildDir: join(folder, 'build'),
			previousDir: kept
		});
		close = running.close;
		return running.url;
	}

	it('answers from the build first, then from what was kept, for good', async () => {
		const url = await start();
		expect(await ask(url, '/')).toMatchObject({ status: 200, body: 'page' });
		const chunk = await ask(url, CHUNK);
		expect(chunk).toMatchObject({ status: 200, body: 'export const old = 1;' });
		expect(chunk.headers).toMatchObject({
			'content-type': 'text/javascript',
			'cache-control': 'public,max-age=31536000,immutable'
		});
	});

	it.each(['/nowhere', '/_app/immutable/../../../secret.js', '/_app/immutable/%zz', '/_app/immutable/%00'])(
		'has nothing at %s',
		async (path) => {
			expect(await ask(await start(), path)).toMatchObject({ status: 404, body: 'Not found' });
		}
	);

	it('isolates every answer', async () => {
		const url = await start();
		for (const path of ['/', CHUNK, '/nowhere', '/_app/immutable/%zz']) {
			const { headers } = await ask(url, path);
			expect(headers, path).toMatchObject({
				'cross-origin-opener-policy': 'same-origin',
				'cross-origin-embedder-policy': 'require-corp',
				'x-content-type-options': 'nosniff'
			});
			expect(headers['content-security-policy'], path).toBeTruthy();
		}
	});
});
