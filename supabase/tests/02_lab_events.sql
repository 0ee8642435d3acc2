-- Events of a pupil's lab: exactly once, in order, and nothing that does not belong there.
begin;
create extension if not exists pgtap with schema extensions;
set search_path = public, extensions;
select plan(22);

create function pg_temp.act_as(p_user uuid, p_is_anonymous boolean) returns void language sql as $$
	select set_config('request.jwt.claims', json_build_object('sub', p_user, 'role', 'authenticated',
		'is_anonymous', p_is_anonymous)::text, true)
$$;
create function pg_temp.event(p_seq bigint, p_kind text, p_more jsonb default '{}') returns jsonb language sql as $$
	select jsonb_build_object('id', gen_random_uuid(), 'device_id', '00000000-0000-4000-8000-00000000dddd', 'seq', p_seq,
		'kind', p_kind, 'happened_at', '2026-11-01T10:00:00Z') || p_more
$$;
insert into auth.users (id, is_anonymous) values
	('00000000-0000-4000-8000-000000000001', false), ('00000000-0000-4000-8000-000000000002', true);
select pg_temp.act_as('00000000-0000-4000-8000-000000000001', false);
create temp table made as
	with s as materialized (select create_school('Test school') as school)
	select school, create_classroom(school, '7b', 3) as class from s;
create temp table seat as
	select s.id from seats s order by place limit 1;
create temp table code as select (issue_join_code(class, 30)).code from made;
select pg_temp.act_as('00000000-0000-4000-8000-000000000002', true);

select is(claim_seat((select code from code), (select id from seat)) ->> 'state', 'claimed', 'a pupil sits down');

create function pg_temp.send(variadic p_events jsonb[]) returns jsonb language sql as $$
	select record_lab_events((select id from seat), to_jsonb(p_events))
$$;
select is(pg_temp.send(pg_temp.event(1, 'connected'), pg_temp.event(2, 'episode_sealed')),
	'{"accepted": 2, "last_seq": 2, "rejected": []}', 'two events');
select is(pg_temp.send(pg_temp.event(1, 'connected'), pg_temp.event(2, 'episode_sealed'), pg_temp.event(3, 'episode_sealed')),
	'{"accepted": 1, "last_seq": 3, "rejected": []}', 'sent again with one more: one more');
select is(pg_temp.send(pg_temp.event(5, 'episode_sealed')), '{"accepted": 0, "last_seq": 3, "rejected": []}',
	'a gap waits for what is missing');
select is(pg_temp.send(pg_temp.event(5, 'episode_deleted'), pg_temp.event(4, 'exercise_succeeded')),
	'{"accepted": 2, "last_seq": 5, "rejected": []}', 'sent in disorder, stored in order');
select results_eq('select seq from lab_events order by seq', 'select generate_series(1, 5)::bigint', 'each once');
select results_eq('select episodes, successes, runs, faults from seat_progress', 'values (1, 1, 0, 0)', 'counted');

select pg_temp.send(pg_temp.event(6, 'hand_raised'), pg_temp.event(7, 'run_ended'), pg_temp.event(8, 'servo_fault'));
select results_eq('select episodes, successes, runs, faults, hand_raised_at is not null from seat_progress',
	'values (1, 1, 1, 1, true)', 'a hand, a run, a fault');
select pg_temp.send(pg_temp.event(9, 'hand_lowered'), pg_temp.event(10, 'episode_deleted'), pg_temp.event(11, 'episode_deleted'));
select results_eq('select episodes, hand_raised_at is null from seat_progress', 'values (0, true)',
	'the hand is down, and nobody has fewer than no episodes');

-- What nobody can store does not hold up what comes after it.
select is(pg_temp.send(pg_temp.event(12, 'dance'), pg_temp.event(13, 'connected', '{"happened_at": "yesterday-ish"}'),
		pg_temp.event(14, 'connected', '{"payload": {"picture": ["..."]}}'),
		pg_temp.event(15, 'connected', '{"happened_at": "infinity"}'), pg_temp.event(16, 'connected')),
	'{"accepted": 1, "last_seq": 16, "rejected": [{"seq": 12, "why": "23514"}, {"seq": 13, "why": "22007"}, {"seq": 14, "why": "22023"}, {"seq": 15, "why": "23514"}]}',
	'a kind nobody knows, a time that is none, a payload with a list: told, and passed by');
select is(pg_temp.send(pg_temp.event(17, 'connected', jsonb_build_object('payload', jsonb_build_object('a', repeat('x', 200)))))
	#>> '{rejected,0,why}', '22023', 'no long words');
select is(pg_temp.send(pg_temp.event(18, 'connected', '{"payload": {"joint": "gripper", "degrees": 12.5, "ok": true}}')) -> 'accepted',
	'1', 'numbers, words, yes and no');

select is(record_lab_events((select id from seat), '{}'), '{"error": "bad_batch"}', 'no list');
select is(record_lab_events((select id from seat), '[]'), '{"error": "bad_batch"}', 'an empty list');
select is(record_lab_events((select id from seat), null), '{"error": "bad_batch"}', 'nothing');
select is(pg_temp.send(pg_temp.event(19, 'connected'), '"x"'), '{"error": "bad_batch"}', 'a word among events');
select is(pg_temp.send(pg_temp.event(19, 'connected', '{"device_id": "not one"}')), '{"error": "bad_batch"}', 'no device');
select is(pg_temp.send(pg_temp.event(-1, 'connected')), '{"error": "bad_batch"}', 'a number below one');
select is(pg_temp.send(pg_temp.event(1, 'connected'),
	pg_temp.event(1, 'connected', '{"device_id": "00000000-0000-4000-8000-00000000eeee"}')), '{"error": "bad_batch"}', 'two devices at once');
select is(pg_temp.send(pg_temp.event(1, 'connected', '{"device_id": "00000000-0000-4000-8000-00000000eeee"}')) -> 'last_seq', '1',
	'a second device counts from one');

select pg_temp.act_as('00000000-0000-4000-8000-000000000001', false);
select is(pg_temp.send(pg_temp.event(19, 'connected')), '{"error": "no_seat"}', 'the teacher does not speak for the pupil');
select is(class_board((select class from made)) #> '{seats,0,episodes}', '0', 'the board reads the same counts');

select * from finish();
rollback;
