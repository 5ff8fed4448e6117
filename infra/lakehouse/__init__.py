"""The Pulumi program: which products run where, how big they are, and how they are wired."""
