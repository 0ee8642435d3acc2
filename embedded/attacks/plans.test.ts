// How the database answers what the pages ask, at a size where it matters: by index, with every question of a policy asked
// once for the query and never once per row. Asserts plans, measures nothing.
import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../fresh.mjs';
import { CLASS, SCHOOL, claimsOf, fill, personNamed, seatOf } from './world.js';

type Plan = {
	'Node Type': string;
	'Relation Name'?: string;
	'Subplan Name'?: string;
	'Parent Relationship'?: string;
	Plans?: Plan[];
};

const ROWS = 60_000;
let database: FreshDatabase;
let sql: Sql;

beforeAll(async () => {
	database = await freshDatabase();
	sql = database.sql();
	await fill(sql);
	// Two hundred other schools with a class, a seat and their share of the rows; triggers would only count and tell.
	await sql.begin(async (tx) => {
		await tx`set local session_replication_role = replica`;
		await tx`insert into public.schools (id, name) select md5('s' || n)::uuid, 'School ' || n from generate_series(1, 200) n`;
		await tx`insert into public.classrooms (id, school_id, name)
			select md5('c' || n)::uuid, md5('s' || n)::uuid, 'Class' from generate_series(1, 200) n`;
		await tx`insert into public.seats (id, school_id, classroom_id, animal, color)
			select md5('t' || n)::uuid, md5('s' || n)::uuid, md5('c' || n)::uuid, 'fox', 'blue' from generate_series(1, 200) n`;
		await tx`insert into public.trainings (school_id, classroom_id, seat_id, model_type, created_at)
			select md5('s' || n % 200 + 1)::uuid, md5('c' || n % 200 + 1)::uuid, md5('t' || n % 200 + 1)::uuid, 'ACT',
				now() - make_interval(secs => n) from generate_series(1, ${ROWS}::int) n`;
		await tx`insert into public.lab_events (id, school_id, classroom_id, seat_id, device_id, seq, kind, happened_at)
			select gen_random_uuid(), md5('s' || n % 200 + 1)::uuid, md5('c' || n % 200 + 1)::uuid, md5('t' || n % 200 + 1)::uuid,
				gen_random_uuid(), 1, 'connected', now() from generate_series(1, ${ROWS}::int) n`;
		await tx`insert into public.notifications (school_id, user_id, kind)
			select md5('s' || n % 200 + 1)::uuid, gen_random_uuid(), 'training_done' from generate_series(1, ${ROWS}::int) n`;
	});
	await sql`analyze`;
});
afterAll(() => database.drop());

function* nodesOf(plan: Plan): Generator<Plan> {
	yield plan;
	for (const inner of plan.Plans ?? []) yield* nodesOf(inner);
}

async function planOf(person: string, query: string): Promise<Plan> {
	return sql.begin(async (tx) => {
		await tx`select set_config('request.jwt.claims', ${JSON.stringify(claimsOf(personNamed(person)))}, true)`;
		await tx`set local role authenticated`;
		const [row] = await tx.unsafe<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(`explain (format json) ${query}`);
		if (row === undefined) throw new Error('no plan');
		return row['QUERY PLAN'][0].Plan;
	});
}

it.each([
	[
		'teacher_a1',
		'the trainings of a class',
		`select * from public.trainings where classroom_id = '${CLASS.a1}' order by created_at desc limit 50`
	],
	[
		'teacher_a1',
		'all trainings a teacher may see',
		'select * from public.trainings order by created_at desc limit 50'
	],
	[
		'owner_a',
		'all trainings of a school',
		`select * from public.trainings where school_id = '${SCHOOL.a}' and classroom_id in ('${CLASS.a1}', '${CLASS.a2}')`
	],
	['pupil_a1', 'all trainings a pupil may see', 'select * from public.trainings'],
	[
		'teacher_a1',
		'what one seat did last',
		`select * from public.lab_events where seat_id = '${seatOf('a1', 1)}' order by received_at desc limit 100`
	],
	[
		'teacher_a1',
		'what a class did last',
		`select * from public.lab_events where classroom_id = '${CLASS.a1}' order by received_at desc limit 100`
	],
	['pupil_a1', 'all events a pupil may see', 'select * from public.lab_events'],
	[
		'teacher_a1',
		'the own notifications',
		'select * from public.notifications order by created_at desc limit 20'
	]
])('%s: %s', async (person, _, query) => {
	const nodes = [...nodesOf(await planOf(person, query))];
	const read = nodes.filter((node) => node['Relation Name'] !== undefined);
	expect(read.length).toBeGreaterThan(0);
	expect(read.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
	// InitPlan: once. SubPlan: once per row.
	expect(nodes.filter((node) => node['Parent Relationship'] === 'SubPlan')).toEqual([]);
	expect(nodes.some((node) => node['Parent Relationship'] === 'InitPlan')).toBe(true);
});

it('would notice a table read from end to end', async () => {
	await sql`alter policy reads on public.trainings using (exists (select from public.seats s where s.id = seat_id))`;
	await sql`drop policy school_wall on public.trainings`;
	const nodes = [...nodesOf(await planOf('teacher_a1', 'select * from public.trainings'))];
	expect(
		nodes.some((node) => node['Node Type'] === 'Seq Scan' && node['Relation Name'] === 'trainings')
	).toBe(true);
});
