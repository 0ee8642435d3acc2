-- What must hold for every table and function, those of tomorrow included.
begin;
create extension if not exists pgtap with schema extensions;
set search_path = public, extensions;
select plan(13);

select is_empty($$
	select c.relname from pg_class c
	where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and c.relkind in ('r', 'p') and not c.relrowsecurity
$$, 'row level security is on everywhere');

select is_empty($$
	select c.relname from pg_class c
	where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
		and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'school_wall' and not p.polpermissive)
$$, 'every table has its school wall, and it is restrictive');

select is_empty($$
	select tablename, cmd from pg_policies where schemaname = 'public' and permissive = 'PERMISSIVE'
	group by tablename, cmd having count(*) > 1
$$, 'one permissive policy for a table and a verb: what opens it stands in one place');

select is_empty($$
	select tablename, policyname from pg_policies where schemaname = 'public' and roles <> '{authenticated}'
$$, 'no policy speaks to anybody but signed-in people');

select is_empty($$
	select tablename, policyname from pg_policies
	where schemaname = 'public' and coalesce(qual, '') || coalesce(with_check, '') ~ 'staff_|lead_|owned_'
		and (coalesce(qual, 'is_anonymous') !~ 'is_anonymous' or coalesce(with_check, 'is_anonymous') !~ 'is_anonymous')
$$, 'where staff is asked for, is_anonymous is asked too, reading and writing');

select is_empty($$
	select tablename, policyname from pg_policies
	where schemaname = 'public'
		and regexp_replace(coalesce(qual, '') || coalesce(with_check, ''), 'SELECT \(*(private|auth)\.', '', 'g')
			~ '(private|auth)\.[a-z_]+\('
$$, 'functions in policies are asked once per query: each stands in a sub-select');

select is_empty($$
	select p.oid::regprocedure from pg_proc p
	where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
		and not coalesce(p.proconfig @> array['search_path=""'], false)
$$, 'no function trusts the search path of its caller');

select is_empty($$
	select p.oid::regprocedure from pg_proc p
	where p.pronamespace = 'public'::regnamespace and has_function_privilege('anon', p.oid, 'execute')
$$, 'nobody calls anything without being signed in');

select is_empty($$
	select p.oid::regprocedure from pg_proc p
	where p.pronamespace = 'private'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute')
		and p.proname not in ('is_plain_name', 'member_school_ids', 'owned_school_ids', 'wall_school_ids',
			'staff_classroom_ids', 'lead_classroom_ids', 'own_seat_ids', 'own_classroom_ids')
$$, 'of the inner functions, people reach only those the policies ask');

select is_empty($$
	select c.relname, r.role, v.verb
	from pg_class c, (values ('anon'), ('authenticated')) as r (role),
		(values ('select'), ('insert'), ('update'), ('delete'), ('truncate'), ('references'), ('trigger')) as v (verb)
	where c.relkind in ('r', 'v', 'm') and (c.relnamespace = 'private'::regnamespace or c.relnamespace = 'public'::regnamespace)
		and has_table_privilege(r.role, c.oid, v.verb)
		and not (r.role = 'authenticated' and c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
			and (v.verb = 'select' or (v.verb = 'delete' and c.relname in ('arms', 'datasets', 'policies', 'notifications'))))
$$, 'no right on a whole table but reading, and deleting where a page does it');

select is_empty($$
	select a.attrelid::regclass, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
	where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0
		and a.attname in ('school_id', 'seat_id', 'user_id', 'created_by', 'requested_by', 'state', 'status')
		and has_column_privilege('authenticated', c.oid, a.attnum, 'update')
$$, 'a school, an owner or a state is never written directly');

select is_empty($$
	select c.conrelid::regclass, c.conname from pg_constraint c
	where c.contype = 'f' and c.connamespace = 'public'::regnamespace
		and not exists (
			select from pg_index i
			where i.indrelid = c.conrelid and i.indpred is null
				and (i.indkey::int2[])[0:array_length(c.conkey, 1) - 1] @> c.conkey)
		and not exists (
			select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])
$$, 'every foreign key has an index: deleting a pupil never reads whole tables');

select is_empty($$
	select table_name from information_schema.columns
	where table_schema = 'public' and column_name = 'seat_id'
		and table_name not in (
			select c.conrelid::regclass::text from pg_constraint c
			where c.contype = 'f' and c.confrelid = 'public.seats'::regclass and c.confdeltype = 'c')
$$, 'whatever hangs on a seat goes with it');

select * from finish();
rollback;
