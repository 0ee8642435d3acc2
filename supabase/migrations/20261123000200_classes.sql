-- Classes, who teaches them, join codes and seats.
-- A seat is a pupil without a name: an animal in a colour, and while somebody sits there the id of an anonymous account.
-- Every row carries its school, and foreign keys carry it along: a row cannot point into another school.

create table public.classrooms (
	id uuid primary key default gen_random_uuid(),
	school_id uuid not null references public.schools (id) on delete cascade,
	name text not null check (private.is_plain_name(name, 80)),
	state text not null default 'open' check (state in ('open', 'paused', 'archived')),
	-- auto: whoever has the code sits down. ask: the teacher lets each one in.
	admit text not null default 'auto' check (admit in ('auto', 'ask')),
	nicknames_allowed boolean not null default false,
	-- All arms of the class hold until then. It ends by itself: no server is needed to let go.
	hold_until timestamptz,
	created_by uuid references auth.users (id) on delete set null,
	created_at timestamptz not null default now(),
	archived_at timestamptz,
	unique (id, school_id)
);
create index classrooms_school on public.classrooms (school_id, created_at);
create index classrooms_created_by on public.classrooms (created_by);

create table public.classroom_teachers (
	classroom_id uuid not null,
	school_id uuid not null,
	user_id uuid not null,
	role text not null check (role in ('teacher', 'co_teacher', 'substitute')),
	ends_at timestamptz,
	created_at timestamptz not null default now(),
	primary key (classroom_id, user_id),
	check (role <> 'substitute' or ends_at is not null),
	foreign key (classroom_id, school_id) references public.classrooms (id, school_id) on delete cascade,
	foreign key (school_id, user_id) references public.school_members (school_id, user_id) on delete cascade
);
create index classroom_teachers_user on public.classroom_teachers (user_id, classroom_id);
create index classroom_teachers_class on public.classroom_teachers (classroom_id, school_id);
create index classroom_teachers_member on public.classroom_teachers (school_id, user_id);

create table public.join_codes (
	id uuid primary key default gen_random_uuid(),
	classroom_id uuid not null,
	school_id uuid not null,
	-- 8 of 30 characters that are not mistaken for one another: 39 bits.
	code text not null check (code ~ '^[23456789ABCDEFGHJKMNPQRSTVWXYZ]{8}$'),
	expires_at timestamptz not null,
	revoked_at timestamptz,
	created_by uuid references auth.users (id) on delete set null,
	created_at timestamptz not null default now(),
	foreign key (classroom_id, school_id) references public.classrooms (id, school_id) on delete cascade
);
create unique index join_codes_code on public.join_codes (code);
-- One code at a time opens a class: a photographed blackboard is worth nothing once a new one was made.
create unique index join_codes_one_open on public.join_codes (classroom_id) where revoked_at is null;
create index join_codes_class on public.join_codes (classroom_id, school_id);
create index join_codes_created_by on public.join_codes (created_by);

create table public.seats (
	id uuid primary key default gen_random_uuid(),
	school_id uuid not null,
	classroom_id uuid not null,
	animal text not null check (animal ~ '^[a-z_]{2,24}$'),
	color text not null check (color ~ '^[a-z_]{2,24}$'),
	-- Where it stands on the pages.
	place int not null default 0,
	nickname text check (private.is_plain_name(nickname, 20)),
	state text not null default 'free' check (state in ('free', 'waiting', 'claimed', 'removed')),
	user_id uuid references auth.users (id) on delete set null,
	claimed_at timestamptz,
	created_at timestamptz not null default now(),
	unique (id, classroom_id, school_id),
	check ((user_id is not null) = (state in ('waiting', 'claimed'))),
	foreign key (classroom_id, school_id) references public.classrooms (id, school_id) on delete cascade
);
-- A removed seat keeps its rows for the teacher; its animal goes to a new seat.
create unique index seats_look on public.seats (classroom_id, animal, color) where state <> 'removed';
create unique index seats_one_per_person on public.seats (user_id, classroom_id) where user_id is not null;
create index seats_class on public.seats (classroom_id, school_id);

-- An account that is deleted leaves its seat; nobody else may slip into what was done there.
create function private.seat_without_person() returns trigger
language plpgsql set search_path = '' as $$
begin
	if new.user_id is null and old.user_id is not null and new.state in ('waiting', 'claimed') then
		new.state := 'removed';
		new.nickname := null;
	end if;
	return new;
end
$$;
create trigger seat_without_person before update of user_id on public.seats
	for each row execute function private.seat_without_person();

alter table public.classrooms enable row level security;
alter table public.classroom_teachers enable row level security;
alter table public.join_codes enable row level security;
alter table public.seats enable row level security;
revoke all on public.classrooms, public.classroom_teachers, public.join_codes, public.seats from anon, authenticated;

-- The schools a person belongs to today, as a member or from a seat. The wall of every table is made of this.
create function private.wall_school_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
	select coalesce(array_agg(s.id), '{}')
	from public.schools s
	where s.id in (
			select m.school_id
			from public.school_members m
			where m.user_id = (select auth.uid())
				and (m.ends_at is null or m.ends_at > now())
			union
			select t.school_id from public.seats t where t.user_id = (select auth.uid())
		)
		and s.closed_at is null
$$;

-- Classes a person looks after: those taught, and all of a school owned.
create function private.staff_classroom_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
	select coalesce(array_agg(c.id), '{}')
	from (
		select t.classroom_id as id
		from public.classroom_teachers t
		where t.user_id = (select auth.uid())
			and (t.ends_at is null or t.ends_at > now())
		union
		select k.id from public.classrooms k where k.school_id = any (private.owned_school_ids())
	) c
$$;

-- As above without substitutes: settings, archiving and erasing are not for a stand-in.
create function private.lead_classroom_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
	select coalesce(array_agg(c.id), '{}')
	from (
		select t.classroom_id as id
		from public.classroom_teachers t
		where t.user_id = (select auth.uid())
			and t.role <> 'substitute'
			and (t.ends_at is null or t.ends_at > now())
		union
		select k.id from public.classrooms k where k.school_id = any (private.owned_school_ids())
	) c
$$;

create function private.own_seat_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
	select coalesce(array_agg(s.id), '{}')
	from public.seats s
	where s.user_id = (select auth.uid())
		and s.state = 'claimed'
$$;

create function private.own_classroom_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
	select coalesce(array_agg(s.classroom_id), '{}')
	from public.seats s
	where s.user_id = (select auth.uid())
		and s.state = 'claimed'
$$;

grant execute on function private.wall_school_ids(), private.staff_classroom_ids(), private.lead_classroom_ids(),
	private.own_seat_ids(), private.own_classroom_ids() to authenticated;

-- For functions that act over the policies' heads: the same questions, or a refusal. Answers the school.
create function private.require_staff(p_classroom_id uuid, p_lead boolean default false) returns uuid
language plpgsql stable security definer set search_path = '' as $$
declare
	v_school uuid;
begin
	if private.is_permanent() then
		select c.school_id into v_school
		from public.classrooms c
		where c.id = p_classroom_id
			and c.school_id = any (private.wall_school_ids())
			and c.id = any (case when p_lead then private.lead_classroom_ids() else private.staff_classroom_ids() end);
	end if;
	if v_school is null then perform private.refuse(); end if;
	return v_school;
end
$$;
