-- The chain shows every later change; a pupil who is erased is gone from every table, and the chain still verifies.
begin;
create extension if not exists pgtap with schema extensions;
set search_path = public, extensions;
select plan(24);

create function pg_temp.act_as(p_user uuid, p_is_anonymous boolean) returns void language sql as $$
	select set_config('request.jwt.claims', json_build_object('sub', p_user, 'role', 'authenticated',
		'is_anonymous', p_is_anonymous)::text, true)
$$;
insert into auth.users (id, is_anonymous) values
	('00000000-0000-4000-8000-000000000001', false), ('00000000-0000-4000-8000-0000000000ff', true);
select pg_temp.act_as('00000000-0000-4000-8000-000000000001', false);
create temp table made as
	with s as materialized (select create_school('Test school') as school)
	select school, create_classroom(school, 'Klasse Sieben', 2) as class from s;
create temp table seat as select s.id from seats s order by place limit 1;
create temp table code as select (issue_join_code(class, 30)).code from made;
update classrooms set nicknames_allowed = true;

select pg_temp.act_as('00000000-0000-4000-8000-0000000000ff', true);
select is(claim_seat((select code from code), (select id from seat), 'Kimberly') ->> 'state', 'claimed', 'a pupil sits down');
select is(record_lab_events((select id from seat), jsonb_build_array(jsonb_build_object('id', gen_random_uuid(),
	'device_id', '00000000-0000-4000-8000-00000000dddd', 'seq', 1, 'kind', 'episode_sealed',
	'happened_at', '2026-11-01T10:00:00Z'))) ->> 'accepted', '1', 'and records');
insert into datasets (school_id, classroom_id, seat_id, name) select school, class, id, 'Cubes' from made, seat;
insert into trainings (school_id, classroom_id, seat_id, model_type, dataset_id)
	select school, class, seat.id, 'ACT', d.id from made, seat, datasets d;
insert into policies (school_id, classroom_id, seat_id, name, model_type, training_id)
	select school, class, seat.id, 'Mine', 'ACT', t.id from made, seat, trainings t;
insert into ai_control_sessions (school_id, classroom_id, seat_id, feedback) select school, class, id, 'good' from made, seat;
insert into notifications (school_id, user_id, kind)
	select school, '00000000-0000-4000-8000-0000000000ff', 'training_done' from made;

select is(jsonb_array_length(export_seat((select id from seat)) -> 'lab_events'), 1, 'the pupil gets everything as one file');
select is((select count(*)::int from jsonb_object_keys(export_seat((select id from seat)))), 8,
	'the seat, every table that hangs on it, and the notifications');

-- ------------------------------------------------------------ the chain
select pg_temp.act_as('00000000-0000-4000-8000-000000000001', false);
select is(verify_audit_log((select school from made)) -> 'ok', 'true', 'the chain verifies');
select cmp_ok((select count(*)::int from audit_log), '>=', 10, 'and it is one');
select results_eq('select action, entity from audit_log order by seq limit 4',
	$$values ('insert', 'schools'), ('insert', 'school_members'), ('insert', 'classrooms'), ('insert', 'classroom_teachers')$$,
	'what was done, in order');
select is_empty($$
	select a.* from audit_log a
	where a::text ~* 'kimberly|test school|sieben|cubes|mine|0000000000ff|00000000-0000-4000-8000-000000000001'
$$, 'no name of anybody or anything, and no account, stands in it');
select is((select count(distinct actor)::int from audit_log), 2, 'one pseudonym for each person');

select throws_ok('update audit_log set action = ''x''', '42501', 'audit_log_is_append_only', 'nothing is changed');
select throws_ok('delete from audit_log', '42501', 'audit_log_is_append_only', 'nothing is deleted');
select throws_ok('truncate audit_log', '42501', 'audit_log_is_append_only', 'nothing is emptied');
set local role service_role;
select throws_ok('insert into public.audit_log select * from public.audit_log limit 1', '42501', null,
	'the server''s own key writes nothing into it either');
reset role;

-- The owner of the tables can do what nobody else can: switch the trigger off. The chain shows it.
create function pg_temp.spoiled(p_sql text) returns jsonb language plpgsql as $$
declare
	v_answer jsonb;
begin
	begin
		alter table public.audit_log disable trigger user;
		execute p_sql;
		v_answer := public.verify_audit_log((select school from made));
		raise exception using errcode = 'ZZ999';
	exception when sqlstate 'ZZ999' then return v_answer;
	end;
end
$$;
select is(pg_temp.spoiled('update public.audit_log set detail = ''{}'' where seq = 4') -> 'first_bad', '4', 'a changed entry');
select is(pg_temp.spoiled('update public.audit_log set actor = ''service'' where seq = 2') -> 'first_bad', '2', 'a changed actor');
select is(pg_temp.spoiled('delete from public.audit_log where seq = 5') -> 'first_bad', '6', 'an entry cut out');
select is(pg_temp.spoiled('delete from public.audit_log where seq > 8') -> 'first_bad', '9', 'the newest entries cut off');
select is(pg_temp.spoiled('update public.audit_log set hash = sha256(hash) where seq = 3') -> 'first_bad', '3', 'a hash made up');

-- ------------------------------------------------------------ erasing
select is(erase_seat((select id from seat)) ->> 'account', '00000000-0000-4000-8000-0000000000ff', 'the pupil is erased');

-- Every table of every schema of ours and of auth, as text: nothing of that person is left but the seat's id in the log.
create function pg_temp.traces(p_words text) returns table (place text) language plpgsql as $$
declare
	v_table record;
begin
	for v_table in select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
			where n.nspname in ('public', 'private', 'auth') and c.relkind in ('r', 'm') loop
		return query execute format('select %L::text from %I.%I t where t::text ~* %L',
			v_table.nspname || '.' || v_table.relname, v_table.nspname, v_table.relname, p_words);
	end loop;
end
$$;
select is_empty($$select place from pg_temp.traces('0000000000ff|kimberly')$$, 'neither account nor nickname is anywhere');
select is_empty(format($$select place from pg_temp.traces(%L) where place <> 'public.audit_log'$$, (select id from seat)),
	'of the seat, only that it was: in the log');
select is(verify_audit_log((select school from made)) -> 'ok', 'true', 'the chain still verifies');
select is((select count(*)::int from seats where state = 'free'), 2, 'the animal is free again');

-- A tab that was offline comes back with what it still has.
select pg_temp.act_as('00000000-0000-4000-8000-0000000000ff', true);
select is(record_lab_events((select id from seat), jsonb_build_array(jsonb_build_object('id', gen_random_uuid(),
	'device_id', '00000000-0000-4000-8000-00000000dddd', 'seq', 2, 'kind', 'episode_sealed',
	'happened_at', '2026-11-01T10:00:00Z'))), '{"error": "no_seat"}', 'a later sync brings nothing back');

select * from finish();
rollback;
