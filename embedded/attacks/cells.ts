// Attacks, generated: every table and column the catalogue knows x every person x every place, and what must come of it.
// Knows the shape of the tables (from the catalogue) and the rules. Does not know how an attack is carried out: one driver
// speaks SQL (sql-driver.ts, quick enough for thousands of mutants), one goes through the real PostgREST (rest-driver.ts).
import type { Sql } from 'postgres';
import { FUNCTIONS, TABLES, TARGETS, type Outcome, type Target } from './rules.js';
import {
	CLASS,
	CLASS_NAMES,
	CODE,
	PEOPLE,
	ROWS,
	SCHOOL,
	contentsOf,
	idOf,
	schoolOf,
	seatOf,
	type ClassName,
	type Person,
	type Row,
	type School
} from './world.js';

export type Catalogue = {
	/** Table -> its columns and those of its primary key. */
	readonly tables: ReadonlyMap<
		string,
		{ readonly columns: readonly string[]; readonly key: readonly string[] }
	>;
	/** Functions of `public`, by name. */
	readonly functions: readonly string[];
	/** Views and materialised views. */
	readonly relations: readonly string[];
	/** Rows of audit_log, which no fixture writes. */
	readonly audit: readonly Row[];
};

/** @param sql of the superuser */
export async function readCatalogue(sql: Sql): Promise<Catalogue> {
	const tables = await sql<{ name: string; columns: string[]; key: string[] }[]>`
		select c.relname as name,
			(select array_agg(a.attname::text order by a.attnum) from pg_attribute a
				where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
			(select array_agg(a.attname::text order by a.attname) from pg_index i
				join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
				where i.indrelid = c.oid and i.indisprimary) as key
		from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`;
	const functions = await sql<{ name: string }[]>`
		select p.proname::text as name from pg_proc p where p.pronamespace = 'public'::regnamespace order by 1`;
	const relations = await sql<{ name: string }[]>`
		select c.relname as name from pg_class c
		where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm', 'f') order by 1`;
	const audit = await sql<{ school_id: string; seq: string }[]>`select school_id, seq from public.audit_log`;
	const schools = Object.entries(SCHOOL) as [School, string][];
	return {
		tables: new Map(tables.map(({ name, columns, key }) => [name, { columns, key }])),
		functions: functions.map(({ name }) => name),
		relations: relations.map(({ name }) => name),
		audit: audit.map(({ school_id, seq }) => {
			const school = schools.find(([, id]) => id === school_id)?.[0] ?? 'a';
			return {
				table: 'audit_log',
				key: { school_id, seq },
				values: {},
				...{ school, class: null, seat: null, user: null, isShared: false }
			};
		})
	};
}

/** rows: so many; keys: exactly these; refused: 42501; blocked: refused or a foreign key; word: the answer's error. */
export type Expected =
	| { readonly keys: readonly string[] }
	| { readonly rows: number }
	| { readonly says: 'refused' | 'blocked' | Outcome };

export type Attack =
	| {
			readonly verb: 'see';
			readonly table: string;
			readonly key: readonly string[];
			readonly where: Readonly<Record<string, string>>;
	  }
	| { readonly verb: 'add'; readonly table: string; readonly values: Readonly<Record<string, unknown>> }
	| {
			readonly verb: 'change';
			readonly table: string;
			readonly set: Readonly<Record<string, unknown>>;
			/** Empty: every row there is. */
			readonly where: Readonly<Record<string, string>>;
	  }
	| { readonly verb: 'remove'; readonly table: string; readonly where: Readonly<Record<string, string>> }
	| { readonly verb: 'call'; readonly name: string; readonly args: Readonly<Record<string, unknown>> };

export type Cell = { readonly person: Person; readonly attack: Attack; readonly expected: Expected };

export const keyText = (key: readonly string[], values: Readonly<Record<string, unknown>>): string =>
	key.map((column) => String(values[column])).join('/');

const SAMPLES: Readonly<Record<string, unknown>> = {
	name: 'Renamed',
	admit: 'ask',
	nicknames_allowed: true,
	nickname: 'Kim',
	feedback: 'good',
	rating: 3,
	episodes: 1,
	frames: 2,
	bytes: 3,
	shared: true,
	kind: 'leader',
	read_at: '2026-11-02T00:00:00Z',
	data: {},
	duration_seconds: 1,
	fps: 30,
	model_type: 'ACT'
};

const PLACES = CLASS_NAMES.flatMap((name) => [null, 1, 2, 3].map((seat) => ({ class: name, seat })));

function* addCells(table: string, columns: readonly string[], person: Person): Generator<Cell> {
	const insert = TABLES[table]?.insert;
	const fixture = ROWS.find((row) => row.table === table);
	if (insert === undefined) {
		const values = {
			...(columns.includes('school_id') ? { school_id: SCHOOL.a } : {}),
			...fixture?.values,
			...(columns.includes('id') ? { id: idOf('none', '30', 1) } : {})
		};
		yield { person, attack: { verb: 'add', table, values }, expected: { says: 'refused' } };
		return;
	}
	const make = (school: School, name: ClassName | null, seat: number | null) => ({
		id: idOf('none', '30', 1),
		school_id: SCHOOL[school],
		classroom_id: name === null ? null : CLASS[name],
		...(columns.includes('seat_id')
			? { seat_id: name === null || seat === null ? null : seatOf(name, seat) }
			: {}),
		...contentsOf(table, 'added')
	});
	const hasSeats = columns.includes('seat_id');
	for (const { class: name, seat } of PLACES) {
		if (!hasSeats && seat !== null) continue;
		const seatId = seat === null ? null : seatOf(name, seat);
		const where = { school: schoolOf(name), class: name, seat: seatId, user: null, isShared: false };
		const isAllowed = insert.rule(person, where);
		// Without a seat where one is needed: whoever asks, nothing comes of it.
		const isWhole = seat !== null || table !== 'ai_control_sessions';
		yield {
			person,
			attack: { verb: 'add', table, values: make(schoolOf(name), name, seat) },
			expected: isAllowed && isWhole ? { rows: 1 } : { says: 'refused' }
		};
		// The school of one, the class or the seat of another.
		for (const school of ['a', 'b', 'c'] as const)
			if (school !== schoolOf(name))
				yield {
					person,
					attack: { verb: 'add', table, values: make(school, name, seat) },
					expected: { says: 'blocked' }
				};
	}
	if (table === 'arms')
		for (const school of ['a', 'b', 'c'] as const) {
			const isAllowed = insert.rule(person, { school, class: null, seat: null, user: null, isShared: false });
			yield {
				person,
				attack: { verb: 'add', table, values: make(school, null, null) },
				expected: isAllowed ? { rows: 1 } : { says: 'refused' }
			};
		}
	// Columns that are the database's to fill, in a row that would otherwise be welcome.
	for (const column of columns)
		if (!insert.columns.includes(column))
			yield {
				person,
				attack: { verb: 'add', table, values: { ...make('a', 'a1', 1), [column]: null } },
				expected: { says: 'refused' }
			};
}

function* moveCells(person: Person): Generator<Cell> {
	const rules = TABLES['arms'];
	const update = rules?.update;
	if (rules === undefined || update === undefined) return;
	// All at once and without a filter: a filter would have the rules for reading catch it.
	const his = ROWS.filter((row) => row.table === 'arms' && update.rule(person, row));
	for (const name of CLASS_NAMES) {
		const isThere = his.every((row) => update.rule(person, { ...row, class: name }));
		const isWithin = his.every((row) => row.school === schoolOf(name));
		const fine: Expected = isThere ? { rows: his.length } : { says: 'refused' };
		yield {
			person,
			attack: { verb: 'change', table: 'arms', set: { classroom_id: CLASS[name] }, where: {} },
			expected: person.userId === null ? { says: 'refused' } : isWithin ? fine : { says: 'blocked' }
		};
	}
	for (const row of ROWS)
		if (row.table === 'arms')
			for (const name of CLASS_NAMES) {
				const isHis = rules.select(person, row) && update.rule(person, row);
				const isThere = update.rule(person, { ...row, class: name });
				const expected: Expected = !isHis
					? { rows: 0 }
					: schoolOf(name) !== row.school
						? { says: 'blocked' }
						: isThere
							? { rows: 1 }
							: { says: 'refused' };
				yield {
					person,
					attack: { verb: 'change', table: 'arms', set: { classroom_id: CLASS[name] }, where: row.key },
					expected: person.userId === null ? { says: 'refused' } : expected
				};
			}
}

/** Attacks on one table by one person that say everything about it: all rows at once, so nothing hides behind a filter. */
export function* tableCells(catalogue: Catalogue, table: string, person: Person): Generator<Cell> {
	const shape = catalogue.tables.get(table);
	const rules = TABLES[table];
	if (shape === undefined || rules === undefined) throw new Error(`no rules for table ${table}`);
	const rows = table === 'audit_log' ? catalogue.audit : ROWS.filter((row) => row.table === table);
	const isIn = person.userId !== null;
	const refused: Expected = { says: 'refused' };
	yield {
		person,
		attack: { verb: 'see', table, key: shape.key, where: {} },
		expected: isIn
			? {
					keys: rows
						.filter((row) => rules.select(person, row))
						.map((row) => keyText(shape.key, row.key))
						.sort()
				}
			: refused
	};
	for (const column of shape.columns) {
		if (table === 'arms' && column === 'classroom_id') continue;
		const update = rules.update?.columns.includes(column) === true ? rules.update : undefined;
		yield {
			person,
			attack: { verb: 'change', table, set: { [column]: SAMPLES[column] ?? null }, where: {} },
			expected:
				isIn && update !== undefined
					? { rows: rows.filter((row) => update.rule(person, row)).length }
					: refused
		};
	}
	const remove = rules.delete;
	yield {
		person,
		attack: { verb: 'remove', table, where: {} },
		expected:
			isIn && remove !== undefined ? { rows: rows.filter((row) => remove(person, row)).length } : refused
	};
	yield* addCells(table, shape.columns, person);
	if (table === 'arms') yield* moveCells(person);
}

/** The same questions row by row, as a page would ask them, and for a row that is not there. */
export function* rowCells(catalogue: Catalogue, table: string, person: Person): Generator<Cell> {
	const shape = catalogue.tables.get(table);
	const rules = TABLES[table];
	if (shape === undefined || rules === undefined) throw new Error(`no rules for table ${table}`);
	const rows =
		table === 'audit_log' ? catalogue.audit.slice(0, 12) : ROWS.filter((row) => row.table === table);
	const isIn = person.userId !== null;
	const refused: Expected = { says: 'refused' };
	const column = rules.update?.columns[0] === 'classroom_id' ? 'name' : rules.update?.columns[0];
	for (const row of rows) {
		const isSeen = rules.select(person, row);
		const seen = isSeen ? [keyText(shape.key, row.key)] : [];
		yield {
			person,
			attack: { verb: 'see', table, key: shape.key, where: row.key },
			expected: isIn ? { keys: seen } : refused
		};
		if (column !== undefined) {
			const isChanged = isSeen && rules.update?.rule(person, row) === true;
			yield {
				person,
				attack: { verb: 'change', table, set: { [column]: SAMPLES[column] ?? null }, where: row.key },
				expected: isIn ? { rows: isChanged ? 1 : 0 } : refused
			};
		}
		if (rules.delete !== undefined) {
			const isGone = isSeen && rules.delete(person, row);
			yield {
				person,
				attack: { verb: 'remove', table, where: row.key },
				expected: isIn ? { rows: isGone ? 1 : 0 } : refused
			};
		}
	}
}

/** Arguments that ask for seat 1 of the target's class (seat 4 where a free one is meant). */
export function argsOf(name: string, { class: at, school }: Target): Record<string, unknown> {
	const seat = seatOf(at, 1);
	const event = { id: idOf('none', '40', 1), device_id: idOf('none', '41', 1), seq: 1, kind: 'connected' };
	const all: Record<string, Record<string, unknown>> = {
		create_school: { p_name: 'A new school' },
		create_classroom: { p_school_id: SCHOOL[school], p_name: 'A new class', p_seats: 2 },
		set_classroom_state: { p_classroom_id: CLASS[at], p_state: 'paused' },
		issue_join_code: { p_classroom_id: CLASS[at], p_minutes: 10 },
		admit_seat: { p_seat_id: seatOf(at, 3), p_yes: true },
		reset_seat: { p_seat_id: seat },
		hold_class: { p_classroom_id: CLASS[at], p_seconds: 10 },
		class_board: { p_classroom_id: CLASS[at] },
		erase_seat: { p_seat_id: seat },
		export_seat: { p_seat_id: seat },
		verify_audit_log: { p_school_id: SCHOOL[school] },
		get_teacher_dashboard: {},
		run_school_jobs: {},
		get_user_training_stats: {
			p_user_id: PEOPLE.find(({ sits }) => sits.some((one) => one.class === at && one.n === 1))?.userId
		},
		leave_seat: { p_seat_id: seat },
		look_up_class: { p_code: CODE[at] },
		claim_seat: { p_code: CODE[at], p_seat_id: seatOf(at, 4), p_nickname: null },
		record_lab_events: { p_seat_id: seat, p_events: [{ ...event, happened_at: '2026-11-02T00:00:00Z' }] }
	};
	const args = all[name];
	if (args === undefined) throw new Error(`no arguments for function ${name}`);
	return args;
}

export function* callCells(catalogue: Catalogue, person: Person): Generator<Cell> {
	for (const name of catalogue.functions) {
		const rule = FUNCTIONS[name];
		if (rule === undefined) throw new Error(`no rule for function ${name}`);
		for (const target of TARGETS)
			yield {
				person,
				attack: { verb: 'call', name, args: argsOf(name, target) },
				expected: { says: rule(person, target) }
			};
	}
}
