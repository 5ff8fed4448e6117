"""A real Kubernetes API server, and everything the program and the charts make applied to it."""
