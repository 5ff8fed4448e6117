"""What DataHub reads of this project: dbt's manifest and the lineage of Dagster's jobs, as files beside its recipes."""
