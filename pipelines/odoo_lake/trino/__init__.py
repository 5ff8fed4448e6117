"""Silver and gold on Trino, for the production shape: same models, same figures, same checks."""
