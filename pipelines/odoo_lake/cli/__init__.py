"""The command line: it parses, calls and prints; what is done is done elsewhere."""
