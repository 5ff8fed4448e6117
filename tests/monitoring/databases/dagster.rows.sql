insert into runs (run_id, pipeline_name, status, create_timestamp, start_time, end_time) values
  ('a', 'odoo_daily', 'FAILURE', now() at time zone 'utc', 10, 20),
  ('b', 'odoo_daily', 'SUCCESS', now() at time zone 'utc', 30, 40),
  ('c', 'odoo_daily', 'FAILURE', now() at time zone 'utc', 50, 60),
  ('d', 'odoo_daily', 'CANCELED', now() at time zone 'utc', 70, 80),
  ('e', 'odoo_daily', 'QUEUED', (now() - interval '700 seconds') at time zone 'utc', null, null);
insert into daemon_heartbeats (daemon_type, daemon_id, "timestamp") values ('SCHEDULER', 'x', to_timestamp(1234) at time zone 'utc');
insert into job_ticks (status, type, "timestamp") values
  ('FAILURE', 'SCHEDULE', (now() - interval '5 minutes') at time zone 'utc'),
  ('FAILURE', 'SCHEDULE', (now() - interval '2 hours') at time zone 'utc'),
  ('SUCCESS', 'SENSOR', now() at time zone 'utc');
