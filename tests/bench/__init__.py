"""What the pipeline costs: time, memory, and the speed of reading next to PostgreSQL's own."""
