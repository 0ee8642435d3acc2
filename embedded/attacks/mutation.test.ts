// The attacks are only worth what they notice: every policy is broken in every way there is, and each time at least one
// attack must come out differently. `npm test` runs a seeded sample that touches every policy; `npm run soak:mutation` all.
import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../fresh.mjs';
import { callCells, readCatalogue, tableCells, type Catalogue } from './cells.js';
import { helperMutants, policyMutants, tableMutants, variants, type Mutant } from './mutants.js';
import { seeded } from './seeded.js';
import { attackBySql, prepareAttacks } from './sql-driver.js';
import { PEOPLE, fill, personNamed } from './world.js';

const isWhole = process.env['SOAK_MUTANTS'] !== undefined;
const seed = Number(process.env['SOAK_SEED'] ?? '1');

let database: FreshDatabase;
let sql: Sql;
let catalogue: Catalogue;
let mutants: Mutant[];

beforeAll(async () => {
	database = await freshDatabase();
	sql = database.sql();
	await fill(sql);
	await prepareAttacks(sql);
	catalogue = await readCatalogue(sql);
	mutants = [
		...(await policyMutants(sql)),
		...(await tableMutants(sql)),
		...(await helperMutants(sql, [...catalogue.tables.keys()]))
	];
});
afterAll(() => database.drop());

/** Those whom a wall most often stops come first: most mutants are noticed by one of them. */
const FIRST = [
	'left_a1',
	'owner_c',
	'anonymous_teacher_a1',
	'anonymous_owner_a',
	'pupil_a1',
	'teacher_a1',
	'owner_turned_pupil',
	'owner_a'
];
const crowd = [...FIRST.map(personNamed), ...PEOPLE.filter(({ name }) => !FIRST.includes(name))];

/** @returns whether any attack on its tables, or any call, came out otherwise */
async function isNoticed(mutant: Mutant): Promise<boolean> {
	const undone = new Error('undone');
	let noticed = false;
	await sql
		.begin(async (tx) => {
			await tx.unsafe(mutant.sql);
			for (const person of crowd) {
				const cells = mutant.tables.flatMap((table) => [...tableCells(catalogue, table, person)]);
				if (mutant.tables.length > 1) cells.push(...callCells(catalogue, person));
				noticed = (await attackBySql(tx, person, cells)).length > 0;
				if (noticed) break;
			}
			throw undone;
		})
		.catch((error: unknown) => {
			if (error !== undone) throw error;
		});
	return noticed;
}

describe('the breaker', () => {
	it('takes out each condition once and closes each branch once', () => {
		expect(variants("(((a = 'x AND y') AND (b IS FALSE)) OR (c = ANY (d)))").map(({ what }) => what)).toEqual(
			[
				"always a = 'x AND y'",
				'always b IS FALSE',
				"never (a = 'x AND y') AND (b IS FALSE)",
				'always c = ANY (d)',
				'never c = ANY (d)'
			]
		);
	});

	it('changes nothing of what it leaves alone', async () => {
		expect(await isNoticed({ name: 'nothing', tables: [...catalogue.tables.keys()], sql: 'select 1' })).toBe(
			false
		);
	});
});

it('no broken wall goes unnoticed', { timeout: 0 }, async () => {
	const pick = seeded(seed);
	const bySubject = new Map<string, Mutant[]>();
	for (const mutant of mutants) {
		const subject = mutant.name.split(':')[0] ?? '';
		bySubject.set(subject, [...(bySubject.get(subject) ?? []), mutant]);
	}
	const chosen = isWhole
		? mutants
		: [...bySubject.values()].flatMap((group) => group.slice(Math.floor(pick() * group.length)).slice(0, 1));
	const missed: string[] = [];
	for (const mutant of chosen) if (!(await isNoticed(mutant))) missed.push(mutant.name);
	console.log(
		`soak:mutation ${JSON.stringify({ mutants: chosen.length, of: mutants.length, missed: missed.length })}`
	);
	expect(missed).toEqual([]);
	expect(chosen.length).toBeGreaterThan(40);
});
