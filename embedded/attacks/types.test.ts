// The generated types say what the migrated database has: every table, column and function, and nothing else.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freshDatabase } from '../fresh.mjs';
import { readCatalogue } from './cells.js';

const path = join(import.meta.dirname, '..', '..', 'src', 'lib', 'server', 'database.types.ts');

/** The names one step further in than `heading` inside the first block of that name. */
function namesIn(text: string, heading: string): string[] {
	const lines = text.split('\n');
	const start = lines.findIndex((line) => line.trim() === `${heading}: {`);
	const depth = /^\t*/.exec(lines[start] ?? '')?.[0].length ?? 0;
	const end = lines.findIndex((line, at) => at > start && line.startsWith(`${'\t'.repeat(depth)}}`));
	return lines
		.slice(start + 1, end)
		.flatMap((line) => new RegExp(`^\\t{${depth + 1}}(\\w+)\\??: `).exec(line)?.[1] ?? []);
}

it('database.types.ts is that of these migrations', async () => {
	const database = await freshDatabase();
	const catalogue = await readCatalogue(database.sql());
	await database.drop();
	const text = readFileSync(path, 'utf8');
	expect(namesIn(text, 'Tables').sort()).toEqual([...catalogue.tables.keys()].sort());
	expect(namesIn(text, 'Views').sort()).toEqual([...catalogue.relations].sort());
	expect(namesIn(text, 'Functions').sort()).toEqual([...catalogue.functions].sort());
	for (const [table, { columns }] of catalogue.tables) {
		const from = text.slice(text.indexOf(`\t\t\t${table}: {\n`));
		expect([table, namesIn(from, 'Row').sort()]).toEqual([table, [...columns].sort()]);
	}
});
