-- How a pupil comes in: a code, a free seat, and out again.
-- Expected outcomes are answers ({"error": ...}), not exceptions: a refused guess has to be counted, and an exception
-- would take the count back.
--
-- Guessing. A code is one of 30^8. Counted are wrong codes per person (10 in ten minutes), look-ups per person and per
-- class, and wrong codes over all. When those pile up (300 in two minutes), only codes in use open a class: made, or sat
-- down with, in the last 30 minutes. A teacher makes a new code and the class goes on: nobody else's guessing locks it out.
-- What comes from which address is not known here and plays no part: a whole school is one address.

create table private.code_tries (
	user_id uuid primary key references auth.users (id) on delete cascade,
	since timestamptz not null,
	looked int not null,
	wrong int not null
);
create table private.code_use (
	code_id uuid primary key references public.join_codes (id) on delete cascade,
	minute timestamptz not null,
	looked int not null,
	sat_down_at timestamptz
);
-- Eight rows a minute, so that wrong guesses do not wait for one another.
create table private.wrong_codes (
	minute timestamptz not null,
	slot int not null,
	wrong int not null,
	primary key (minute, slot)
);
alter table private.code_tries enable row level security;
alter table private.code_use enable row level security;
alter table private.wrong_codes enable row level security;

create function private.open_code(p_code text, out found_code uuid, out found_class uuid, out error text, out retry_after_seconds int)
language plpgsql security definer set search_path = '' as $$
declare
	v_me uuid := auth.uid();
	-- As people type it: small letters, blanks and dashes do not matter.
	v_code text := upper(regexp_replace(left(coalesce(p_code, ''), 64), '[^0-9A-Za-z]', '', 'g'));
	v_tries private.code_tries;
	v_is_busy boolean;
	v_minute timestamptz := date_trunc('minute', clock_timestamp());
begin
	-- An account that was erased has tokens for a while still.
	if not exists (select from auth.users u where u.id = v_me) then perform private.refuse(); end if;
	-- Counted first: this row is locked until the end, so one person's guesses come one after another.
	insert into private.code_tries as t (user_id, since, looked, wrong) values (v_me, clock_timestamp(), 1, 0)
	on conflict (user_id) do update set
		since = case when t.since < clock_timestamp() - interval '10 minutes' then clock_timestamp() else t.since end,
		looked = case when t.since < clock_timestamp() - interval '10 minutes' then 1 else t.looked + 1 end,
		wrong = case when t.since < clock_timestamp() - interval '10 minutes' then 0 else t.wrong end
	returning * into v_tries;
	if v_tries.wrong >= 10 or v_tries.looked > 900 then
		error := 'too_many_tries';
		retry_after_seconds := greatest(1, ceil(extract(epoch from v_tries.since + interval '10 minutes' - clock_timestamp())));
		return;
	end if;

	select coalesce(sum(w.wrong), 0) >= 300 into v_is_busy
	from private.wrong_codes w where w.minute >= v_minute - interval '1 minute';

	select j.id, j.classroom_id into found_code, found_class
	from public.join_codes j
		join public.classrooms c on c.id = j.classroom_id
		join public.schools s on s.id = j.school_id
		left join private.code_use u on u.code_id = j.id
	where j.code = v_code
		and j.revoked_at is null
		and j.expires_at > now()
		and c.state <> 'archived'
		and s.closed_at is null
		and (not v_is_busy
			or j.created_at > now() - interval '30 minutes'
			or u.sat_down_at > now() - interval '30 minutes');

	if found_class is null then
		update private.code_tries set wrong = wrong + 1 where user_id = v_me;
		insert into private.wrong_codes as w (minute, slot, wrong) values (v_minute, floor(random() * 8)::int, 1)
		on conflict (minute, slot) do update set wrong = w.wrong + 1;
		-- The same answer for wrong codes and for those that are closed for the moment, or it would tell them apart.
		error := case
			when v_is_busy then 'busy'
			when exists (select from public.join_codes j where j.code = v_code) then 'code_expired'
			else 'code_unknown' end;
		retry_after_seconds := case when v_is_busy then 60 end;
		return;
	end if;

	insert into private.code_use as u (code_id, minute, looked) values (found_code, v_minute, 1)
	on conflict (code_id) do update set
		looked = case when u.minute = v_minute then u.looked + 1 else 1 end,
		minute = v_minute;
	-- One class's code, passed around outside the class, costs the others nothing; who sits there already is let through.
	if (select u.looked from private.code_use u where u.code_id = found_code) > 1200
		and not exists (select from public.seats t where t.user_id = v_me and t.classroom_id = found_class) then
		found_code := null;
		found_class := null;
		error := 'busy';
		retry_after_seconds := 60;
	end if;
end
$$;

create function public.look_up_class(p_code text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
	v_open record;
begin
	select * into v_open from private.open_code(p_code);
	if v_open.error is not null then
		return jsonb_strip_nulls(jsonb_build_object('error', v_open.error, 'retry_after_seconds', v_open.retry_after_seconds));
	end if;
	return (
		select jsonb_build_object('classroom_id', c.id, 'name', c.name, 'state', c.state, 'admit', c.admit,
			'nicknames_allowed', c.nicknames_allowed,
			'mine', (select s.id from public.seats s where s.classroom_id = c.id and s.user_id = auth.uid()),
			'seats', coalesce((
				select jsonb_agg(jsonb_build_object('id', s.id, 'animal', s.animal, 'color', s.color, 'state', s.state)
					order by s.place, s.id)
				from public.seats s where s.classroom_id = c.id and s.state <> 'removed'), '[]'))
		from public.classrooms c where c.id = v_open.found_class);
end
$$;

create function public.claim_seat(p_code text, p_seat_id uuid, p_nickname text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
	v_open record;
	v_class public.classrooms;
	v_seat public.seats;
	v_nickname text;
begin
	select * into v_open from private.open_code(p_code);
	if v_open.error is not null then
		return jsonb_strip_nulls(jsonb_build_object('error', v_open.error, 'retry_after_seconds', v_open.retry_after_seconds));
	end if;
	select * into v_class from public.classrooms where id = v_open.found_class;

	-- Said twice is said once: who sits already gets the own seat again, also while the class is paused.
	select * into v_seat from public.seats where user_id = auth.uid() and classroom_id = v_class.id;
	if not found then
		if v_class.state <> 'open' then return jsonb_build_object('error', 'class_paused'); end if;
		if v_class.nicknames_allowed then v_nickname := nullif(btrim(p_nickname), ''); end if;
		if v_nickname is not null and not private.is_plain_name(v_nickname, 20) then
			return jsonb_build_object('error', 'bad_nickname');
		end if;
		begin
			-- Whoever gets the row lock first finds it free; the next one finds it taken.
			update public.seats
			set state = case v_class.admit when 'ask' then 'waiting' else 'claimed' end,
				user_id = auth.uid(), claimed_at = now(), nickname = coalesce(v_nickname, nickname)
			where id = p_seat_id and classroom_id = v_class.id and state = 'free'
			returning * into v_seat;
		exception when unique_violation then
			-- The same person in another tab was quicker.
			select * into v_seat from public.seats where user_id = auth.uid() and classroom_id = v_class.id;
		end;
		if v_seat.id is null then return jsonb_build_object('error', 'seat_taken'); end if;
		update private.code_use set sat_down_at = now() where code_id = v_open.found_code;
	end if;
	if v_seat.id <> p_seat_id then
		return jsonb_build_object('error', 'already_seated', 'seat_id', v_seat.id, 'state', v_seat.state);
	end if;
	return jsonb_build_object('seat_id', v_seat.id, 'classroom_id', v_seat.classroom_id, 'school_id', v_seat.school_id,
		'state', v_seat.state);
end
$$;

-- The animal becomes free for the next pupil as a new seat: nobody sits down in another's work.
create function private.renew_seat(p_seat public.seats) returns void
language sql security definer set search_path = '' as $$
	insert into public.seats (school_id, classroom_id, animal, color, place)
	values (p_seat.school_id, p_seat.classroom_id, p_seat.animal, p_seat.color, p_seat.place)
$$;

create function public.leave_seat(p_seat_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
	v_seat public.seats;
begin
	select * into v_seat from public.seats where id = p_seat_id and user_id = auth.uid() for update;
	if not found then perform private.refuse(); end if;
	if v_seat.state = 'waiting' then
		update public.seats set state = 'free', user_id = null, claimed_at = null, nickname = null where id = p_seat_id;
		return;
	end if;
	update public.seats set state = 'removed', user_id = null, nickname = null where id = p_seat_id;
	perform private.renew_seat(v_seat);
end
$$;

revoke all on function public.look_up_class(text), public.claim_seat(text, uuid, text), public.leave_seat(uuid) from public, anon;
grant execute on function public.look_up_class(text), public.claim_seat(text, uuid, text), public.leave_seat(uuid)
	to authenticated;
