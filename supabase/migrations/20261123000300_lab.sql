-- What a pupil's lab tells the class: events, and the counts the board shows.
-- The identity of an event is (seat, device, sequence number), never a token: it can be sent twice, late, or after weeks.
-- Pictures and recordings never come here. A payload is a handful of numbers and words.

create table public.lab_events (
	id uuid primary key,
	school_id uuid not null,
	classroom_id uuid not null,
	seat_id uuid not null,
	device_id uuid not null,
	seq bigint not null check (seq > 0),
	kind text not null check (kind in ('connected', 'disconnected', 'episode_sealed', 'episode_deleted',
		'exercise_succeeded', 'run_ended', 'servo_fault', 'hand_raised', 'hand_lowered')),
	-- The device's clock, which may be a day wrong; order is seq, and time on the board is received_at.
	happened_at timestamptz not null check (isfinite(happened_at)),
	received_at timestamptz not null default now(),
	payload jsonb not null default '{}' check (jsonb_typeof(payload) = 'object' and octet_length(payload::text) <= 1024),
	unique (seat_id, device_id, seq),
	foreign key (seat_id, classroom_id, school_id) references public.seats (id, classroom_id, school_id) on delete cascade
);
create index lab_events_class on public.lab_events (classroom_id, received_at);
create index lab_events_seat on public.lab_events (seat_id, received_at);
create index lab_events_seat_key on public.lab_events (seat_id, classroom_id, school_id);

create table public.seat_progress (
	seat_id uuid primary key,
	school_id uuid not null,
	classroom_id uuid not null,
	episodes int not null default 0 check (episodes >= 0),
	successes int not null default 0,
	runs int not null default 0,
	faults int not null default 0,
	hand_raised_at timestamptz,
	last_event_at timestamptz,
	foreign key (seat_id, classroom_id, school_id) references public.seats (id, classroom_id, school_id) on delete cascade
);
create index seat_progress_class on public.seat_progress (classroom_id);
create index seat_progress_seat on public.seat_progress (seat_id, classroom_id, school_id);

-- How far each device of each seat has come. Locked while its events are written: two tabs take turns.
create table private.device_heads (
	seat_id uuid not null references public.seats (id) on delete cascade,
	device_id uuid not null,
	last_seq bigint not null default 0,
	primary key (seat_id, device_id)
);
alter table private.device_heads enable row level security;

alter table public.lab_events enable row level security;
alter table public.seat_progress enable row level security;
revoke all on public.lab_events, public.seat_progress from anon, authenticated;

create function private.count_lab_event() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
	v_episodes int := (new.kind = 'episode_sealed')::int - (new.kind = 'episode_deleted')::int;
begin
	insert into public.seat_progress as p
		(seat_id, school_id, classroom_id, episodes, successes, runs, faults, hand_raised_at, last_event_at)
	values (new.seat_id, new.school_id, new.classroom_id, greatest(v_episodes, 0),
		(new.kind = 'exercise_succeeded')::int, (new.kind = 'run_ended')::int, (new.kind = 'servo_fault')::int,
		case when new.kind = 'hand_raised' then new.received_at end, new.received_at)
	on conflict (seat_id) do update set
		episodes = greatest(p.episodes + v_episodes, 0),
		successes = p.successes + (new.kind = 'exercise_succeeded')::int,
		runs = p.runs + (new.kind = 'run_ended')::int,
		faults = p.faults + (new.kind = 'servo_fault')::int,
		hand_raised_at = case new.kind
			when 'hand_raised' then coalesce(p.hand_raised_at, new.received_at)
			when 'hand_lowered' then null
			else p.hand_raised_at end,
		last_event_at = greatest(p.last_event_at, new.received_at);
	return null;
end
$$;
create trigger count_lab_event after insert on public.lab_events
	for each row execute function private.count_lab_event();

-- One word to whoever listens; what changed is read from the tables (a NOTIFY is no queue).
-- Equal words of one transaction arrive once.
create function private.tell_class() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
	v_row jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
	v_what text := tg_argv[0];
begin
	if v_what = 'class' and tg_op = 'UPDATE' and v_row -> 'hold_until' is distinct from to_jsonb(old) -> 'hold_until' then
		v_what := 'hold';
	end if;
	perform pg_notify('school', jsonb_strip_nulls(jsonb_build_object(
		'classroom_id', coalesce(v_row ->> 'classroom_id', v_row ->> 'id'),
		'what', v_what,
		'seat_id', case tg_table_name when 'seats' then v_row ->> 'id' else v_row ->> 'seat_id' end))::text);
	return null;
end
$$;
create trigger tell_class after insert or update on public.classrooms
	for each row execute function private.tell_class('class');
create trigger tell_class after insert or update or delete on public.seats
	for each row execute function private.tell_class('seat');
create trigger tell_class after insert or update on public.seat_progress
	for each row execute function private.tell_class('progress');
