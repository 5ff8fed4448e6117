"""Checks of a deployed stack from inside its pods: `make smoke STACK=<name>`."""
