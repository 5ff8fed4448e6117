"""Queries that count a case in a sample company; `{name}` stands for what the versions call differently."""
