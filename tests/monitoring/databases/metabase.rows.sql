insert into query_execution (started_at, running_time, error, cache_hit)
  select now(), 1000 * seconds, null, false from generate_series(1, 21) as seconds;
insert into query_execution (started_at, running_time, error, cache_hit) values
  (now() - interval '1 hour', 900000, null, false), (now(), 900000, null, true), (now(), 21000, 'timed out', null);
