"""The report: one self-contained page over what is published. It reads; it works nothing out that a mart should."""
