"""The data contracts: what each source table means and what of it may be read."""
