"""The run record: what every run did, in a database that monitoring reads."""
