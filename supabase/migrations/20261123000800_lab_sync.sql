-- The lab's events come in: exactly once, in order per device, however often and late they are sent.

create function public.record_lab_events(p_seat_id uuid, p_events jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
	v_seat public.seats;
	v_device uuid;
	v_last bigint;
	v_accepted int := 0;
	v_rejected jsonb := '[]';
	v_event jsonb;
	v_seq bigint;
begin
	select * into v_seat from public.seats where id = p_seat_id and user_id = auth.uid() and state = 'claimed';
	-- Also the answer for a seat that was erased: the sender stops, and nothing comes back.
	if not found or not v_seat.school_id = any (private.wall_school_ids()) then
		return jsonb_build_object('error', 'no_seat');
	end if;
	if jsonb_typeof(p_events) is distinct from 'array' or jsonb_array_length(p_events) not between 1 and 500
		or exists (select from jsonb_array_elements(p_events) e
			where jsonb_typeof(e) <> 'object' or not pg_input_is_valid(coalesce(e ->> 'device_id', ''), 'uuid')
				or coalesce(e ->> 'seq', '') !~ '^[1-9][0-9]{0,14}$')
		or (select count(distinct (e ->> 'device_id')::uuid) from jsonb_array_elements(p_events) e) <> 1 then
		return jsonb_build_object('error', 'bad_batch');
	end if;
	v_device := (p_events -> 0 ->> 'device_id')::uuid;

	insert into private.device_heads (seat_id, device_id) values (p_seat_id, v_device) on conflict do nothing;
	select last_seq into v_last from private.device_heads where seat_id = p_seat_id and device_id = v_device for update;

	for v_event in select e from jsonb_array_elements(p_events) e order by (e ->> 'seq')::bigint loop
		v_seq := (v_event ->> 'seq')::bigint;
		continue when v_seq <= v_last;
		-- A gap: what is missing has to come first.
		exit when v_seq > v_last + 1;
		v_last := v_seq;
		begin
			insert into public.lab_events (id, school_id, classroom_id, seat_id, device_id, seq, kind, happened_at, payload)
			values ((v_event ->> 'id')::uuid, v_seat.school_id, v_seat.classroom_id, p_seat_id, v_device, v_seq,
				v_event ->> 'kind', (v_event ->> 'happened_at')::timestamptz, private.flat(v_event -> 'payload'));
			v_accepted := v_accepted + 1;
		exception
			-- An event nobody can store must not hold up those behind it. Its number is used up, and the sender is told.
			when data_exception or integrity_constraint_violation then
				v_rejected := v_rejected || jsonb_build_object('seq', v_seq, 'why', sqlstate);
		end;
	end loop;
	update private.device_heads set last_seq = v_last where seat_id = p_seat_id and device_id = v_device;
	return jsonb_build_object('accepted', v_accepted, 'last_seq', v_last, 'rejected', v_rejected);
end
$$;

-- Numbers, words and yes or no: no lists, nothing nested, so no pictures.
create function private.flat(p_payload jsonb) returns jsonb
language plpgsql immutable set search_path = '' as $$
begin
	if p_payload is null or p_payload = 'null' then return '{}'; end if;
	if jsonb_typeof(p_payload) <> 'object' or exists (
			select from jsonb_each(p_payload) f
			where jsonb_typeof(f.value) in ('object', 'array') or octet_length(f.value::text) > 130) then
		raise exception using errcode = '22023', message = 'payload_not_flat';
	end if;
	return p_payload;
end
$$;

revoke all on function public.record_lab_events(uuid, jsonb) from public, anon;
grant execute on function public.record_lab_events(uuid, jsonb) to authenticated;
