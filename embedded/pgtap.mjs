// Runs pgTAP files (supabase/tests) without psql or pg_prove and reads what they answer. Files stay those of `supabase test db`:
// each opens a transaction, plans, and rolls back.
import { readFileSync } from 'node:fs';
import { placeIn } from './database.mjs';

/** @typedef {{ passed: number, problems: string[] }} TapReport */

/**
 * @param {readonly string[]} lines what pgTAP answered, in order
 * @returns {TapReport} a test that failed, a plan that was not kept, or no plan at all is a problem
 */
export function judge(lines) {
	/** @type {string[]} */
	const problems = [];
	let planned = -1;
	let passed = 0;
	let ran = 0;
	for (const line of lines) {
		const plan = /^1\.\.(\d+)/.exec(line);
		if (plan !== null) planned = Number(plan[1]);
		else if (line.startsWith('not ok') && !/# (TODO|SKIP)/i.test(line)) {
			ran += 1;
			problems.push(line);
		} else if (/^(not )?ok\b/.test(line)) {
			ran += 1;
			passed += 1;
		} else if (/^Bail out!/.test(line)) problems.push(line);
		else if (line.startsWith('#') && problems.length > 0) problems.push(line);
	}
	if (planned === -1) problems.push('no plan: select plan(n), and select * from finish()');
	else if (planned !== ran) problems.push(`planned ${planned}, ran ${ran}`);
	else if (ran === 0) problems.push('no test ran');
	return { passed, problems };
}

/**
 * @param {string} file
 * @param {import('./fresh.mjs').FreshDatabase} database
 * @returns {Promise<TapReport>}
 */
export async function runTapFile(file, database) {
	const admin = database.sql('supabase_admin');
	await admin`create extension if not exists pgtap with schema extensions`;
	const sql = database.sql('postgres');
	const text = readFileSync(file, 'utf8');
	const connection = await sql.reserve();
	try {
		const results = await connection.unsafe(text);
		/** @type {unknown[]} */
		const sets = Array.isArray(results[0]) ? results : [results];
		const lines = sets
			.flat()
			.flatMap((row) => Object.values(/** @type {Record<string, unknown>} */ (row)))
			.filter((value) => typeof value === 'string')
			.flatMap((value) => value.split('\n'));
		return judge(lines);
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		return { passed: 0, problems: [`${message}${placeIn(text, error)}`] };
	} finally {
		await connection.unsafe('rollback').catch(() => undefined);
		connection.release();
	}
}
