-- What a class has and makes: arms, data sets, policies, trainings, sessions of a policy on an arm, servers, notifications.
-- First slice: the tables and their walls. Who starts a training or a server is the issue of the training room.

create table public.arms (
	id uuid primary key default gen_random_uuid(),
	school_id uuid not null,
	-- null: in the store room, seen by the owners.
	classroom_id uuid,
	name text not null check (private.is_plain_name(name, 60)),
	kind text not null default 'follower' check (kind in ('follower', 'leader')),
	created_at timestamptz not null default now(),
	foreign key (school_id) references public.schools (id) on delete cascade,
	foreign key (classroom_id, school_id) references public.classrooms (id, school_id) on delete cascade
);
create index arms_school on public.arms (school_id);
create index arms_class on public.arms (classroom_id, school_id);

create table public.datasets (
	id uuid primary key default gen_random_uuid(),
	school_id uuid not null,
	classroom_id uuid not null,
	-- null: a data set of the whole class.
	seat_id uuid,
	name text not null check (private.is_plain_name(name, 80)),
	episodes int not null default 0 check (episodes >= 0),
	frames bigint not null default 0 check (frames >= 0),
	bytes bigint not null default 0 check (bytes >= 0),
	fps int check (fps between 1 and 240),
	created_at timestamptz not null default now(),
	unique (id, school_id),
	foreign key (classroom_id, school_id) references public.classrooms (id, school_id) on delete cascade,
	foreign key (seat_id, classroom_id, school_id) references public.seats (id, classroom_id, school_id) on delete cascade
);
create index datasets_class on public.datasets (classroom_id, school_id);
create index datasets_seat on public.datasets (seat_id, classroom_id, school_id);

create table public.trainings (
	id uuid primary key default gen_random_uuid(),
	school_id uuid not null,
	classroom_id uuid not null,
	seat_id uuid,
	requested_by uuid default auth.uid() references auth.users (id) on delete set null,
	dataset_id uuid,
	model_type text not null check (model_type in ('ACT', 'ACT_BBOX', 'GR00T')),
	status text not null default 'pending' check (status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
	region text,
	gpu text,
	priority int not null default 0,
	not_before timestamptz,
	started_at timestamptz,
	completed_at timestamptz,
	duration_seconds numeric check (duration_seconds >= 0),
	cost_estimate_eur numeric(10, 4) check (cost_estimate_eur >= 0),
	metrics jsonb not null default '{}',
	error text,
	created_at timestamptz not null default now(),
	unique (id, school_id),
	foreign key (classroom_id, school_id) references public.classrooms (id, school_id) on delete cascade,
	foreign key (seat_id, classroom_id, school_id) references public.seats (id, classroom_id, school_id) on delete cascade,
	foreign key (dataset_id, school_id) references public.datasets (id, school_id) on delete set null (dataset_id)
);
create index trainings_class on public.trainings (classroom_id, created_at desc);
create index trainings_class_key on public.trainings (classroom_id, school_id);
create index trainings_seat on public.trainings (seat_id, classroom_id, school_id);
create index trainings_dataset on public.trainings (dataset_id, school_id);
create index trainings_requested_by on public.trainings (requested_by, created_at desc);
create index trainings_queue on public.trainings (priority desc, created_at) where status = 'pending';

create table public.policies (
	id uuid primary key default gen_random_uuid(),
	school_id uuid not null,
	classroom_id uuid not null,
	seat_id uuid,
	training_id uuid,
	name text not null check (private.is_plain_name(name, 80)),
	model_type text not null check (model_type in ('ACT', 'ACT_BBOX', 'GR00T')),
	bytes bigint not null default 0 check (bytes >= 0),
	-- Handed to everybody in the class.
	shared boolean not null default false,
	created_at timestamptz not null default now(),
	foreign key (classroom_id, school_id) references public.classrooms (id, school_id) on delete cascade,
	foreign key (seat_id, classroom_id, school_id) references public.seats (id, classroom_id, school_id) on delete cascade,
	foreign key (training_id, school_id) references public.trainings (id, school_id) on delete set null (training_id)
);
create index policies_class on public.policies (classroom_id, school_id);
create index policies_seat on public.policies (seat_id, classroom_id, school_id);
create index policies_training on public.policies (training_id, school_id);

create table public.ai_control_sessions (
	id uuid primary key default gen_random_uuid(),
	school_id uuid not null,
	classroom_id uuid not null,
	seat_id uuid not null,
	data jsonb not null default '{}' check (jsonb_typeof(data) = 'object' and octet_length(data::text) <= 8192),
	feedback text check (char_length(feedback) <= 1000),
	rating int check (rating between 1 and 5),
	duration_seconds numeric check (duration_seconds >= 0),
	created_at timestamptz not null default now(),
	foreign key (seat_id, classroom_id, school_id) references public.seats (id, classroom_id, school_id) on delete cascade
);
create index ai_control_sessions_class on public.ai_control_sessions (classroom_id, created_at desc);
create index ai_control_sessions_seat on public.ai_control_sessions (seat_id, classroom_id, school_id);

create table public.servers (
	id uuid primary key default gen_random_uuid(),
	school_id uuid not null references public.schools (id) on delete cascade,
	status text not null default 'starting' check (status in ('starting', 'running', 'stopping', 'stopped', 'error')),
	gpu text,
	region text,
	cost_per_hour_eur numeric(10, 4) not null default 0 check (cost_per_hour_eur >= 0),
	started_at timestamptz,
	stopped_at timestamptz,
	created_at timestamptz not null default now()
);
create index servers_school on public.servers (school_id, created_at desc);

create table public.classroom_analytics (
	classroom_id uuid not null,
	school_id uuid not null,
	day date not null,
	seats_active int not null default 0,
	episodes int not null default 0,
	successes int not null default 0,
	trainings_started int not null default 0,
	trainings_completed int not null default 0,
	trainings_failed int not null default 0,
	-- Share of the class's taken seats with at least one success by the end of that day, 0 to 1; null without seats.
	completion_rate numeric(5, 4) check (completion_rate between 0 and 1),
	primary key (classroom_id, day),
	foreign key (classroom_id, school_id) references public.classrooms (id, school_id) on delete cascade
);
create index classroom_analytics_class on public.classroom_analytics (classroom_id, school_id);

create table public.notifications (
	id uuid primary key default gen_random_uuid(),
	school_id uuid not null references public.schools (id) on delete cascade,
	user_id uuid not null references auth.users (id) on delete cascade,
	kind text not null check (kind ~ '^[a-z_]{2,40}$'),
	payload jsonb not null default '{}',
	read_at timestamptz,
	created_at timestamptz not null default now()
);
create index notifications_user on public.notifications (user_id, created_at desc);
create index notifications_school on public.notifications (school_id);

alter table public.arms enable row level security;
alter table public.datasets enable row level security;
alter table public.trainings enable row level security;
alter table public.policies enable row level security;
alter table public.ai_control_sessions enable row level security;
alter table public.servers enable row level security;
alter table public.classroom_analytics enable row level security;
alter table public.notifications enable row level security;
revoke all on public.arms, public.datasets, public.trainings, public.policies, public.ai_control_sessions,
	public.servers, public.classroom_analytics, public.notifications from anon, authenticated;
