"""The demo: a sample company in an embedded PostgreSQL, its lake, and its report, all below one folder."""
