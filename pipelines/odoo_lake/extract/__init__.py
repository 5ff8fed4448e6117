"""From the source into bronze: one snapshot, one commit."""
