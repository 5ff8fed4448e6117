"""The lake: a local folder or S3 buckets, and the log of what is committed in it."""
