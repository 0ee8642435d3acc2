// Every file of supabase/tests, each in a database of its own.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { supabaseDir } from './database.mjs';
import { freshDatabase } from './fresh.mjs';
import { judge, runTapFile } from './pgtap.mjs';

const folder = join(supabaseDir, 'tests');
const files = existsSync(folder)
	? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.sql'))
	: [];

describe('the reader of pgTAP', () => {
	it.each([
		['all as planned', ['1..2', 'ok 1 - a', 'ok 2 - b'], 0],
		['one failed', ['1..2', 'ok 1 - a', 'not ok 2 - b', '# Failed test 2: "b"'], 2],
		['fewer than planned', ['1..2', 'ok 1 - a'], 1],
		['more than planned', ['1..1', 'ok 1 - a', 'ok 2 - b'], 1],
		['no plan', ['ok 1 - a'], 1],
		['nothing at all', [], 1],
		['a plan of nothing', ['1..0'], 1],
		['a known fault', ['1..1', 'not ok 1 - a # TODO later'], 0]
	])('%s', (_, lines, problems) => {
		expect(judge(lines).problems).toHaveLength(problems);
	});

	it.each([
		['passes', 'ok(true)', /^$/],
		['fails', 'ok(false)', /not ok 1/],
		['does not parse', 'ok(', /syntax error.*\(line 3\)/]
	])('a file that %s', async (_, test, problem) => {
		const made = mkdtempSync(join(tmpdir(), 'tap-'));
		const file = join(made, 'probe.sql');
		writeFileSync(file, `begin;\nselect plan(1);\nselect ${test};\nselect * from finish();\nrollback;\n`);
		const database = await freshDatabase({ migrations: [] });
		const report = await runTapFile(file, database);
		expect(report.problems.join(' ')).toMatch(problem);
		await database.drop();
		rmSync(made, { recursive: true });
	});
});

describe.runIf(files.length > 0)('supabase/tests', () => {
	it.each(files)('%s', async (file) => {
		const database = await freshDatabase();
		const report = await runTapFile(join(folder, file), database);
		await database.drop();
		expect(report.problems).toEqual([]);
		expect(report.passed).toBeGreaterThan(0);
	});
});
