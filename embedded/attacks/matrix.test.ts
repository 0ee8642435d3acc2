// Everything the catalogue knows, attacked by everybody; the outcome of each attack is in rules.ts.
import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../fresh.mjs';
import { callCells, readCatalogue, tableCells, type Catalogue } from './cells.js';
import { CLOSED_RELATIONS, FUNCTIONS, TABLES } from './rules.js';
import { attackBySql, prepareAttacks } from './sql-driver.js';
import { PEOPLE, fill } from './world.js';

let database: FreshDatabase;
let sql: Sql;
let catalogue: Catalogue;

beforeAll(async () => {
	database = await freshDatabase();
	sql = database.sql();
	await fill(sql);
	await prepareAttacks(sql);
	catalogue = await readCatalogue(sql);
});
afterAll(() => database.drop());

describe('the catalogue and the rules name the same things', () => {
	it('tables', () => {
		expect([...catalogue.tables.keys()].sort()).toEqual(Object.keys(TABLES).sort());
	});
	it('functions', () => {
		expect(catalogue.functions).toEqual(Object.keys(FUNCTIONS).sort());
	});
	it('views', () => {
		expect(catalogue.relations).toEqual(CLOSED_RELATIONS);
	});
});

describe('in SQL, as the role and with the claims of a token', () => {
	it.each(PEOPLE.map((person) => [person.name, person] as const))('%s', async (_, person) => {
		const cells = [...catalogue.tables.keys()].flatMap((table) => [...tableCells(catalogue, table, person)]);
		cells.push(...callCells(catalogue, person));
		await sql.begin(async (tx) => {
			expect(await attackBySql(tx, person, cells)).toEqual([]);
		});
	});
});
