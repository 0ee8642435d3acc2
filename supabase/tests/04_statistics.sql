-- Every number of the pages, counted again from the tables.
begin;
create extension if not exists pgtap with schema extensions;
set search_path = public, extensions;
select plan(13);

create function pg_temp.act_as(p_user uuid, p_is_anonymous boolean) returns void language sql as $$
	select set_config('request.jwt.claims', json_build_object('sub', p_user, 'role', 'authenticated',
		'is_anonymous', p_is_anonymous)::text, true)
$$;
insert into auth.users (id, is_anonymous) values ('00000000-0000-4000-8000-000000000001', false),
	('00000000-0000-4000-8000-000000000002', true), ('00000000-0000-4000-8000-000000000003', false);
select pg_temp.act_as('00000000-0000-4000-8000-000000000001', false);
create temp table made as
	with s as materialized (select create_school('Test school') as school)
	select school, create_classroom(school, '7b', 4) as class from s;
create temp table code as select (issue_join_code(class, 30)).code from made;
create temp table seat as select s.id from seats s order by place limit 1;
select pg_temp.act_as('00000000-0000-4000-8000-000000000002', true);
select claim_seat((select code from code), (select id from seat));
select record_lab_events((select id from seat), (select jsonb_agg(jsonb_build_object('id', gen_random_uuid(),
		'device_id', '00000000-0000-4000-8000-00000000dddd', 'seq', n,
		'kind', case when n = 7 then 'exercise_succeeded' else 'episode_sealed' end, 'happened_at', now()))
	from generate_series(1, 7) n));

select is_empty($$select * from get_user_training_stats('00000000-0000-4000-8000-000000000002')$$, 'no training: no row');

insert into trainings (school_id, classroom_id, seat_id, model_type, status, started_at, completed_at, duration_seconds, cost_estimate_eur)
	select school, class, seat.id, t.*
	from made, seat, (values
		('ACT', 'completed', now(), now(), 600, 1.5), ('ACT', 'completed', now(), now(), 300, 0.5),
		('ACT', 'failed', now(), now(), 10, 0.25), ('GR00T', 'running', now(), null, null, null),
		('GR00T', 'pending', null::timestamptz, null::timestamptz, null::int, null::numeric)) t;
-- Another one of the class, without a seat: the teacher's.
select pg_temp.act_as('00000000-0000-4000-8000-000000000001', false);
insert into trainings (school_id, classroom_id, model_type) select school, class, 'ACT_BBOX' from made;

create function pg_temp.stats() returns setof record language sql as $$
	select s.model_type, s.trainings, s.completed, s.failed, s.running, s.pending, s.duration_seconds, s.cost_estimate_eur
	from get_user_training_stats('00000000-0000-4000-8000-000000000002') s
$$;
prepare expected as values ('ACT'::text, 3::bigint, 2::bigint, 1::bigint, 0::bigint, 0::bigint, 910::numeric, 2.25::numeric),
	('GR00T', 2, 0, 0, 1, 1, 0, 0);
select results_eq($$select * from pg_temp.stats() as (m text, n bigint, c bigint, f bigint, r bigint, p bigint, d numeric, e numeric)$$,
	'expected', 'one row for each model type, as the teacher sees a pupil');
select pg_temp.act_as('00000000-0000-4000-8000-000000000002', true);
select results_eq($$select * from pg_temp.stats() as (m text, n bigint, c bigint, f bigint, r bigint, p bigint, d numeric, e numeric)$$,
	'expected', 'and as the pupil sees it');
select pg_temp.act_as('00000000-0000-4000-8000-000000000003', false);
select throws_ok($$select get_user_training_stats('00000000-0000-4000-8000-000000000002')$$, '42501', 'not_allowed',
	'nobody else sees it');
select is_empty($$select * from get_teacher_dashboard()$$, 'a stranger''s dashboard is empty');

select run_school_jobs();
select pg_temp.act_as('00000000-0000-4000-8000-000000000001', false);
select results_eq($$select seats, seats_claimed, episodes, successes, trainings, trainings_completed, trainings_failed,
		cost_estimate_eur from get_teacher_dashboard()$$,
	$$select count(*), count(*) filter (where s.state = 'claimed'),
		(select count(*) from lab_events where kind = 'episode_sealed'),
		(select count(*) from lab_events where kind = 'exercise_succeeded'),
		(select count(*) from trainings), (select count(*) from trainings where status = 'completed'),
		(select count(*) from trainings where status = 'failed'), (select sum(cost_estimate_eur) from trainings)
	from seats s$$, 'the dashboard says what the tables say');
select results_eq($$select seats_active, episodes, successes, trainings_started, trainings_completed, trainings_failed, completion_rate
		from classroom_analytics where day = private.day_of(now())$$,
	$$values (1, 6, 1, 4, 2, 1, 1.0::numeric)$$, 'the day of the class: one pupil, six episodes, one success of one pupil');
create temp table before as select * from classroom_analytics;
select run_school_jobs();
select set_eq('select * from classroom_analytics', 'select * from before', 'counted twice is counted once');
select is((select count(*)::int from classroom_analytics where completion_rate is null and day < private.day_of(now())), 0,
	'yesterday, too, has its share');

select is(private.day_of('2026-07-01T22:30:00Z'), '2026-07-02', 'a day ends when it does in the school, in summer');
select is(private.day_of('2026-12-01T22:30:00Z'), '2026-12-01', 'and in winter');

-- ------------------------------------------------------------ accounts deleted elsewhere
select isnt_empty($$select from private.person_keys where user_id = '00000000-0000-4000-8000-000000000002'$$, 'a pupil has a key');
delete from auth.users where id = '00000000-0000-4000-8000-000000000002';
select run_school_jobs();
select is_empty($$select from private.person_keys where user_id = '00000000-0000-4000-8000-000000000002'$$,
	'and none once the account is gone');

select * from finish();
rollback;
