"""From bronze to published silver and gold."""
