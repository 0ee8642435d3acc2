-- The audit log: who changed what, in a chain per school that shows every later change.
-- A person stands in it as a pseudonym made with a key of their own in that school. Erasing the person destroys the key: the
-- entries stay, the chain verifies, and nothing leads back to them, nor from one school to another. No name, no nickname, no address and no user agent is ever written.

create table private.person_keys (
	school_id uuid not null,
	user_id uuid not null,
	key bytea not null default extensions.gen_random_bytes(32),
	created_at timestamptz not null default now(),
	primary key (school_id, user_id)
);
alter table private.person_keys enable row level security;

-- The end of each chain, kept apart: cutting off the newest entries shows as well.
create table private.audit_heads (
	school_id uuid primary key,
	seq bigint not null,
	hash bytea not null
);
alter table private.audit_heads enable row level security;

create table public.audit_log (
	school_id uuid not null,
	seq bigint not null,
	at timestamptz not null,
	actor text not null,
	action text not null,
	entity text not null,
	entity_id text not null,
	detail jsonb not null,
	prev_hash bytea not null,
	hash bytea not null,
	primary key (school_id, seq)
);
alter table public.audit_log enable row level security;
revoke all on public.audit_log from public, anon, authenticated, service_role;
grant select on public.audit_log to service_role;

create function private.audit_no_change() returns trigger
language plpgsql set search_path = '' as $$
begin
	raise exception using errcode = '42501', message = 'audit_log_is_append_only';
end
$$;
create trigger audit_no_change before update or delete on public.audit_log
	for each row execute function private.audit_no_change();
create trigger audit_no_truncate before truncate on public.audit_log
	for each statement execute function private.audit_no_change();

create function private.pseudonym(p_school_id uuid, p_user_id uuid) returns text
language plpgsql security definer set search_path = '' as $$
declare
	v_key bytea;
begin
	if p_user_id is null then return 'service'; end if;
	insert into private.person_keys (school_id, user_id) values (p_school_id, p_user_id) on conflict do nothing;
	select key into v_key from private.person_keys where school_id = p_school_id and user_id = p_user_id;
	return left(encode(extensions.hmac(convert_to(p_user_id::text, 'UTF8'), v_key, 'sha256'), 'hex'), 32);
end
$$;

-- Times as whole microseconds: text of a timestamp depends on the session that writes it.
create function private.audit_hash(p_prev bytea, p_school_id uuid, p_seq bigint, p_at timestamptz, p_actor text,
	p_action text, p_entity text, p_entity_id text, p_detail jsonb) returns bytea
language sql stable set search_path = '' as $$
	select sha256(p_prev || convert_to(jsonb_build_array(p_school_id, p_seq, (extract(epoch from p_at) * 1000000)::bigint,
		p_actor, p_action, p_entity, p_entity_id, p_detail)::text, 'UTF8'))
$$;

create function private.audit_append(p_school_id uuid, p_action text, p_entity text, p_entity_id text, p_detail jsonb)
returns void
language plpgsql security definer set search_path = '' as $$
declare
	v_head private.audit_heads;
	v_actor text := private.pseudonym(p_school_id, (select auth.uid()));
	v_at timestamptz := clock_timestamp();
	v_hash bytea;
begin
	insert into private.audit_heads (school_id, seq, hash) values (p_school_id, 0, '\x') on conflict do nothing;
	select * into v_head from private.audit_heads where school_id = p_school_id for update;
	v_hash := private.audit_hash(v_head.hash, p_school_id, v_head.seq + 1, v_at, v_actor, p_action, p_entity, p_entity_id,
		p_detail);
	insert into public.audit_log (school_id, seq, at, actor, action, entity, entity_id, detail, prev_hash, hash)
	values (p_school_id, v_head.seq + 1, v_at, v_actor, p_action, p_entity, p_entity_id, p_detail, v_head.hash, v_hash);
	update private.audit_heads set seq = v_head.seq + 1, hash = v_hash where school_id = p_school_id;
end
$$;

-- Names of the columns that changed, and the values of those few that hold no words of people.
create function private.audit_row() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
	v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
	v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
	v_row jsonb := coalesce(v_new, v_old);
	v_school uuid := coalesce(v_row ->> 'school_id', v_row ->> 'id')::uuid;
	v_detail jsonb;
begin
	select jsonb_build_object(
			'changed', coalesce(jsonb_agg(k.key order by k.key) filter (where tg_op = 'UPDATE'), '[]'),
			'values', coalesce(jsonb_object_agg(k.key, v_row -> k.key) filter (
				where k.key in ('state', 'status', 'role', 'plan', 'seat_limit', 'admit', 'nicknames_allowed', 'ends_at',
					'hold_until', 'shared', 'closed_at', 'expires_at', 'classroom_id')
					and v_row -> k.key <> 'null'), '{}'))
		into v_detail
		from jsonb_object_keys(v_row) as k (key)
		where tg_op <> 'UPDATE' or v_old -> k.key is distinct from v_new -> k.key;
	if tg_op = 'UPDATE' and v_detail -> 'changed' = '[]' then return null; end if;
	perform private.audit_append(
		v_school,
		lower(tg_op),
		tg_table_name,
		-- People stand in here by their pseudonym, everything else by its own id.
		coalesce(v_row ->> 'id', private.pseudonym(v_school, (v_row ->> 'user_id')::uuid)),
		v_detail);
	return null;
end
$$;

do $$
declare
	v_table text;
begin
	foreach v_table in array array['schools', 'school_members', 'classrooms', 'classroom_teachers', 'join_codes', 'seats',
		'arms', 'datasets', 'trainings', 'policies', 'servers'] loop
		execute format('create trigger audit_row after insert or update or delete on public.%I
			for each row execute function private.audit_row()', v_table);
	end loop;
end
$$;

create function public.verify_audit_log(p_school_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
	v_rows bigint;
	v_bad bigint;
	v_last public.audit_log;
	v_head private.audit_heads;
begin
	if not (private.is_permanent() and p_school_id = any (private.owned_school_ids())
		and p_school_id = any (private.wall_school_ids())) then
		perform private.refuse();
	end if;
	select count(*), min(c.seq) filter (where c.seq <> c.place or c.prev_hash <> c.before
			or c.hash <> private.audit_hash(c.prev_hash, c.school_id, c.seq, c.at, c.actor, c.action, c.entity,
				c.entity_id, c.detail))
		into v_rows, v_bad
		from (
			select a.*, row_number() over w as place, coalesce(lag(a.hash) over w, '\x') as before
			from public.audit_log a where a.school_id = p_school_id window w as (order by a.seq)
		) c;
	select * into v_last from public.audit_log where school_id = p_school_id order by seq desc limit 1;
	select * into v_head from private.audit_heads where school_id = p_school_id;
	if v_bad is null and (v_head.seq is distinct from v_last.seq or v_head.hash is distinct from v_last.hash) then
		v_bad := coalesce(v_last.seq, 0) + 1;
	end if;
	return jsonb_build_object('ok', v_bad is null, 'rows', v_rows, 'first_bad', v_bad);
end
$$;
revoke all on function public.verify_audit_log(uuid) from public, anon;
grant execute on function public.verify_audit_log(uuid) to authenticated;
