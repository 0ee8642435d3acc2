// Entries of the package that Python wrote, taken apart by another program and put together again.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assemblePackage, packageFiles, type PackageEntry } from './assemble';
import { readPackage } from './read-package';
import { readBytes, readZip } from './zip';

const original = new Blob([readFileSync(join(import.meta.dirname, 'fixtures', 'policy.zip'))]);

async function entriesOf(zip: Blob): Promise<PackageEntry[]> {
	const found: PackageEntry[] = [];
	for (const { path, start, end } of (await readZip(zip)).values())
		found.push({ path, data: await readBytes(zip, start, end) });
	return found;
}

describe('a package from its entries', () => {
	it('is the same package: same id, same entries', async () => {
		const entries = await entriesOf(original);
		const again = assemblePackage(entries);
		const [before, after] = await Promise.all([readPackage(original), readPackage(again)]);
		expect(after.ok && after.value.id).toBe(before.ok && before.value.id);
		expect(await entriesOf(again)).toEqual(entries);
		expect(again.size).toBe(original.size);
	});

	it('is a zip to Python too', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'assemble-'));
		const script =
			'import sys, zipfile; z = zipfile.ZipFile(sys.stdin.buffer); print(z.testzip()); z.extractall(sys.argv[1])';
		const read = `import io; sys = __import__("sys"); sys.stdin = type("S", (), {"buffer": io.BytesIO(sys.stdin.buffer.read())}); ${script}`;
		try {
			const input = Buffer.from(await assemblePackage(await entriesOf(original)).arrayBuffer());
			const told = execFileSync('python3', ['-c', read, folder], { input, encoding: 'utf8' });
			expect(told.trim()).toBe('None');
			expect(readdirSync(folder)).toContain('manifest.json');
		} finally {
			rmSync(folder, { recursive: true });
		}
	});

	it('knows from the manifest what belongs to it', async () => {
		const entries = await entriesOf(original);
		const manifest = entries.find(({ path }) => path === 'manifest.json');
		const files = packageFiles(new TextDecoder().decode(manifest?.data));
		const named = files.ok ? files.value.map(({ path }) => path) : [];
		expect([...named, 'README.md', 'manifest.json'].sort()).toEqual(entries.map(({ path }) => path).sort());
		for (const { path, bytes } of files.ok ? files.value : [])
			expect(entries.find((entry) => entry.path === path)?.data.length).toBe(bytes);
	});

	it.each(['', '{}', '<!doctype html>', 'null', ' '.repeat(300_000)])(
		'refuses the manifest %.20o',
		(text) => {
			const files = packageFiles(text);
			expect(files.ok ? '' : files.error.code).toMatch(/^policy_package_/);
		}
	);

	it('refuses a manifest that names more than a package may have', async () => {
		const entries = await entriesOf(original);
		const manifest = entries.find(({ path }) => path === 'manifest.json');
		const told = JSON.parse(new TextDecoder().decode(manifest?.data)) as {
			files: { fp32: { bytes: number } };
		};
		told.files.fp32.bytes = 300 * 1024 * 1024;
		const files = packageFiles(JSON.stringify(told));
		expect(files.ok ? '' : files.error.code).toBe('policy_package_too_large');
	});
});
