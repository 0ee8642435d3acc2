import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type FreshDatabase } from './fresh.mjs';

const probe = {
	version: '1',
	name: 'probe',
	text: `create table public.probe (id int primary key, word text);
		create function public.shout() returns text language sql as $$ select 'hey' $$;`
};

describe('a fresh database', () => {
	let database: FreshDatabase;
	beforeAll(async () => {
		database = await freshDatabase({ migrations: [probe] });
	});
	afterAll(() => database.drop());

	it('is Postgres 17, the version hosted projects run', async () => {
		const [row] = await database.sql()`show server_version_num`;
		expect(String(row?.['server_version_num'])).toMatch(/^17/);
	});

	it('runs migrations as a role that is no superuser, and that owns what they make', async () => {
		const [role] = await database.sql('postgres')`
			select rolsuper, rolbypassrls from pg_roles where rolname = current_user`;
		expect(role).toEqual({ rolsuper: false, rolbypassrls: true });
		const [table] = await database.sql()`select tableowner from pg_tables where tablename = 'probe'`;
		expect(table).toEqual({ tableowner: 'postgres' });
	});

	it.each(['anon', 'authenticated', 'service_role'])(
		'gives %s every right on a new table, as hosted does, so that missing row security shows',
		async (role) => {
			const [row] = await database.sql()`
				select has_table_privilege(${role}, 'public.probe', 'select, insert, update, delete') as rows,
					has_function_privilege(${role}, 'public.shout()', 'execute') as calls`;
			expect(row).toEqual({ rows: true, calls: true });
		}
	);

	it('lets only authenticator become the roles of the API, and it begins with none of their rights', async () => {
		const sql = database.sql('authenticator');
		await expect(sql`select * from public.probe`).rejects.toMatchObject({ code: '42501' });
		const rows = await sql.begin(async (tx) => {
			await tx`set local role authenticated`;
			return tx`select current_user::text as who`;
		});
		expect(rows[0]).toEqual({ who: 'authenticated' });
		await expect(sql`set role postgres`).rejects.toMatchObject({ code: '42501' });
	});

	it('reads who is asking from the claims of the request', async () => {
		const id = '6f0c9c5e-2b0a-4e25-9d4f-1c51f7d4c001';
		const claims = JSON.stringify({ sub: id, role: 'authenticated', is_anonymous: true });
		const rows = await database.sql('authenticator').begin(async (tx) => {
			await tx`set local role authenticated`;
			await tx`select set_config('request.jwt.claims', ${claims}, true)`;
			return tx`select auth.uid() as id, auth.role() as role, (auth.jwt() ->> 'is_anonymous')::bool as anonymous`;
		});
		expect(rows[0]).toEqual({ id, role: 'authenticated', anonymous: true });
	});

	it('has a role that hears notifications and reads nothing', async () => {
		const sql = database.sql('listener');
		const heard: string[] = [];
		await sql.listen('school', (payload) => heard.push(payload));
		await database.sql()`notify school, 'hey'`;
		await expect.poll(() => heard).toEqual(['hey']);
		for (const table of ['public.probe', 'auth.users'])
			await expect(sql.unsafe(`select * from ${table}`)).rejects.toMatchObject({ code: '42501' });
	});

	it('hides the people from the roles of the API', async () => {
		for (const role of ['anon', 'authenticated', 'service_role']) {
			const attempt = database.sql('authenticator').begin(async (tx) => {
				await tx.unsafe(`set local role ${role}`);
				return tx`select * from auth.users`;
			});
			await expect(attempt).rejects.toMatchObject({ code: '42501' });
		}
	});

	it('is its own: what one writes, another does not see', async () => {
		const other = await freshDatabase({ migrations: [probe] });
		await database.sql()`insert into public.probe values (1, 'here')`;
		expect(await other.sql()`select * from public.probe`).toHaveLength(0);
		await other.drop();
	});
});

describe('migrations', () => {
	it('leave the table the Supabase CLI reads', async () => {
		const database = await freshDatabase({ migrations: [probe] });
		const rows = await database.sql()`select version, name from supabase_migrations.schema_migrations`;
		expect([...rows]).toEqual([{ version: '1', name: 'probe' }]);
		await database.drop();
	});

	it('that fail name the file and the line, and leave nothing', async () => {
		const broken = {
			version: '2',
			name: 'broken',
			text: 'create table public.left_over (id int);\n\nselect nothing;'
		};
		await expect(freshDatabase({ migrations: [probe, broken] })).rejects.toThrow(
			/migration 2_broken: .*nothing.*\(line 3\)/
		);
		const database = await freshDatabase({ migrations: [probe] });
		const names = await database.sql()`select datname from pg_database where datname like 'making%'`;
		expect(names).toHaveLength(0);
		await database.drop();
	});

	it('may not use what only a superuser may', async () => {
		const greedy = {
			version: '2',
			name: 'greedy',
			text: 'create extension dblink; alter role postgres superuser;'
		};
		await expect(freshDatabase({ migrations: [greedy] })).rejects.toThrow(/migration 2_greedy/);
	});
});
