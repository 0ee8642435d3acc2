-- What a hosted Supabase database has before the first migration: roles, schemas, grants and the tables of auth.
-- Embedded and test databases only; never a migration. Run by the superuser, in one transaction, once per database.
-- Source: supabase/postgres initial schema (roles, default grants, timeouts), supabase/auth migrations (tables of auth).
do $$ begin execute format('alter database %I owner to postgres', current_database()); end $$;
create schema if not exists extensions;
create extension if not exists pgcrypto with schema extensions;
create extension if not exists "uuid-ossp" with schema extensions;

-- Hosted gives every new table, function and sequence in public to the API roles; a migration that forgets to take it
-- back must show its hole here too.
alter schema public owner to postgres;
revoke create on schema public from public;
grant usage on schema public to anon, authenticated, service_role;
grant usage on schema extensions to postgres, anon, authenticated, service_role, supabase_auth_admin;
alter default privileges for role postgres in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges for role postgres in schema public grant all on functions to anon, authenticated, service_role;
alter default privileges for role postgres in schema public grant all on sequences to anon, authenticated, service_role;

create schema if not exists auth authorization supabase_auth_admin;
grant usage on schema auth to anon, authenticated, service_role, postgres;

set local role supabase_auth_admin;

create table auth.users (
	instance_id uuid default '00000000-0000-0000-0000-000000000000',
	id uuid primary key,
	aud varchar(255) default 'authenticated',
	role varchar(255) default 'authenticated',
	email varchar(255),
	encrypted_password varchar(255),
	email_confirmed_at timestamptz,
	invited_at timestamptz,
	confirmation_sent_at timestamptz,
	recovery_sent_at timestamptz,
	email_change varchar(255) default '',
	email_change_sent_at timestamptz,
	last_sign_in_at timestamptz,
	raw_app_meta_data jsonb default '{}',
	raw_user_meta_data jsonb default '{}',
	is_super_admin boolean,
	created_at timestamptz default now(),
	updated_at timestamptz default now(),
	phone text unique,
	phone_confirmed_at timestamptz,
	confirmed_at timestamptz generated always as (least(email_confirmed_at, phone_confirmed_at)) stored,
	banned_until timestamptz,
	is_sso_user boolean not null default false,
	deleted_at timestamptz,
	is_anonymous boolean not null default false
);
create unique index users_email_partial_key on auth.users (email) where is_sso_user = false;
create index users_is_anonymous_idx on auth.users (is_anonymous);

create table auth.sessions (
	id uuid primary key,
	user_id uuid not null references auth.users on delete cascade,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	aal text not null default 'aal1',
	amr jsonb not null default '[]'
);
create index sessions_user_id_idx on auth.sessions (user_id);

-- Only fingerprints are kept: who reads this table cannot sign in with it.
create table auth.refresh_tokens (
	id bigint generated always as identity primary key,
	session_id uuid not null references auth.sessions on delete cascade,
	token_hash bytea not null unique,
	parent_hash bytea,
	nonce bytea not null,
	revoked_at timestamptz,
	created_at timestamptz not null default now()
);
create index refresh_tokens_session_id_idx on auth.refresh_tokens (session_id) where revoked_at is null;

create table auth.one_time_tokens (
	id uuid primary key default gen_random_uuid(),
	user_id uuid not null references auth.users on delete cascade,
	token_type text not null check (token_type in ('signup', 'recovery', 'email_change')),
	token_hash bytea not null unique,
	code_hash bytea not null,
	relates_to text not null default '',
	tries int not null default 0,
	created_at timestamptz not null default now(),
	unique (user_id, token_type)
);

create table auth.mfa_factors (
	id uuid primary key default gen_random_uuid(),
	user_id uuid not null references auth.users on delete cascade,
	friendly_name text,
	factor_type text not null default 'totp',
	status text not null default 'unverified',
	secret text not null,
	last_step bigint not null default 0,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	unique (user_id, friendly_name)
);

create table auth.mfa_challenges (
	id uuid primary key default gen_random_uuid(),
	factor_id uuid not null references auth.mfa_factors on delete cascade,
	created_at timestamptz not null default now(),
	verified_at timestamptz,
	tries int not null default 0
);

create function auth.uid() returns uuid language sql stable as $$
	select coalesce(
		nullif(current_setting('request.jwt.claim.sub', true), ''),
		nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
	)::uuid
$$;
create function auth.role() returns text language sql stable as $$
	select coalesce(
		nullif(current_setting('request.jwt.claim.role', true), ''),
		nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
	)
$$;
create function auth.email() returns text language sql stable as $$
	select coalesce(
		nullif(current_setting('request.jwt.claim.email', true), ''),
		nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
	)
$$;
create function auth.jwt() returns jsonb language sql stable as $$
	select coalesce(
		nullif(current_setting('request.jwt.claim', true), ''),
		nullif(current_setting('request.jwt.claims', true), '')
	)::jsonb
$$;

grant all on all tables in schema auth to postgres;
grant all on all routines in schema auth to postgres;

reset role;
