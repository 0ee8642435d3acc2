-- Everything about a pupil as one file, and everything about a pupil gone.
-- Both find their tables in the catalogue: a table that gets a seat_id tomorrow is in from its first day.

create function public.export_seat(p_seat_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
	v_seat public.seats;
	v_all jsonb;
	v_rows jsonb;
	v_table name;
begin
	select * into v_seat from public.seats where id = p_seat_id;
	-- The pupil, or who runs the class.
	if not coalesce(v_seat.user_id = auth.uid() and v_seat.state = 'claimed' and v_seat.school_id = any (private.wall_school_ids()), false) then
		perform private.require_staff(v_seat.classroom_id, true);
	end if;
	v_all := jsonb_build_object('seat', to_jsonb(v_seat));
	for v_table in select c.table_name from information_schema.columns c
			join information_schema.tables t using (table_schema, table_name)
			where c.table_schema = 'public' and c.column_name = 'seat_id' and t.table_type = 'BASE TABLE' order by 1 loop
		execute format('select coalesce(jsonb_agg(to_jsonb(t)), ''[]'') from public.%I t where t.seat_id = $1', v_table)
			into v_rows using p_seat_id;
		v_all := v_all || jsonb_build_object(v_table, v_rows);
	end loop;
	return v_all || jsonb_build_object('notifications', (select coalesce(jsonb_agg(to_jsonb(n)), '[]')
		from public.notifications n where n.user_id = v_seat.user_id and n.school_id = v_seat.school_id));
end
$$;

-- The rows go, the key of the pseudonym goes, the anonymous account goes where no other seat needs it. The audit log keeps
-- that it happened. Answers the id of the account that went, or null.
create function public.erase_seat(p_seat_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
	v_seat public.seats;
	v_account uuid;
begin
	perform private.require_staff((select classroom_id from public.seats where id = p_seat_id), true);
	select * into v_seat from public.seats where id = p_seat_id for update;
	delete from public.notifications where user_id = v_seat.user_id and school_id = v_seat.school_id;
	-- Cascades over every table with a seat_id.
	delete from public.seats where id = p_seat_id;
	if v_seat.state <> 'removed' then perform private.renew_seat(v_seat); end if;
	if v_seat.user_id is not null and not exists (select from public.seats where user_id = v_seat.user_id) then
		delete from auth.users where id = v_seat.user_id and is_anonymous returning id into v_account;
	end if;
	-- Last: nothing after this line makes a pseudonym of that person. Who teaches here, or sits in another class, keeps it.
	delete from private.person_keys k
	where k.user_id = v_seat.user_id and k.school_id = v_seat.school_id
		and not exists (select from public.seats s where s.user_id = k.user_id and s.school_id = k.school_id)
		and not exists (select from public.school_members m where m.user_id = k.user_id and m.school_id = k.school_id);
	return jsonb_build_object('erased', p_seat_id, 'account', v_account);
end
$$;

revoke all on function public.export_seat(uuid), public.erase_seat(uuid) from public, anon;
grant execute on function public.export_seat(uuid), public.erase_seat(uuid) to authenticated;
