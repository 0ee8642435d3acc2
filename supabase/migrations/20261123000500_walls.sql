-- Who may read and write which row through the API. Nothing is given to anon; whatever is not named here is refused.
-- Functions in policies stand in a sub-select: Postgres asks each once per query, not once per row.
-- An anonymous pupil holds the role `authenticated` too: every branch for staff asks is_anonymous, and a token that does
-- not answer counts as a pupil's.

grant select on public.schools, public.school_members, public.classrooms, public.classroom_teachers, public.join_codes,
	public.seats, public.lab_events, public.seat_progress, public.audit_log, public.arms, public.datasets,
	public.trainings, public.policies, public.ai_control_sessions, public.servers, public.classroom_analytics,
	public.notifications to authenticated;

-- Columns are named, so a school, an owner or a state cannot be written at all, by nobody.
grant update (name, admit, nicknames_allowed) on public.classrooms to authenticated;
grant update (nickname) on public.seats to authenticated;
grant insert (id, school_id, classroom_id, name, kind), update (classroom_id, name, kind), delete on public.arms to authenticated;
grant insert (id, school_id, classroom_id, seat_id, name, episodes, frames, bytes, fps),
	update (name, episodes, frames, bytes), delete on public.datasets to authenticated;
grant insert (id, school_id, classroom_id, seat_id, name, model_type, bytes), update (name, shared), delete
	on public.policies to authenticated;
grant insert (id, school_id, classroom_id, seat_id, data, feedback, rating, duration_seconds),
	update (feedback, rating) on public.ai_control_sessions to authenticated;
grant update (read_at), delete on public.notifications to authenticated;

-- ---------------------------------------------------------------- which schools
do $$
declare
	v_table text;
begin
	execute 'create policy school_wall on public.schools as restrictive for select to authenticated
		using (id = any ((select private.wall_school_ids())::uuid[]))';
	foreach v_table in array array['school_members', 'classroom_teachers', 'join_codes', 'lab_events', 'seat_progress',
		'audit_log', 'trainings', 'servers', 'classroom_analytics'] loop
		execute format('create policy school_wall on public.%I as restrictive for select to authenticated
			using (school_id = any ((select private.wall_school_ids())::uuid[]))', v_table);
	end loop;
	-- What may be changed but not moved to another school: the same question before and after.
	foreach v_table in array array['classrooms', 'seats', 'notifications'] loop
		execute format('create policy school_wall on public.%I as restrictive for all to authenticated
			using (school_id = any ((select private.wall_school_ids())::uuid[]))', v_table);
	end loop;
	foreach v_table in array array['arms', 'datasets', 'policies', 'ai_control_sessions'] loop
		execute format('create policy school_wall on public.%I as restrictive for all to authenticated
			using (school_id = any ((select private.wall_school_ids())::uuid[]))
			with check (school_id = any ((select private.wall_school_ids())::uuid[]))', v_table);
	end loop;
end
$$;

-- ---------------------------------------------------------------- schools and people
-- A pupil has no business with plan and seats.
create policy reads on public.schools for select to authenticated
	using ((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
		and id = any ((select private.member_school_ids())::uuid[]));

create policy reads on public.school_members for select to authenticated
	using ((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
		and (user_id = (select auth.uid()) or school_id = any ((select private.owned_school_ids())::uuid[])));

create policy reads on public.audit_log for select to authenticated
	using ((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
		and school_id = any ((select private.owned_school_ids())::uuid[]));

create policy reads on public.servers for select to authenticated
	using ((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
		and school_id = any ((select private.owned_school_ids())::uuid[]));

create policy reads on public.notifications for select to authenticated
	using (user_id = (select auth.uid()));
create policy changes on public.notifications for update to authenticated
	using (user_id = (select auth.uid()));
create policy deletes on public.notifications for delete to authenticated
	using (user_id = (select auth.uid()));

-- ---------------------------------------------------------------- classes
create policy reads on public.classrooms for select to authenticated
	using (((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
			and id = any ((select private.staff_classroom_ids())::uuid[]))
		or id = any ((select private.own_classroom_ids())::uuid[]));
create policy changes on public.classrooms for update to authenticated
	using ((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
		and id = any ((select private.lead_classroom_ids())::uuid[]));

create policy reads on public.classroom_teachers for select to authenticated
	using ((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
		and classroom_id = any ((select private.staff_classroom_ids())::uuid[]));

create policy reads on public.join_codes for select to authenticated
	using ((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
		and classroom_id = any ((select private.staff_classroom_ids())::uuid[]));

create policy reads on public.classroom_analytics for select to authenticated
	using ((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
		and classroom_id = any ((select private.staff_classroom_ids())::uuid[]));

-- A waiting pupil sees the own seat too, to learn that the teacher said yes.
create policy reads on public.seats for select to authenticated
	using (((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
			and classroom_id = any ((select private.staff_classroom_ids())::uuid[]))
		or user_id = (select auth.uid()));
create policy changes on public.seats for update to authenticated
	using ((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
		and classroom_id = any ((select private.staff_classroom_ids())::uuid[]));

-- ---------------------------------------------------------------- a pupil's work: staff of the class, or the own seat
create policy reads on public.lab_events for select to authenticated
	using (((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
			and classroom_id = any ((select private.staff_classroom_ids())::uuid[]))
		or seat_id = any ((select private.own_seat_ids())::uuid[]));

create policy reads on public.seat_progress for select to authenticated
	using (((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
			and classroom_id = any ((select private.staff_classroom_ids())::uuid[]))
		or seat_id = any ((select private.own_seat_ids())::uuid[]));

create policy reads on public.trainings for select to authenticated
	using (((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
			and classroom_id = any ((select private.staff_classroom_ids())::uuid[]))
		or seat_id = any ((select private.own_seat_ids())::uuid[]));

create policy reads on public.ai_control_sessions for select to authenticated
	using (((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
			and classroom_id = any ((select private.staff_classroom_ids())::uuid[]))
		or seat_id = any ((select private.own_seat_ids())::uuid[]));
create policy inserts on public.ai_control_sessions for insert to authenticated
	with check (seat_id = any ((select private.own_seat_ids())::uuid[]));
create policy changes on public.ai_control_sessions for update to authenticated
	using (seat_id = any ((select private.own_seat_ids())::uuid[]));

create policy reads on public.datasets for select to authenticated
	using (((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
			and classroom_id = any ((select private.staff_classroom_ids())::uuid[]))
		or seat_id = any ((select private.own_seat_ids())::uuid[]));
create policy inserts on public.datasets for insert to authenticated
	with check (((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
			and classroom_id = any ((select private.staff_classroom_ids())::uuid[]) and seat_id is null)
		or seat_id = any ((select private.own_seat_ids())::uuid[]));
create policy changes on public.datasets for update to authenticated
	using (((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
			and classroom_id = any ((select private.staff_classroom_ids())::uuid[]) and seat_id is null)
		or seat_id = any ((select private.own_seat_ids())::uuid[]));
create policy deletes on public.datasets for delete to authenticated
	using (((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
			and classroom_id = any ((select private.staff_classroom_ids())::uuid[]))
		or seat_id = any ((select private.own_seat_ids())::uuid[]));

-- A policy is handed to the class by its staff; until then it is the seat's own.
create policy reads on public.policies for select to authenticated
	using (((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
			and classroom_id = any ((select private.staff_classroom_ids())::uuid[]))
		or seat_id = any ((select private.own_seat_ids())::uuid[])
		or (shared and classroom_id = any ((select private.own_classroom_ids())::uuid[])));
create policy inserts on public.policies for insert to authenticated
	with check (((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
			and classroom_id = any ((select private.staff_classroom_ids())::uuid[]) and seat_id is null)
		or seat_id = any ((select private.own_seat_ids())::uuid[]));
create policy changes on public.policies for update to authenticated
	using ((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
		and classroom_id = any ((select private.staff_classroom_ids())::uuid[]));
create policy deletes on public.policies for delete to authenticated
	using (((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
			and classroom_id = any ((select private.staff_classroom_ids())::uuid[]))
		or seat_id = any ((select private.own_seat_ids())::uuid[]));

-- ---------------------------------------------------------------- arms: staff of the class, the store room for owners
create policy reads on public.arms for select to authenticated
	using (((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
			and (classroom_id = any ((select private.staff_classroom_ids())::uuid[])
				or school_id = any ((select private.owned_school_ids())::uuid[])))
		or classroom_id = any ((select private.own_classroom_ids())::uuid[]));
create policy inserts on public.arms for insert to authenticated
	with check ((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
		and (classroom_id = any ((select private.staff_classroom_ids())::uuid[])
			or school_id = any ((select private.owned_school_ids())::uuid[])));
create policy changes on public.arms for update to authenticated
	using ((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
		and (classroom_id = any ((select private.staff_classroom_ids())::uuid[])
			or school_id = any ((select private.owned_school_ids())::uuid[])))
	with check ((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
		and (classroom_id = any ((select private.staff_classroom_ids())::uuid[])
			or school_id = any ((select private.owned_school_ids())::uuid[])));
create policy deletes on public.arms for delete to authenticated
	using ((select ((select auth.jwt()) ->> 'is_anonymous')::boolean) is false
		and (classroom_id = any ((select private.staff_classroom_ids())::uuid[])
			or school_id = any ((select private.owned_school_ids())::uuid[])));
