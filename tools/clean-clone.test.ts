// The two commands of the README begin in a clone that has nothing but Node: what they load at the start may not ask for a package.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const STATIC = /^(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]/gm;

/** Packages that `entry` and everything it loads statically ask for, as `file: package`. */
function packagesOf(entry: string): string[] {
	const seen = new Set<string>();
	const found: string[] = [];
	const visit = (path: string): void => {
		if (seen.has(path)) return;
		seen.add(path);
		for (const match of readFileSync(path, 'utf8').matchAll(STATIC)) {
			const name = match[1] ?? match[2] ?? '';
			if (name.startsWith('node:')) continue;
			if (name.startsWith('.')) visit(join(dirname(path), name));
			else found.push(`${path.slice(ROOT.length + 1)}: ${name}`);
		}
	};
	visit(join(ROOT, entry));
	return found;
}

describe('a clean clone', () => {
	it.each(['tools/start.mjs', 'tools/test.mjs'])('%s starts with Node alone', (entry) => {
		expect(existsSync(join(ROOT, entry))).toBe(true);
		expect(packagesOf(entry)).toEqual([]);
	});
});
