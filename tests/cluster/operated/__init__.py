"""What each operator makes of its custom resources: one module per operator."""
