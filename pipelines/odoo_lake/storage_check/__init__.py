"""Whether an S3 store can carry the lake: what the lake asks of a store, tried on the store itself."""
