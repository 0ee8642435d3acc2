-- What a teacher does with a class. Each act is one function: it checks its caller itself and happens whole or not at all.

-- Seats look different from one another: 12 animals, and a next colour each time an animal comes back; 96 looks in all.
create function private.add_seats(p_classroom_id uuid, p_school_id uuid, p_seats int) returns void
language sql security definer set search_path = '' as $$
	insert into public.seats (school_id, classroom_id, place, animal, color)
	select p_school_id, p_classroom_id, i,
		(array['fox', 'bear', 'rabbit', 'owl', 'cat', 'mouse', 'frog', 'duck', 'penguin', 'pig', 'dog', 'panda'])[i % 12 + 1],
		(array['blue', 'orange', 'green', 'pink', 'purple', 'teal', 'yellow', 'brown'])[(i + i / 12) % 8 + 1]
	from generate_series(0, p_seats - 1) as i
$$;

create function public.create_classroom(p_school_id uuid, p_name text, p_seats int) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
	v_class uuid;
	v_limit int;
	v_taken bigint;
begin
	if not (private.is_permanent() and p_school_id = any (private.wall_school_ids()) and exists (
			select from public.school_members m
			where m.school_id = p_school_id
				and m.user_id = auth.uid()
				and m.role in ('owner', 'teacher', 'co_teacher')
				and (m.ends_at is null or m.ends_at > now()))) then
		perform private.refuse();
	end if;
	if p_seats is null or p_seats not between 1 and 96 then
		raise exception using errcode = '22023', message = 'bad_number_of_seats';
	end if;
	-- Locked, or two classes made at once would both fit under the limit.
	select seat_limit into v_limit from public.schools where id = p_school_id for update;
	select count(*) into v_taken
	from public.seats s join public.classrooms c on c.id = s.classroom_id
	where s.school_id = p_school_id and s.state <> 'removed' and c.state <> 'archived';
	if v_taken + p_seats > v_limit then
		raise exception using errcode = '22023', message = 'seat_limit_reached';
	end if;
	insert into public.classrooms (school_id, name, created_by) values (p_school_id, btrim(p_name), auth.uid())
	returning id into v_class;
	insert into public.classroom_teachers (classroom_id, school_id, user_id, role)
	values (v_class, p_school_id, auth.uid(), 'teacher');
	perform private.add_seats(v_class, p_school_id, p_seats);
	return v_class;
end
$$;

create function public.set_classroom_state(p_classroom_id uuid, p_state text) returns void
language plpgsql security definer set search_path = '' as $$
begin
	-- A stand-in may pause and open a lesson; putting a class away is for those who run it.
	perform private.require_staff(p_classroom_id, p_state is distinct from 'open' and p_state is distinct from 'paused');
	if p_state is null or p_state not in ('open', 'paused', 'archived') then
		raise exception using errcode = '22023', message = 'bad_state';
	end if;
	update public.classrooms
	set state = p_state, archived_at = case when p_state = 'archived' then coalesce(archived_at, now()) end
	where id = p_classroom_id and (state <> 'archived' or p_classroom_id = any (private.lead_classroom_ids()));
	if p_state = 'archived' then
		update public.join_codes set revoked_at = now() where classroom_id = p_classroom_id and revoked_at is null;
	end if;
end
$$;

-- From the system's own source of randomness; bytes above 239 are thrown away, so every character is equally likely.
create function private.new_code() returns text
language plpgsql volatile set search_path = '' as $$
declare
	v_letters text := '23456789ABCDEFGHJKMNPQRSTVWXYZ';
	v_code text := '';
	v_byte int;
begin
	while length(v_code) < 8 loop
		v_byte := get_byte(extensions.gen_random_bytes(1), 0);
		if v_byte < 240 then v_code := v_code || substr(v_letters, v_byte % 30 + 1, 1); end if;
	end loop;
	return v_code;
end
$$;

-- A new code makes the class's older ones worthless.
create function public.issue_join_code(p_classroom_id uuid, p_minutes int) returns table (code text, expires_at timestamptz)
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
	v_school uuid := private.require_staff(p_classroom_id);
begin
	if p_minutes is null or p_minutes not between 1 and 20160 then
		raise exception using errcode = '22023', message = 'bad_minutes';
	end if;
	-- Two presses at once give one open code, not an error.
	perform from public.classrooms where id = p_classroom_id for update;
	update public.join_codes set revoked_at = now() where classroom_id = p_classroom_id and revoked_at is null;
	return query
		insert into public.join_codes (classroom_id, school_id, code, expires_at, created_by)
		values (p_classroom_id, v_school, private.new_code(), now() + make_interval(mins => p_minutes), auth.uid())
		returning code, expires_at;
end
$$;

create function public.admit_seat(p_seat_id uuid, p_yes boolean) returns void
language plpgsql security definer set search_path = '' as $$
begin
	perform private.require_staff((select classroom_id from public.seats where id = p_seat_id));
	update public.seats
	set state = case when p_yes then 'claimed' else 'free' end,
		user_id = case when p_yes then user_id end,
		nickname = case when p_yes then nickname end,
		claimed_at = case when p_yes then now() end
	where id = p_seat_id and state = 'waiting';
end
$$;

-- The same pupil comes back on another device: the seat keeps its work and may be taken again.
create function public.reset_seat(p_seat_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
	perform private.require_staff((select classroom_id from public.seats where id = p_seat_id));
	update public.seats set state = 'free', user_id = null, claimed_at = null
	where id = p_seat_id and state in ('claimed', 'waiting');
end
$$;

-- All arms of the class hold for that long and go on by themselves afterwards; 0 lets go at once.
create function public.hold_class(p_classroom_id uuid, p_seconds int) returns timestamptz
language plpgsql security definer set search_path = '' as $$
declare
	v_until timestamptz;
begin
	perform private.require_staff(p_classroom_id);
	if p_seconds is null or p_seconds not between 0 and 600 then
		raise exception using errcode = '22023', message = 'bad_seconds';
	end if;
	if p_seconds > 0 then v_until := now() + make_interval(secs => p_seconds); end if;
	update public.classrooms set hold_until = v_until where id = p_classroom_id;
	return v_until;
end
$$;

create function public.class_board(p_classroom_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
	perform private.require_staff(p_classroom_id);
	return (
		select jsonb_build_object(
			'classroom', jsonb_build_object('id', c.id, 'school_id', c.school_id, 'name', c.name, 'state', c.state,
				'admit', c.admit, 'nicknames_allowed', c.nicknames_allowed, 'hold_until', c.hold_until, 'now', now()),
			'seats', coalesce((
				select jsonb_agg(jsonb_build_object('id', s.id, 'animal', s.animal, 'color', s.color,
					'nickname', s.nickname, 'state', s.state, 'episodes', coalesce(p.episodes, 0),
					'successes', coalesce(p.successes, 0), 'runs', coalesce(p.runs, 0), 'faults', coalesce(p.faults, 0),
					'hand_raised_at', p.hand_raised_at, 'last_event_at', p.last_event_at) order by s.place, s.id)
				from public.seats s left join public.seat_progress p on p.seat_id = s.id
				where s.classroom_id = c.id and s.state <> 'removed'), '[]'))
		from public.classrooms c where c.id = p_classroom_id);
end
$$;

revoke all on function public.create_classroom(uuid, text, int), public.set_classroom_state(uuid, text),
	public.issue_join_code(uuid, int), public.admit_seat(uuid, boolean), public.reset_seat(uuid),
	public.hold_class(uuid, int), public.class_board(uuid) from public, anon;
grant execute on function public.create_classroom(uuid, text, int), public.set_classroom_state(uuid, text),
	public.issue_join_code(uuid, int), public.admit_seat(uuid, boolean), public.reset_seat(uuid),
	public.hold_class(uuid, int), public.class_board(uuid) to authenticated;
