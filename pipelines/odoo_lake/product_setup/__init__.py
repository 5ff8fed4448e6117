"""What the programs that set up products share: an API's client, a mounted configuration, objects found by name."""
