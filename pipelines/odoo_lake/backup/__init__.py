"""A copy of what cannot be built again, beside the lake."""
