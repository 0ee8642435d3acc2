-- Schools, who belongs to them, and the questions every policy asks.
-- Knows: people of auth.users, schools, memberships with an end. Does not know: classes, pupils' work, money.
--
-- Walls, for every table that follows (20261123000500_walls.sql):
--   a permissive policy says which kind of person may see or change a row,
--   a restrictive one called school_wall says which schools a person belongs to today.
-- A row passes only where both say yes, so a class list that was forgotten when a teacher left opens nothing.

-- Hosted projects give every new table and function to the roles of the API. From here on nothing is given unasked.
alter default privileges in schema public revoke all on tables from anon, authenticated;
alter default privileges in schema public revoke all on sequences from anon, authenticated;
alter default privileges in schema public revoke all on functions from anon, authenticated;
-- What Postgres itself gives to everybody can only be taken back for all schemas at once.
alter default privileges revoke execute on functions from public;

-- Helpers and keys. PostgREST serves only `public`, so nothing in here has an address.
create schema if not exists private;
revoke all on schema private from public;
grant usage on schema private to authenticated, service_role;

create extension if not exists pgcrypto with schema extensions;

-- Names people type: one line, no control or direction marks, nothing a spreadsheet would run.
create function private.is_plain_name(p_text text, p_max int) returns boolean
language sql immutable set search_path = '' as $$
	select p_text = btrim(p_text)
		and char_length(p_text) between 1 and p_max
		and p_text !~ '[\u0001-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]'
		and p_text !~ '^[-=+@]'
		and p_text !~ '[<>]'
$$;
grant execute on function private.is_plain_name(text, int) to authenticated, service_role;

create table public.schools (
	id uuid primary key default gen_random_uuid(),
	name text not null check (private.is_plain_name(name, 120)),
	country text not null default 'DE' check (country ~ '^[A-Z]{2}$'),
	plan text not null default 'pilot' check (plan in ('pilot', 'school', 'district')),
	seat_limit int not null default 700 check (seat_limit between 1 and 20000),
	-- A school in the bin: nobody passes its wall, nothing is lost yet.
	closed_at timestamptz,
	created_at timestamptz not null default now()
);

create table public.school_members (
	school_id uuid not null references public.schools (id) on delete cascade,
	user_id uuid not null references auth.users (id) on delete cascade,
	role text not null check (role in ('owner', 'teacher', 'co_teacher', 'substitute')),
	ends_at timestamptz,
	created_at timestamptz not null default now(),
	primary key (school_id, user_id),
	check (role <> 'substitute' or ends_at is not null)
);
create index school_members_user on public.school_members (user_id, school_id);

alter table public.schools enable row level security;
alter table public.school_members enable row level security;
revoke all on public.schools, public.school_members from anon, authenticated;

-- Every refusal of a function reads the same, so that an answer never tells whether another school's id exists.
create function private.refuse() returns void
language plpgsql set search_path = '' as $$
begin
	raise exception using errcode = '42501', message = 'not_allowed';
end
$$;

create function private.member_school_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
	select coalesce(array_agg(m.school_id), '{}')
	from public.school_members m
	where m.user_id = (select auth.uid())
		and (m.ends_at is null or m.ends_at > now())
$$;

create function private.owned_school_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
	select coalesce(array_agg(m.school_id), '{}')
	from public.school_members m
	where m.user_id = (select auth.uid())
		and m.role = 'owner'
		and (m.ends_at is null or m.ends_at > now())
$$;
grant execute on function private.member_school_ids(), private.owned_school_ids() to authenticated;

-- A teacher or owner is a person with an account. A token that does not say so is nobody's.
create function private.is_permanent() returns boolean
language sql stable set search_path = '' as $$
	select (select auth.uid()) is not null
		and coalesce((auth.jwt() ->> 'is_anonymous')::boolean, true) is false
$$;

create function public.create_school(p_name text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
	v_school uuid;
begin
	if not private.is_permanent() then perform private.refuse(); end if;
	-- One at a time per person, or the limit would be counted twice at once.
	perform pg_advisory_xact_lock(hashtext('create_school'), hashtext(auth.uid()::text));
	if cardinality(private.owned_school_ids()) >= 5 then
		raise exception using errcode = '22023', message = 'too_many_schools';
	end if;
	insert into public.schools (name) values (btrim(p_name)) returning id into v_school;
	insert into public.school_members (school_id, user_id, role) values (v_school, auth.uid(), 'owner');
	return v_school;
end
$$;
revoke all on function public.create_school(text) from public, anon;
grant execute on function public.create_school(text) to authenticated;
