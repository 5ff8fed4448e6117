"""DataHub's own ingestion program on the recipes that are deployed."""
