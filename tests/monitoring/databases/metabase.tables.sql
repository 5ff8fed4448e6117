-- The columns that monitoring reads, and the users.
create table query_execution (
  id serial primary key, started_at timestamptz not null, running_time integer not null, error text, context varchar(32),
  cache_hit boolean, executor_id integer, result_rows integer
);
create table core_user (id serial primary key, email text);
