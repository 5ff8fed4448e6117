"""A bucket, or a folder of it, as it was at a time: found in the store's versions and put back."""
