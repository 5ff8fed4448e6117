-- The columns that monitoring reads, with their types, of airbyte-platform 310e6cb.
create type job_status as enum ('pending', 'running', 'incomplete', 'failed', 'succeeded', 'cancelled', 'queued');
create type attempt_status as enum ('running', 'failed', 'succeeded');
create type job_config_type as enum
  ('check_connection_source', 'check_connection_destination', 'discover_schema', 'get_spec', 'sync', 'reset_connection', 'refresh');
create type status_type as enum ('active', 'inactive', 'deprecated');
create table connection (
  id uuid primary key, name varchar(256) not null, status status_type, breaking_change boolean not null default false,
  created_at timestamptz not null, updated_at timestamptz not null default now()
);
create table jobs (
  id bigserial primary key, config_type job_config_type, scope varchar(255), status job_status,
  started_at timestamptz, created_at timestamptz, updated_at timestamptz, is_scheduled boolean default true
);
create table attempts (
  id bigserial primary key, job_id bigint references jobs (id), attempt_number integer, status attempt_status,
  created_at timestamptz, updated_at timestamptz, ended_at timestamptz, failure_summary jsonb
);
create table sync_stats (
  id uuid primary key default gen_random_uuid(), attempt_id bigint references attempts (id),
  records_emitted bigint, records_committed bigint, bytes_committed bigint
);
