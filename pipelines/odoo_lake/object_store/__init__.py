"""Buckets, identities and policies of a MinIO server, brought to what a document says."""
