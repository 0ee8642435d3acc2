-- Numbers for the pages. The roles of the API read none of these tables across schools: a function checks who asks.

-- For each model type that was trained: how often, how it ended, how long, what it cost. No training: no row.
-- Only of oneself, or of a pupil in a class one looks after, and then only what was done in those classes.
create function public.get_user_training_stats(p_user_id uuid)
returns table (model_type text, trainings bigint, pending bigint, running bigint, completed bigint, failed bigint,
	cancelled bigint, duration_seconds numeric, cost_estimate_eur numeric)
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
declare
	v_classes uuid[];
begin
	if auth.uid() is null then perform private.refuse(); end if;
	if p_user_id is distinct from auth.uid() then
		if private.is_permanent() then
			select array_agg(s.classroom_id) into v_classes
			from public.seats s
			where s.user_id = p_user_id
				and s.classroom_id = any (private.staff_classroom_ids())
				and s.school_id = any (private.wall_school_ids());
		end if;
		if v_classes is null then perform private.refuse(); end if;
	end if;
	return query
		select t.model_type, count(*),
			count(*) filter (where t.status = 'pending'), count(*) filter (where t.status = 'running'),
			count(*) filter (where t.status = 'completed'), count(*) filter (where t.status = 'failed'),
			count(*) filter (where t.status = 'cancelled'),
			coalesce(sum(t.duration_seconds), 0), coalesce(sum(t.cost_estimate_eur), 0)
		from public.trainings t
		where (t.requested_by = p_user_id
				or t.seat_id in (select s.id from public.seats s where s.user_id = p_user_id and s.state = 'claimed'))
			and t.school_id = any (private.wall_school_ids())
			and (v_classes is null or t.classroom_id = any (v_classes))
		group by t.model_type
		order by t.model_type;
end
$$;

create materialized view public.teacher_dashboard_stats as
select c.id as classroom_id, c.school_id,
	(select count(*) from public.seats s where s.classroom_id = c.id and s.state <> 'removed') as seats,
	(select count(*) from public.seats s where s.classroom_id = c.id and s.state = 'claimed') as seats_claimed,
	coalesce(p.episodes, 0) as episodes,
	coalesce(p.successes, 0) as successes,
	p.last_event_at,
	coalesce(t.trainings, 0) as trainings,
	coalesce(t.completed, 0) as trainings_completed,
	coalesce(t.failed, 0) as trainings_failed,
	coalesce(t.cost, 0) as cost_estimate_eur,
	now() as refreshed_at
from public.classrooms c
	left join (select classroom_id, sum(episodes) as episodes, sum(successes) as successes,
			max(last_event_at) as last_event_at
		from public.seat_progress group by classroom_id) p on p.classroom_id = c.id
	left join (select classroom_id, count(*) as trainings, count(*) filter (where status = 'completed') as completed,
			count(*) filter (where status = 'failed') as failed, sum(cost_estimate_eur) as cost
		from public.trainings group by classroom_id) t on t.classroom_id = c.id;
create unique index teacher_dashboard_stats_class on public.teacher_dashboard_stats (classroom_id);
revoke all on public.teacher_dashboard_stats from public, anon, authenticated;

create function public.get_teacher_dashboard() returns setof public.teacher_dashboard_stats
language plpgsql stable security definer set search_path = '' as $$
begin
	if not private.is_permanent() then perform private.refuse(); end if;
	return query
		select d.* from public.teacher_dashboard_stats d
		where d.classroom_id = any (private.staff_classroom_ids())
			and d.school_id = any (private.wall_school_ids());
end
$$;

-- Days of a German school, whatever the server's clock is set to.
create function private.day_of(p_at timestamptz) returns date
language sql immutable set search_path = '' as $$ select (p_at at time zone 'Europe/Berlin')::date $$;

-- One day of one class, counted from the tables. Running it again gives the same numbers.
create function private.analyse_day(p_day date) returns void
language sql security definer set search_path = '' as $$
	insert into public.classroom_analytics as a (classroom_id, school_id, day, seats_active, episodes, successes,
		trainings_started, trainings_completed, trainings_failed, completion_rate)
	select c.id, c.school_id, p_day,
		coalesce(e.seats, 0), coalesce(e.episodes, 0), coalesce(e.successes, 0),
		(select count(*) from public.trainings t where t.classroom_id = c.id and private.day_of(t.started_at) = p_day),
		(select count(*) from public.trainings t where t.classroom_id = c.id and t.status = 'completed'
			and private.day_of(t.completed_at) = p_day),
		(select count(*) from public.trainings t where t.classroom_id = c.id and t.status = 'failed'
			and private.day_of(t.completed_at) = p_day),
		(select (count(*) filter (where exists (select from public.lab_events v where v.seat_id = s.id
				and v.kind = 'exercise_succeeded' and private.day_of(v.received_at) <= p_day)))::numeric / nullif(count(*), 0)
			from public.seats s where s.classroom_id = c.id and s.claimed_at is not null and s.state <> 'free')
	from public.classrooms c
		left join (select classroom_id, count(distinct seat_id) as seats,
				count(*) filter (where kind = 'episode_sealed') as episodes,
				count(*) filter (where kind = 'exercise_succeeded') as successes
			from public.lab_events where private.day_of(received_at) = p_day group by classroom_id) e on e.classroom_id = c.id
	where c.state <> 'archived'
	on conflict (classroom_id, day) do update set seats_active = excluded.seats_active, episodes = excluded.episodes,
		successes = excluded.successes, trainings_started = excluded.trainings_started,
		trainings_completed = excluded.trainings_completed, trainings_failed = excluded.trainings_failed,
		completion_rate = excluded.completion_rate
$$;

-- The regular work, for the server's own key only: once an hour is enough.
create function public.run_school_jobs() returns void
language plpgsql security definer set search_path = '' as $$
begin
	perform private.analyse_day(private.day_of(now()));
	perform private.analyse_day(private.day_of(now()) - 1);
	refresh materialized view public.teacher_dashboard_stats;
	delete from private.code_tries where since < now() - interval '1 day';
	delete from private.wrong_codes where minute < now() - interval '1 day';
	-- Accounts that were deleted elsewhere take the key of their pseudonym along.
	delete from private.person_keys k where not exists (select from auth.users u where u.id = k.user_id);
end
$$;

revoke all on function public.get_user_training_stats(uuid), public.get_teacher_dashboard() from public, anon;
grant execute on function public.get_user_training_stats(uuid), public.get_teacher_dashboard() to authenticated;
revoke all on function public.run_school_jobs() from public, anon, authenticated;
grant execute on function public.run_school_jobs() to service_role;

-- Where the database can keep time itself (hosted: the pg_cron extension switched on), it does.
do $$
begin
	if exists (select from pg_extension where extname = 'pg_cron') then
		perform cron.schedule('school-jobs', '7 * * * *', 'select public.run_school_jobs()');
	end if;
end
$$;

-- The tables of the inner schema, said once more: nobody.
do $$
declare
	v_table name;
begin
	for v_table in select relname from pg_class where relnamespace = 'private'::regnamespace and relkind = 'r' loop
		execute format('create policy nobody on private.%I as restrictive for all using (false)', v_table);
	end loop;
end
$$;
