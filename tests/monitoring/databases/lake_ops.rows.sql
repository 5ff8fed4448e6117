insert into extract_run (id, run_id, status, started_at, finished_at, source, odoo_version, rows_written, rows_deleted) values
  (1, 'r1', 'succeeded', to_timestamp(1000), to_timestamp(1100), 'odoo', '17.0', 10, 1),
  (2, 'r2', 'succeeded', to_timestamp(2000), to_timestamp(2090), 'odoo', '18.0', 20, 2),
  (3, null, 'failed', to_timestamp(3000), to_timestamp(3001), 'odoo', null, 0, 0),
  (4, null, 'failed', to_timestamp(4000), to_timestamp(4001), 'odoo', null, 0, 0),
  (5, null, 'running', now() - interval '90 seconds', null, 'odoo', null, 0, 0);
insert into table_state (run_id, table_name, mode, extracted_at, freshness_hours, source_rows, rows_written, rows_deleted) values
  ('r1', 'sale_order', 'initial', to_timestamp(1010), 4, 500, 500, 0),
  ('r2', 'sale_order', 'changes', to_timestamp(2010), 4, 200, 7, 0),
  ('r2', 'crm_stage', 'initial', to_timestamp(2020), 24, 6, 6, 0);
insert into dbt_run (invocation_id, run_id, as_of, status, started_at, elapsed_seconds, build_id) values
  ('i1', 'r1', '2026-01-01', 'succeeded', to_timestamp(1200), 30, 'b1'),
  ('i2', 'r2', '2026-01-01', 'succeeded', to_timestamp(2200), 31, null),
  ('i3', 'r2', '2026-01-01', 'failed', to_timestamp(2300), 33.5, null);
insert into dbt_node_result (invocation_id, unique_id, resource_type, status, execution_seconds, failures, message) values
  ('i1', 'model.a', 'model', 'error', 1, null, 'of an earlier run'),
  ('i3', 'model.a', 'model', 'success', 1, null, ''),
  ('i3', 'model.b', 'model', 'error', 1, null, 'no such column'),
  ('i3', 'test.c', 'test', 'fail', 1, 7, 'got 7 results');
insert into reconciliation_result
  (id, run_id, as_of, compared_at, check_name, keys_compared, figures_compared, differing_figures, greatest_difference) values
  (1, 'r1', '2026-01-01', to_timestamp(1300), 'payments', 5, 10, 9, 1),
  (2, 'r2', '2026-01-01', to_timestamp(2400), 'payments', 5, 11, 0, 0),
  (3, 'r2', '2026-01-01', to_timestamp(2400), 'trial_balance', 5, 12, 3, 0.5);
insert into missing_referent (build_id, dimension, published_at, rows) values
  ('b0', 'dim_customer', to_timestamp(500), 99), ('b1', 'dim_customer', to_timestamp(1250), 2);
insert into query_log
  (query_id, user_name, login, groups, source, created_at, state, queued_ms, elapsed_ms, scanned_bytes, error_type)
select
  'people-' || n, 'ana', 'superset', 'analyst', 'Apache Superset', now() - interval '2 minutes', 'FINISHED', 0, n * 1000, 1, null
from generate_series(1, 21) as n;
insert into query_log
  (query_id, user_name, login, groups, source, created_at, state, queued_ms, elapsed_ms, scanned_bytes, error_type) values
  ('build', 'dbt', 'dbt', 'etl', 'odoo-lake', now() - interval '2 minutes', 'FINISHED', 0, 90000, 1, null),
  ('catalog', 'datahub', 'datahub', 'analyst', null, now() - interval '2 minutes', 'FINISHED', 0, 80000, 1, null),
  ('mistake', 'ana', 'ana', 'analyst', null, now() - interval '2 minutes', 'FAILED', 0, 70000, 1, 'USER_ERROR'),
  ('long', 'fin', 'fin', 'finance', 'trino-cli', now() - interval '65 minutes', 'FAILED', 0, 3600000, 1, 'INSUFFICIENT_RESOURCES'),
  ('past', 'fin', 'fin', 'finance', 'trino-cli', now() - interval '30 minutes', 'FINISHED', 0, 1000, 1, null),
  ('longer past', 'fin', 'fin', 'finance', 'trino-cli', now() - interval '80 minutes', 'FINISHED', 0, 1000, 1, null),
  ('yesterday', 'fin', 'fin', 'finance', 'trino-cli', now() - interval '25 hours', 'FINISHED', 0, 1000, 1, null);
insert into query_log_column (query_id, table_name, column_name, is_sensitive, is_masked) values
  ('people-1', 'gold.ar_aging', 'partner_name', true, true),
  ('people-1', 'gold.ar_aging', 'company_id', false, false),
  ('people-2', 'gold.ar_aging', 'company_id', false, false),
  ('people-2', 'gold.monthly_pnl', 'company_id', false, false),
  ('build', 'silver.dim_customer', 'customer_name', true, false),
  ('past', 'gold.ar_aging', 'partner_name', true, false),
  ('past', 'gold.ar_aging', 'company_id', false, false),
  ('yesterday', 'gold.ar_aging', 'partner_name', true, false);
insert into object_access (access_id, bucket, user_name, action, first_at, last_at, requests, refusals) values
  ('a1', 'odoo-lake-bronze', 'trino', 'GetObject', now() - interval '2 minutes', now() - interval '1 minute', 40, 0),
  ('a2', 'odoo-lake-bronze', 'trino', 'GetObject', now() - interval '5 hours', now() - interval '5 hours', 2, 0),
  ('a3', 'odoo-lake-bronze', 'anonymous', 'GetObject', now() - interval '5 hours', now() - interval '5 hours', 4, 3),
  ('a4', 'odoo-lake-bronze', 'anonymous', 'PutObject', now() - interval '5 hours', now() - interval '5 hours', 2, 2),
  ('a5', 'odoo-lake-bronze', 'trino', 'GetObject', now() - interval '26 hours', now() - interval '25 hours', 100, 100),
  ('a6', 'odoo-lake-backup', 'backup', 'PutObject', to_timestamp(6990), to_timestamp(7000), 8, 0);
insert into lake_backup (id, status, started_at, finished_at, destination, objects, size_bytes, copied, removed) values
  (1, 'succeeded', to_timestamp(4900), to_timestamp(5000), 's3://odoo-lake-backup/lake', 3, 30000000000, 3, 0),
  (2, 'failed', to_timestamp(5900), to_timestamp(6000), 's3://odoo-lake-backup/lake', 0, 0, 0, 0),
  (3, 'running', to_timestamp(6900), null, 's3://odoo-lake-backup/lake', 0, 0, 0, 0);
insert into restore_drill (id, status, started_at, finished_at, objects, size_bytes, rows) values
  (1, 'succeeded', to_timestamp(5100), to_timestamp(5200), 3, 30, 3), (2, 'failed', to_timestamp(6100), to_timestamp(6200), 0, 0, 0);
