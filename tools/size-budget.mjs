// What a first visit to a page downloads as JavaScript before anything is loaded on demand, brotli-compressed, against a
// budget. Static imports only: physics, 3-D and encoders come later and are listed apart.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { root } from './lib/run.mjs';

const client = join(root, 'build', 'client');
const BUDGET_KB = { lab: 150, index: 60 };

/** @param {string} path below build/client */
function compressedBytes(path) {
	const bytes = readFileSync(join(client, path));
	return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }).length;
}

/** @param {string} text @param {RegExp} pattern */
const found = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? '');

/** Every module a page loads at once: what its HTML names and what those import statically. @param {string} page */
function firstLoad(page) {
	const html = readFileSync(join(root, 'build', 'prerendered', `${page}.html`), 'utf8');
	const queue = found(html, /["'(](?:\.\/|\.\.\/|\/)*(_app\/immutable\/[^"')]+\.js)/g);
	const nodes =
		found(html, /node_ids: \[([^\]]*)\]/g)[0]
			?.split(',')
			.map((id) => id.trim()) ?? [];
	const folder = join(client, '_app', 'immutable', 'nodes');
	for (const name of existsSync(folder) ? readdirSync(folder) : []) {
		if (nodes.includes(name.split('.')[0] ?? '')) queue.push(`_app/immutable/nodes/${name}`);
	}
	const seen = new Set();
	for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
		if (seen.has(path) || !existsSync(join(client, path))) continue;
		seen.add(path);
		const text = readFileSync(join(client, path), 'utf8');
		const here = path.slice(0, path.lastIndexOf('/'));
		for (const target of found(text, /(?:from|import)\s*["'](\.[^"']+\.js)["']/g)) {
			queue.push(new URL(target, `http://x/${here}/`).pathname.slice(1));
		}
	}
	return [...seen].filter((path) => path.endsWith('.js'));
}

let failed = false;
for (const [page, budgetKb] of Object.entries(BUDGET_KB)) {
	const files = firstLoad(page);
	const kb = files.reduce((sum, path) => sum + compressedBytes(path), 0) / 1024;
	const good = files.length > 0 && kb <= budgetKb;
	failed ||= !good;
	console.log(
		`${good ? 'ok' : 'FAIL'}: ${page}: ${kb.toFixed(1)} KB brotli of ${budgetKb} KB in ${files.length} modules`
	);
}
process.exit(failed ? 1 : 0);
