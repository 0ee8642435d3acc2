// What the hygiene check must catch. The planted texts are put together here, so that this file has none of them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findingsIn, hygiene } from './lib/hygiene.mjs';

const lines = (count: number): string => 'const a = 1;\n'.repeat(count);
const kind = 'PRIVATE';
const scheme = 'https';
const key = 'A1b2C3d4'.repeat(4);

describe('hygiene of one file', () => {
	it.each([
		['src/a.ts', `const token = '${'hf' + '_'}${key}';`, 'secret'],
		['docs/a.md', `${'sk' + '_live_'}${key}`, 'secret'],
		['server/a.js', `${'whsec' + '_'}${key}`, 'secret'],
		['a.txt', `-----BEGIN ${kind} KEY-----`, 'secret'],
		['a.txt', `-----BEGIN RSA ${kind} KEY-----`, 'secret'],
		['package-lock.json', `"resolved": "${scheme}://host/a.tgz"`, 'download address in a lockfile'],
		['docs/a.md', `see ${'/ro' + 'ot'}/lab/a`, 'machine path'],
		['tools/a.mjs', `const path = '${'/wo' + 'rk'}/a';`, 'machine path'],
		['.npmrc', `${'registry.' + 'npmjs'}.org`, 'package registry host'],
		['conformance/a.txt', 'pypi.org' + '/simple', 'package registry host']
	])('%s with %s', (file, text, finding) => {
		expect(findingsIn(file, text)).toEqual([`${file}: ${finding}`]);
	});

	it.each([
		['src/a.ts', lines(401), ['src/a.ts: 401 lines, more than 400']],
		['e2e/a.spec.ts', lines(500), ['e2e/a.spec.ts: 500 lines, more than 400']],
		['src/a.ts', lines(400), []],
		['docs/a.md', lines(900), []],
		['src/lib/a/fixtures/a.json', lines(900), []]
	])('%s of some length', (file, text, expected) => {
		expect(findingsIn(file, text)).toEqual(expected);
	});

	it.each([
		['src/a.ts', `const address = '${scheme}://host/a.tgz';`],
		['docs/a.md', `a token begins with ${'hf' + '_'} and a few letters`],
		['docs/a.md', 'https://example.org/work/a and homework/root/a'],
		['package-lock.json', '"integrity": "sha512-abc"']
	])('%s is left alone', (file, text) => {
		expect(findingsIn(file, text)).toEqual([]);
	});
});

describe('hygiene of a repository', () => {
	let folder = '';
	const put = (file: string, text: string): void => {
		mkdirSync(dirname(join(folder, file)), { recursive: true });
		writeFileSync(join(folder, file), text);
	};

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'hygiene-'));
		execFileSync('git', ['init', '-q'], { cwd: folder });
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	it('reads what is tracked or could be, not what is ignored, and no pictures', () => {
		const secret = `${'hf' + '_'}${key}`;
		put('.gitignore', 'build/\n');
		put('src/good.ts', lines(3));
		put('src/new.ts', secret);
		put('build/ignored.ts', secret);
		put('static/picture.png', secret);
		put('src/deep/long.svelte', lines(450));
		expect(hygiene(folder).sort()).toEqual([
			'src/deep/long.svelte: 450 lines, more than 400',
			'src/new.ts: secret'
		]);
	});
});
