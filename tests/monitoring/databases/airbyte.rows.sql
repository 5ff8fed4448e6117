insert into connection (id, name, status, breaking_change, created_at) values
  ('00000000-0000-0000-0000-000000000001', 'busy', 'active', false, now() - interval '9 days'),
  ('00000000-0000-0000-0000-000000000002', 'broken', 'active', false, now() - interval '9 days'),
  ('00000000-0000-0000-0000-000000000003', 'quiet', 'inactive', true, to_timestamp(1700000000)),
  ('00000000-0000-0000-0000-000000000004', 'gone', 'deprecated', false, now());
insert into jobs (id, config_type, scope, status, created_at, updated_at) values
  (1, 'sync', '00000000-0000-0000-0000-000000000001', 'failed', now() - interval '5 hours', now() - interval '5 hours'),
  (2, 'sync', '00000000-0000-0000-0000-000000000001', 'succeeded', now() - interval '3 hours', to_timestamp(1800000000)),
  (3, 'check_connection_source', '00000000-0000-0000-0000-000000000001', 'failed', now() - interval '1 hour', now()),
  (4, 'sync', '00000000-0000-0000-0000-000000000001', 'running', now() - interval '600 seconds', now()),
  (5, 'sync', '00000000-0000-0000-0000-000000000002', 'succeeded', now() - interval '9 hours', to_timestamp(1790000000)),
  (6, 'sync', '00000000-0000-0000-0000-000000000002', 'failed', now() - interval '8 hours', now()),
  (7, 'refresh', '00000000-0000-0000-0000-000000000002', 'failed', now() - interval '7 hours', now()),
  (8, 'sync', '00000000-0000-0000-0000-000000000002', 'pending', now() - interval '1200 seconds', now());
insert into attempts (id, job_id, attempt_number, status, created_at, failure_summary) values
  (1, 2, 0, 'failed', now() - interval '3 hours', '{"failures": [{"externalMessage": "time-out"}]}'),
  (2, 2, 1, 'succeeded', now() - interval '3 hours', null),
  (3, 6, 0, 'failed', now() - interval '8 hours',
   '{"failures": [{"failureOrigin": "airbyte_platform", "internalMessage": "pods is forbidden: exceeded quota: row"}]}'),
  (4, 6, 0, 'failed', now() - interval '30 hours', '{"failures": [{"internalMessage": "exceeded quota: row"}]}');
insert into sync_stats (attempt_id, records_emitted, records_committed) values (1, 50, 40), (2, 1200, 1200);
